"""Every saved version of a text is kept: what was saved, in which language, by whom, when."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from letters.models import Edition, Letter, TextVersion, Translation, Translator, User
from letters.services.editions import TEXT_FIELDS

EMPTY: dict[str, Any] = {**dict.fromkeys(TEXT_FIELDS, ""), "asks": []}


@dataclass(frozen=True)
class Writer:
    """Who saves: a member, a translator by their link, or a command (neither)."""

    user: User | None = None
    translator: Translator | None = None

    def columns(self) -> dict[str, Any]:
        return {"saved_by": self.user, "translator_name": self.translator.name if self.translator else ""}


def content_of(edition: Edition, language: str) -> dict[str, Any]:
    """An edition's text in a language as it is saved now, asks included; empty where there is none."""
    text = edition.texts.filter(language=language).first()
    if text is None:
        return dict(EMPTY)
    return {**{field: getattr(text, field) for field in TEXT_FIELDS}, "asks": asks_of(edition, language)}


def asks_of(edition: Edition, language: str) -> list[str]:
    return edition.asks_by_place(language)


def mark_of(content: dict[str, Any]) -> str:
    """16 hex digits that name a text's words."""
    state = [*(content[field] for field in TEXT_FIELDS), content["asks"]]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]


def state_mark(content: dict[str, Any], original_asks: Sequence[str] | None) -> str:
    """Names what a writer has before them: the text, and of a translation (else None) the asks that it translates."""
    own = mark_of(content)
    return own if original_asks is None else f"{own}.{mark_of({**EMPTY, 'asks': list(original_asks)})}"


def keep_version(
    edition: Edition, language: str, *, writer: Writer, saved_at: datetime | None = None
) -> TextVersion:
    """The text as it is now, as the newest version of its language. Call it with the letter's row locked."""
    content = content_of(edition, language)
    newest = newest_version(edition.letter, language)
    return TextVersion.objects.create(
        letter=edition.letter,
        edition=edition,
        language=language,
        number=newest.number + 1 if newest else 1,
        mark=mark_of(content),
        saved_at=saved_at or timezone.now(),
        **content,
        **writer.columns(),
    )


def keep_unkept(edition: Edition) -> None:
    """A first version of each text that was written before versions were kept, so that nothing of it is lost."""
    kept = set(edition.letter.text_versions.values_list("language", flat=True).distinct())
    unkept = [text for text in edition.texts.all() if text.language not in kept and text.body]
    original = edition.letter.original_language
    for text in sorted(unkept, key=lambda text: text.language != original):
        keep_version(edition, text.language, writer=Writer(), saved_at=edition.created_at)
        if text.language != original:
            based_on = newest_version(edition.letter, original)
            Translation.objects.get_or_create(
                letter=edition.letter, language=text.language, defaults={"based_on": based_on}
            )


def keep_moved(edition: Edition, before: dict[str, list[str]], *, writer: Writer) -> None:
    """A version of each text whose asks moved or went with the original's; `before` is asks_by_language."""
    for language, asks in asks_by_language(edition, before).items():
        if asks != before[language]:
            keep_version(edition, language, writer=writer)


def asks_by_language(edition: Edition, languages: Iterable[str]) -> dict[str, list[str]]:
    return {language: asks_of(edition, language) for language in languages}


def newest_version(letter: Letter, language: str) -> TextVersion | None:
    return TextVersion.objects.of(letter, language).first()


def newest_number(letter: Letter, language: str) -> int:
    """The number of the newest version, 0 while none was kept."""
    numbers = letter.text_versions.filter(language=language).order_by("-number")
    return numbers.values_list("number", flat=True).first() or 0


def version_begun_from(letter: Letter, language: str, seen: str) -> TextVersion | None:
    """The newest version with the words that `seen` (a text_version) names, if any was kept."""
    return TextVersion.objects.of(letter, language).filter(mark=seen.partition(".")[0]).first()


def note_translation(
    letter: Letter,
    language: str,
    *,
    writer: Writer,
    has_changed: bool,
    brought_up: bool,
    original_seen: int | None,
) -> None:
    """Who translated, and up to which version of the original (its number; None: the newest). A review ends with a
    change."""
    translation, _is_new = Translation.objects.get_or_create(letter=letter, language=language)
    if has_changed:
        translation.translated_by, translation.translator = writer.user, writer.translator
        translation.translated_at = timezone.now()
        translation.reviewed_by = translation.reviewed_at = None
    if translation.based_on is None or brought_up:
        newest = newest_version(letter, letter.original_language)
        translation.based_on = newest if original_seen is None else original_at(letter, original_seen)
    translation.save()


def original_at(letter: Letter, number: int) -> TextVersion | None:
    """The original's version of that number; 0 is what stood before any was kept, and that became the first."""
    originals = TextVersion.objects.of(letter, letter.original_language)
    return originals.filter(number=max(number, 1)).first()


def versions_at(letter: Letter, language: str, numbers: Sequence[int]) -> dict[int, TextVersion]:
    found = TextVersion.objects.of(letter, language).filter(number__in=numbers)
    return {version.number: version for version in found}
