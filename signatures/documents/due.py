"""Which documents the public may ask for, and when they are built: what is missing or stale at once, what merely grew
every few minutes."""

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.cache import caches
from django.db.models import Prefetch
from django.utils import timezone

from letters.models import Edition, Letter, Text
from signatures.documents.building import DocumentChanged, build_document, source_of
from signatures.models import Document
from signatures.public import Counts, counts_of_all
from signatures.typesetting import TypesettingError

logger = logging.getLogger(__name__)

# By how many names at least: how old a document must be before it is built anew for those that came.
PATIENCE = (
    (100_000, timedelta(hours=1)),
    (10_000, timedelta(minutes=10)),
    (0, timedelta(minutes=5)),
)
# How long a worker keeps others from the document it builds, and itself from one that failed, in seconds; longer for
# long lists, so that one which a worker's time limit ends is not begun again and again.
LEASE = 120
NAMES_A_SECOND = 200
# Files that no row names are those of workers that were killed.
ORPHAN_SECONDS = 3600


def build_due_documents() -> int:
    """Returns how many were built. What the officials get is built when it is handed over, and not here."""
    _drop_stale_purposes()
    letters = _public_letters()
    counts = counts_of_all(letters)
    return sum(
        _build_once(letter, kind, language, lease=_lease(counts[letter.pk]))
        for letter in letters
        for kind, language in _due(letter, counts[letter.pk])
    )


def ready_document(letter: Letter, kind: str, language: str) -> Document | None:
    """The document that may be served; None while it is stale, or its file is gone."""
    found = letter.documents.filter(kind=kind, language=language, purpose="", stale_at=None).first()
    return found if found is not None and found.path.is_file() else None


def _public_letters() -> list[Letter]:
    texts = Prefetch("editions__texts", Text.objects.only("edition", "language"))
    editions = Prefetch("editions", Edition.objects.defer("canonical"))
    documents = Prefetch("documents", Document.objects.filter(purpose=""))
    rows = Letter.objects.public().prefetch_related(editions, texts, documents, "publishers__coalition")
    return list(rows.order_by("-id"))


def _due(letter: Letter, counts: Counts) -> Iterator[tuple[str, str]]:
    found = {(document.kind, document.language): document for document in letter.documents.all()}
    for kind, language in _wanted(letter):
        if _is_due(found.get((kind, language)), source_of(letter, kind, counts), counts):
            yield kind, language


def _wanted(letter: Letter) -> Iterator[tuple[str, str]]:
    """The quick ones first."""
    languages = [text.language for text in letter.edition.texts.all()]
    yield from ((Document.Kind.PICTURE.value, language) for language in languages)
    yield Document.Kind.SHEET.value, letter.original_language
    yield from ((Document.Kind.LIST.value, language) for language in languages)


def _is_due(document: Document | None, source: str, counts: Counts) -> bool:
    if document is None or document.stale_at or not document.path.is_file():
        return True
    if document.source == source:
        return False
    return document.kind == Document.Kind.PICTURE or document.built_at <= timezone.now() - _patience(counts)


def _patience(counts: Counts) -> timedelta:
    names = counts.organisations + counts.individuals
    return next(patience for least, patience in PATIENCE if names >= least)


def _lease(counts: Counts) -> int:
    return max(LEASE, (counts.organisations + counts.individuals) // NAMES_A_SECOND)


def _build_once(letter: Letter, kind: str, language: str, *, lease: int) -> bool:
    """Builds what no other worker is building; a failure is told, and tried again when its lease is over."""
    held = f"building:{letter.pk}:{kind}:{language}"
    if not caches["default"].add(held, True, lease):
        return False
    try:
        build_document(letter, kind, language, attempts=1)
        remove_orphans(letter)
    except DocumentChanged:
        logger.info("%s: %s in %s changes faster than it can be built", letter.slug, kind, language)
    except SoftTimeLimitExceeded:
        raise
    except (TypesettingError, OSError) as error:
        logger.error("%s: %s in %s could not be built: %s", letter.slug, kind, language, error)
        return False
    except Exception:  # whatever is wrong with one letter, the others have their documents
        logger.exception("%s: %s in %s could not be built", letter.slug, kind, language)
        return False
    caches["default"].delete(held)
    return True


def _drop_stale_purposes() -> None:
    """What was made to be handed over and may be shown no more; who needs it again has it built."""
    before = timezone.now() - timedelta(seconds=ORPHAN_SECONDS)
    stale = Document.objects.exclude(purpose="").filter(stale_at__lte=before)
    for document in list(stale):
        if Document.objects.filter(pk=document.pk, stale_at=document.stale_at).delete()[0] and document.file:
            document.path.unlink(missing_ok=True)


def remove_orphans(letter: Letter) -> None:
    folder = Path(settings.DOCUMENTS_DIR, str(letter.pk))
    known = set(letter.documents.values_list("file", flat=True))
    old = time.time() - ORPHAN_SECONDS
    for file in _older_than(old, folder.iterdir()):
        if str(file.relative_to(settings.DOCUMENTS_DIR)) not in known:
            file.unlink(missing_ok=True)


def _older_than(moment: float, files: Iterable[Path]) -> Iterator[Path]:
    for file in files:
        try:
            if file.stat().st_mtime < moment:
                yield file
        except FileNotFoundError:
            continue
