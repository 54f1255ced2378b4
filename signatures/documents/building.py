"""Builds a document beside the one that is served and puts it in its place, unless the list changed meanwhile.

A build reads the names, takes its time, and is published by one conditional update: only if the row is as it was
before the names were read, so that what a signatory took back meanwhile, which marks the row stale, is never brought
back by a slower worker.
"""

import hashlib
import secrets
import zlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Prefetch, QuerySet, Value, When
from django.utils import timezone

from letters.models import Edition, Letter
from signatures.documents.content import publishers_line, write_document
from signatures.models import Document
from signatures.public import Counts, counts_of

# A new one, when what a document looks like changes, has all of them built anew.
LAYOUT = 1
ATTEMPTS = 5


class DocumentChanged(Exception):
    """The signatory list narrowed during each attempt to build it."""


def mark_documents_stale(letter_id: int) -> None:
    """From now on no built document of this letter is served until it is built anew. Call it in the transaction that
    narrows what is shown."""
    with transaction.atomic():
        _lock(letter_id)
        _with_names(letter_id).update(stale_at=timezone.now())


def mark_documents_changed(letter_id: int) -> None:
    """For what shows more, or otherwise, and changes no count: they are served on, and built anew in their time."""
    with transaction.atomic():
        _lock(letter_id)
        _with_names(letter_id).update(source="")


def _with_names(letter_id: int) -> QuerySet[Document]:
    return Document.objects.filter(letter_id=letter_id).exclude(kind=Document.Kind.PICTURE)


def build_document(
    letter: Letter,
    kind: str,
    language: str,
    purpose: str = "",
    *,
    edition: Edition | None = None,
    attempts: int = ATTEMPTS,
) -> Document:
    """Builds it now, of the edition that the public reads or of another one, and returns it as it is served; raises
    DocumentChanged, TypesettingError and OSError."""
    for _attempt in range(attempts):
        row = _begin(letter.pk, kind, language, purpose)
        source = source_of(fresh := fresh_letter(letter.pk, edition), kind, counts_of(fresh))
        row = _build(fresh, row, source)
        if row.stale_at is None:
            return row
    raise DocumentChanged(f"{letter.slug}: {kind} in {language}")


def fresh_letter(letter_id: int, edition: Edition | None = None) -> Letter:
    """The letter as it is now, with all that a document reads of it; with an edition, as if it had that one alone."""
    editions = Edition.objects.filter(pk=edition.pk) if edition else Edition.objects.all()
    chosen: Any = Prefetch("editions", editions)
    rows = Letter.objects.prefetch_related(
        "publishers__coalition",
        chosen,
        "editions__texts",
        "addressees",
        "editions__ask_texts",
    )
    return rows.get(pk=letter_id)


def source_of(letter: Letter, kind: str, counts: Counts) -> str:
    """What a document depends on, in short; what takes something back, or changes no count, marks it besides."""
    edition, lead = letter.edition, letter.lead
    publisher = zlib.crc32(f"{publishers_line(letter)}\n{lead.is_demo}".encode())
    parts: list[object] = [LAYOUT, edition, edition.sha256 or edition.pk, f"{publisher:08x}"]
    parts += ["closed" if letter.is_closed() else "open"] if kind == Document.Kind.PICTURE else counts
    return ":".join(map(str, parts))


def _begin(letter_id: int, kind: str, language: str, purpose: str) -> Document:
    """The document's row as it is before the names are read; a new one has no file and is stale."""
    with transaction.atomic():
        # A row that comes to be while a signatory takes something back would miss the mark: that one goes first.
        _lock(letter_id)
        return Document.objects.get_or_create(
            letter_id=letter_id,
            kind=kind,
            language=language,
            purpose=purpose,
            defaults={"file": "", "sha256": "", "source": "", "stale_at": timezone.now()},
        )[0]


def _lock(letter_id: int) -> None:
    """The letter's row, but not for those who only refer to it, as every new signature does."""
    list(Letter.objects.filter(pk=letter_id).select_for_update(no_key=True).values_list("pk"))


def _build(letter: Letter, row: Document, source: str) -> Document:
    """Returns the row as it then is: ours, a faster worker's, or stale."""
    folder = Path(settings.DOCUMENTS_DIR, str(letter.pk))
    folder.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(12)
    try:
        written = write_document(letter, row.kind, row.language, folder / name)
        is_ours = _publish(row, written, source)
    except BaseException:
        for draft in folder.glob(f"{name}*"):
            draft.unlink(missing_ok=True)
        raise
    gone = row.path if is_ours else written
    if row.file or not is_ours:
        gone.unlink(missing_ok=True)
    return Document.objects.get(pk=row.pk)


def _publish(row: Document, file: Path, source: str) -> bool:
    same = Document.objects.filter(pk=row.pk, file=row.file, stale_at=row.stale_at)
    published = same.update(
        file=str(file.relative_to(settings.DOCUMENTS_DIR)),
        size=file.stat().st_size,
        sha256=_sha256(file),
        # Marked as changed while it was built, it may or may not show that change.
        source=Case(When(source=row.source, then=Value(source)), default=Value("")),
        built_at=timezone.now(),
        stale_at=None,
    )
    return bool(published)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
