"""What the public reads of a letter's updates: those whose moment has come, of a letter that is public.

An update's number is its place among the letter's updates by the moment they appeared. Nothing can appear before what
has appeared (`letters.services.updates` sees to it), so that a number stays, and those that wait have none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from campaign.languages import direction_of, own_name
from letters.markdown import first_words
from letters.models import Letter, Update, UpdateText
from letters.public import Version, language_context, letter_context, public_letter

ON_LETTER = 5
ON_A_PAGE = 20
IN_SITEMAP = 2_000


@dataclass(frozen=True)
class Shown:
    """An update with its number, in the language that is nearest to the reader's."""

    number: int
    update: Update
    text: UpdateText
    slug: str

    @property
    def path(self) -> str:
        return path_of(self.slug, self.number, self.update, self.text.language)

    @property
    def url(self) -> str:
        return settings.SITE_URL + self.path

    @property
    def direction(self) -> str:
        return direction_of(self.text.language)

    @property
    def versions(self) -> list[Version]:
        """Its languages, the original first."""
        original = self.update.original_language
        languages = [text.language for text in self.update.texts.all()]
        return [
            Version(
                language,
                direction_of(language),
                own_name(language),
                path_of(self.slug, self.number, self.update, language),
                language == original,
            )
            for language in sorted(languages, key=lambda language: language != original)
        ]


def path_of(slug: str, number: int, update: Update, language: str, *, view: str = "letters:update") -> str:
    if language == update.original_language:
        return reverse(view, args=[slug, number])
    return reverse(f"{view}_in", args=[slug, number, language])


def newest_updates(letter: Letter, language: str, limit: int = ON_LETTER) -> tuple[list[Shown], bool]:
    """The newest of a public letter, newest first, and whether there are more: two queries."""
    return _page(letter, language, 0, limit)


def updates_page(letter: Letter, language: str, page: int) -> tuple[list[Shown], bool]:
    return _page(letter, language, (page - 1) * ON_A_PAGE, ON_A_PAGE)


def public_update(slug: str, number: int, now: datetime | None = None) -> tuple[Letter, Update]:
    """A public letter and its update of that number, perhaps a withdrawn one; Http404 for one that waits."""
    letter = public_letter(slug)
    appeared = letter.updates.due(now).order_by("publish_at", "pk").prefetch_related("texts__quotes")
    found = (
        list(appeared.select_related("addressee").prefetch_related("contacts")[number - 1 : number])
        if number
        else []
    )
    if not found:
        raise Http404
    found[0].letter = letter
    return letter, found[0]


def text_of(update: Update, language: str | None) -> UpdateText:
    """Its text in that language (None: the original); Http404 for one it lacks."""
    text = update.text_in(language or update.original_language)
    if text is None:
        raise Http404
    return text


def update_context(letter: Letter, update: Update, text: UpdateText, number: int) -> dict[str, Any]:
    """What the page of an update has; `number` is 0 for a proof at the desk, which has no address in public."""
    shown = Shown(number, update, text, letter.slug)
    nearest = letter.edition.text_nearest(text.language)
    return {
        **letter_context(letter, nearest),
        **language_context(text.language),
        "letter_text": nearest,
        "update": update,
        "text": text,
        "quotes": text.quotes.all(),
        "contacts": update.contacts.all(),
        "shown": shown,
        "versions": shown.versions if number else [],
        "text_path": path_of(letter.slug, number, update, text.language, view="letters:update_text"),
        "description": first_words(text.body),
    }


def updates_of_sitemap(letters: Iterable[Letter], now: datetime | None = None) -> dict[int, list[Shown]]:
    """By letter, in two queries, at most IN_SITEMAP in all, those of the newest letters."""
    slugs = {letter.pk: letter.slug for letter in letters}
    shown: dict[int, list[Shown]] = {pk: [] for pk in slugs}
    numbers = dict.fromkeys(slugs, 0)
    due = Update.objects.due(now).filter(letter__in=Letter.objects.public(now))
    languages = Prefetch("texts", UpdateText.objects.only("update", "language"))
    for update in due.order_by("-letter_id", "publish_at", "pk").prefetch_related(languages)[:IN_SITEMAP]:
        if update.letter_id in slugs:
            numbers[update.letter_id] += 1
            if update.withdrawn_at is None:
                text = update.text_nearest(update.original_language)
                slug = slugs[update.letter_id]
                shown[update.letter_id].append(Shown(numbers[update.letter_id], update, text, slug))
    return shown


def _page(letter: Letter, language: str, start: int, limit: int) -> tuple[list[Shown], bool]:
    due = letter.updates.due(timezone.now()).order_by("publish_at", "pk")
    numbered = enumerate(due.values_list("pk", "withdrawn_at"), 1)
    numbers = {pk: number for number, (pk, withdrawn_at) in numbered if withdrawn_at is None}
    wanted = list(numbers)[::-1][start : start + limit]
    found = letter.updates.select_related("addressee").prefetch_related("texts").in_bulk(wanted)
    for update in found.values():
        update.letter = letter
    shown = [
        Shown(numbers[pk], found[pk], found[pk].text_nearest(language), letter.slug)
        for pk in wanted
        if pk in found
    ]
    return shown, len(numbers) > start + limit
