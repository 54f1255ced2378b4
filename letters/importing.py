"""Brings a letter from its files into the site."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from letters import services
from letters.files import LetterFile, LetterFileError
from letters.models import Coalition, Letter, User


@dataclass
class Imported:
    letter: Letter
    coalition: Coalition
    is_new: bool
    coalition_is_new: bool
    notes: list[str] = field(default_factory=list)


@transaction.atomic
def import_letter(
    file: LetterFile, *, as_draft: bool = False, now: datetime | None = None, actor: User | None = None
) -> Imported:
    """Writes the letter, or writes a draft of its coalition anew. It opens at once if its opening is past, is scheduled
    if that is to come, else stays a draft. Raises LetterFileError for a slug that a launched letter has, and for a
    coalition's name that two have; a coalition that is not there yet is made."""
    now = now or timezone.now()
    coalition = _find_coalition(file)
    found = _find_draft(file, coalition, now)
    owner = coalition or _make_coalition(file)
    letter = found or services.create_letter(owner, language=file.language, slug=file.slug, actor=actor)
    _write(letter, file, owner, actor)
    imported = Imported(letter, owner, is_new=found is None, coalition_is_new=coalition is None)
    imported.notes += _untranslated(file)
    if not as_draft:
        _launch(imported, file, now, actor)
    letter.refresh_from_db()
    return imported


def _find_coalition(file: LetterFile) -> Coalition | None:
    by_slug = Coalition.objects.filter(slug=file.coalition).first()
    if by_slug:
        return by_slug
    named = list(Coalition.objects.filter(name__iexact=file.coalition)[:2])
    if len(named) > 1:
        said = f"coalition: more than one is named {file.coalition!r}; say the slug of one"
        raise LetterFileError([(file.places["coalition"], said)])
    return named[0] if named else None


def _find_draft(file: LetterFile, coalition: Coalition | None, now: datetime) -> Letter | None:
    """The coalition's newest draft of that slug; raises LetterFileError if a launched letter has it."""
    own = Letter.objects.filter(slug=file.slug, publishers__coalition=coalition, publishers__is_lead=True)
    letters = list(own.order_by("-pk")) if coalition else []
    if any(letter.is_frozen() for letter in letters):
        said = (
            f"slug: {file.slug!r} was launched already; what people sign is not changed by importing it again"
        )
        raise LetterFileError([(file.places["slug"], said)])
    if Letter.objects.public(now).filter(slug=file.slug).exists():
        raise LetterFileError([(file.places["slug"], f"slug: another letter has the address {file.slug!r}")])
    return letters[0] if letters else None


def _make_coalition(file: LetterFile) -> Coalition:
    email = parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or settings.DEFAULT_FROM_EMAIL
    return services.create_coalition(file.coalition, email=email)


def _write(letter: Letter, file: LetterFile, owner: Coalition, actor: User | None) -> None:
    if letter.original_language != file.language:
        Letter.objects.filter(pk=letter.pk).update(original_language=file.language)
        letter.refresh_from_db()
    for text in file.texts:
        services.save_text(letter, **vars(text), actor=actor)
    dropped = {text.language for text in letter.edition.texts.all()} - {text.language for text in file.texts}
    for language in dropped:
        services.remove_language(letter, language=language, actor=actor)
    officials = [(entry.kind, services.register_official(owner, entry.values)) for entry in file.officials]
    services.set_addressees(letter, officials, actor=actor)
    services.save_settings(letter, actor=actor, **_settings(file, letter))


def _settings(file: LetterFile, letter: Letter) -> dict[str, object]:
    return {
        "opens_at": file.opens_at,
        "closes_at": file.closes_at,
        "accepts_organisations": file.accepts_organisations,
        "accepts_individuals": file.accepts_individuals,
        "retention_days": file.retention_days or letter.retention_days,
    }


def _launch(imported: Imported, file: LetterFile, now: datetime, actor: User | None) -> None:
    if file.opens_at is None:
        return
    if file.opens_at > now:
        services.schedule_letter(imported.letter, now=now, actor=actor)
        return
    services.open_letter(imported.letter, now=now, opened_at=file.opens_at, actor=actor)
    if file.closes_at and file.closes_at <= now:
        imported.notes.append(
            f"it closed on {file.closes_at.isoformat()}: it can be read, and signed no more"
        )


def _untranslated(file: LetterFile) -> Iterable[str]:
    if not file.texts[0].asks:
        return []
    return [
        f"the asks are not translated into {text.language}: its readers see them in {file.language}"
        for text in file.texts[1:]
        if not text.asks
    ]
