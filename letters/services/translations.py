"""How far each language of a letter is: missing, draft, reviewed, or behind the original."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from letters.models import Letter, Text, TextVersion, Translation, User
from letters.roles import TABLE, May
from letters.services.coalitions import record_audit
from letters.services.drafts import Stale, lock_text, text_version
from letters.services.versions import keep_unkept, newest_number, newest_version, original_at

ACTIONS = (gettext_noop("translation reviewed"), gettext_noop("translation marked as up to date"))


class Stage(models.TextChoices):
    ORIGINAL = "original", _("original")
    MISSING = "missing", _("missing")
    DRAFT = "draft", _("draft")
    REVIEWED = "reviewed", _("reviewed")
    BEHIND = "behind", _("behind the original")


class OwnTranslation(Exception):
    """Who translated does not review, while somebody else of the coalition could."""


class NotTranslated(Exception):
    """There is no translation in that language to be marked."""


@dataclass(frozen=True)
class TranslationState:
    """Of one language; the names are empty where nobody did, or nobody knows who."""

    language: str
    state: str
    translated_by: str = ""
    translated_at: datetime | None = None
    reviewed_by: str = ""
    reviewed_at: datetime | None = None
    based_on: int = 0  # the number of the original's version
    is_reviewed_alone: bool = False  # by who translated, since there was nobody else

    @property
    def label(self) -> str:
        return str(Stage(self.state).label)


def translation_states(letter: Letter) -> list[TranslationState]:
    """The languages of the edition in writing, the original first; in as many queries for any number of them."""
    newest = newest_number(letter, letter.original_language)
    found = letter.translations.select_related("based_on", "translated_by", "translator", "reviewed_by")
    translations = {translation.language: translation for translation in found}
    texts = sorted(
        letter.working_edition.texts.all(), key=lambda text: text.language != letter.original_language
    )
    return [_state(letter, text, translations.get(text.language), newest) for text in texts]


def translation_state(letter: Letter, language: str) -> TranslationState | None:
    return next((state for state in translation_states(letter) if state.language == language), None)


def _state(letter: Letter, text: Text, translation: Translation | None, newest: int) -> TranslationState:
    if not text.body.strip():
        return TranslationState(text.language, Stage.MISSING)
    if text.language == letter.original_language:
        return TranslationState(text.language, Stage.ORIGINAL)
    if translation is None:
        return TranslationState(text.language, Stage.DRAFT)
    return TranslationState(
        text.language,
        _stage(translation, newest),
        translation.translated_by_name,
        translation.translated_at,
        str(translation.reviewed_by or ""),
        translation.reviewed_at,
        translation.based_on.number if translation.based_on else 0,
        bool(translation.reviewed_by) and translation.reviewed_by == translation.translated_by,
    )


def _stage(translation: Translation, newest: int) -> Stage:
    if translation.based_on and translation.based_on.number < newest:
        return Stage.BEHIND
    return Stage.REVIEWED if translation.reviewed_at else Stage.DRAFT


def original_since(letter: Letter, language: str) -> tuple[TextVersion, TextVersion] | None:
    """The original's versions that a translation was brought up to and that is the newest, when they differ."""
    translation = letter.translations.select_related("based_on").filter(language=language).first()
    based_on = translation.based_on if translation else None
    newest = newest_version(letter, letter.original_language)
    if based_on is None or newest is None or based_on.number == newest.number:
        return None
    return based_on, newest


@transaction.atomic
def mark_up_to_date(letter: Letter, *, language: str, original_seen: int, actor: User) -> bool:
    """Says that a translation stands as it is beside the original's version of that number; False if it was said. A
    review that was made beside an earlier version ends. Raises Frozen and NotTranslated."""
    translation = _locked(letter, language)
    original = original_at(letter, original_seen)
    if original is None or translation.based_on == original:
        return False
    Translation.objects.filter(pk=translation.pk).update(
        based_on=original, reviewed_by=None, reviewed_at=None
    )
    _record(letter, "translation marked as up to date", language, actor)
    return True


@transaction.atomic
def mark_reviewed(letter: Letter, *, language: str, seen: str, original_seen: int, actor: User) -> bool:
    """Says that the translation as `seen` (its text_version) was compared with the original's version of that number
    and found right; False if it was said. Raises Frozen, NotTranslated, Stale, and OwnTranslation unless who
    translated is alone."""
    translation = _locked(letter, language)
    if seen != text_version(letter, language):
        raise Stale
    if translation.translated_by == actor and not is_alone(letter, actor):
        raise OwnTranslation
    original = original_at(letter, original_seen)
    if original is None or (translation.reviewed_at and translation.based_on == original):
        return False
    Translation.objects.filter(pk=translation.pk).update(
        based_on=original, reviewed_by=actor, reviewed_at=timezone.now()
    )
    _record(letter, "translation reviewed", language, actor)
    return True


def is_alone(letter: Letter, user: User) -> bool:
    """Whether nobody else of the coalition that leads may write."""
    writers = [role for role in TABLE if May.WRITE in TABLE[role]]
    others = letter.lead.memberships.exclude(user=user).filter(role__in=writers, user__is_active=True)
    return not others.exists()


def _locked(letter: Letter, language: str) -> Translation:
    """The translation, its letter's row locked, with versions of all that was written before they were kept."""
    edition = lock_text(letter).working_edition
    text = edition.texts.filter(language=language).first()
    if text is None or language == letter.original_language or not text.body.strip():
        raise NotTranslated
    keep_unkept(edition)
    return Translation.objects.select_related("based_on", "translated_by").get_or_create(
        letter=letter, language=language
    )[0]


def _record(letter: Letter, action: str, language: str, actor: User) -> None:
    record_audit(letter.lead, action, letter=letter, actor=actor, detail={"language": language})
