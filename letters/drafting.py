"""What a page has on which a text is written, at the desk and by a translator's link."""

from typing import Any

from django.http import QueryDict

from campaign.languages import direction_of
from letters.ask_rows import AskRow, by_place
from letters.differences import Difference, compare
from letters.models import Letter
from letters.services.translations import original_since
from letters.services.versions import (
    asks_of,
    content_of,
    newest_number,
    newest_version,
    state_mark,
    version_begun_from,
)
from letters.writing_forms import TextForm


def text_form(letter: Letter, language: str, data: QueryDict | None = None) -> TextForm:
    """The form of a text as it is saved now, which knows what it began from; with `data`, as it was typed."""
    edition = letter.working_edition
    content = content_of(edition, language)
    is_original = language == letter.original_language
    original_asks = None if is_original else asks_of(edition, letter.original_language)
    rows = [AskRow(text, number) for number, text in enumerate(content["asks"], 1) if text]
    initial = {**content, "asks": rows, "seen": state_mark(content, original_asks)}
    initial["original_seen"] = 0 if is_original else newest_number(letter, letter.original_language)
    return TextForm(
        data,
        language=language,
        original_asks=original_asks,
        numbers_stay=letter.asks_keep_numbers(),
        initial=initial,
    )


def typed_content(form: TextForm) -> dict[str, Any]:
    """What was typed, as a text's content: for a page that can save it no more, and must not lose it."""
    fields = ("title", "salutation", "body", "closing")
    rows = [row for row in form.ask_rows() if row.text.strip()]
    asks = by_place(rows) if form.numbers_stay else [row.text for row in rows]
    return {**{field: form[field].value() or "" for field in fields}, "asks": asks}


def stale_context(letter: Letter, language: str, form: TextForm) -> dict[str, Any]:
    """For a save that was refused, since somebody else saved: what changed meanwhile, and where the two differ. The
    form keeps what was typed, and is from here on as if begun from what is saved now."""
    letter = Letter.objects.get(pk=letter.pk)
    fresh = text_form(letter, language)
    theirs = newest_version(letter, language)
    begun = version_begun_from(letter, language, form.cleaned_data["seen"])
    saved = {**fresh.initial, "asks": by_place(fresh.initial["asks"])}
    form.original_asks, form.numbers_stay = fresh.original_asks, fresh.numbers_stay
    return {
        "form": form.seeing(fresh.initial["seen"], fresh.initial["original_seen"]),
        "theirs": theirs,
        "saved_now": saved,
        "meanwhile": compare(begun.content(), saved, language) if begun else None,
        "theirs_and_mine": compare(saved, {**saved, **form.cleaned_data}, language),
    }


def original_context(letter: Letter, language: str) -> dict[str, Any]:
    """For a translation: the original as it is now, and what changed in it since it was last brought up to it."""
    since = original_since(letter, language)
    original = letter.original_language
    changed: Difference | None = compare(since[0].content(), since[1].content(), original) if since else None
    return {
        "original": content_of(letter.working_edition, original),
        "original_language": original,
        "original_direction": direction_of(original),
        "since": since,
        "changed_in_original": changed,
    }
