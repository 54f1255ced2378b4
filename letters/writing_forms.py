"""What members and translators type while a letter is written: normalised and validated, never saved here."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from campaign.languages import direction_of, own_name
from letters.ask_rows import AskRow, AsksField, by_number, by_place, padded
from letters.forms import AddressField, LanguageField, LineField, ProseField, free_slug
from letters.starting import Start


class LetterForm(forms.Form):
    start = forms.ChoiceField(
        label=_("Start from"),
        required=False,
        help_text=_("A template fills the text and the asks, in its language; you then write it anew."),
    )
    title = LineField(
        label=_("Title"),
        max_length=300,
        required=False,
        help_text=_("Left empty, it is the template’s."),
    )
    language = LanguageField(
        label=_("Original language"), help_text=_("Of an empty page; a template has its own.")
    )
    slug = forms.CharField(
        label=_("Address"),
        max_length=80,
        required=False,
        help_text=_("The last part of the letter’s public address. Left empty, it is made from the title."),
    )

    def __init__(self, *args: Any, own: Sequence[Start], built_in: Sequence[Start], **options: Any) -> None:
        super().__init__(*args, **options)
        self.starts = {start.key: start for start in (*own, *built_in)}
        groups = [(_("Your templates"), own), (_("Templates of this site"), built_in)]
        self.fields["start"].choices = [  # type: ignore[attr-defined]
            ("", _("An empty page")),
            *((label, [_start_choice(start) for start in starts]) for label, starts in groups if starts),
        ]

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        return free_slug(slug) if slug else ""

    def clean(self) -> dict[str, Any]:
        """`start` becomes the content to start from."""
        data = super().clean() or {}
        start = self.starts.get(data.get("start", ""))
        if start:
            data["language"] = start.language
        elif "title" in data and not data["title"]:
            self.add_error("title", self.fields["title"].error_messages["required"])
        data["start"] = start.content if start else None
        return data


def _start_choice(start: Start) -> tuple[str, str]:
    return start.key, f"{start.name} ({own_name(start.language)})"


class TemplateForm(forms.Form):
    name = LineField(label=_("Name of the template"), max_length=200)


class CommentForm(forms.Form):
    body = ProseField(label=_("Comment"), max_length=4000)
    language = forms.ChoiceField(label=_("On"), required=False)

    def __init__(self, *args: Any, languages: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(language, own_name(language)) for language in languages]
        self.fields["language"].choices = [("", _("the whole letter")), *named]  # type: ignore[attr-defined]
        self.fields["body"].widget.attrs |= {"rows": 5, "dir": "auto"}

    def clean_body(self) -> str:
        body = self.cleaned_data["body"].strip()
        if not body:
            raise forms.ValidationError(self.fields["body"].error_messages["required"], code="required")
        return body


class TranslatorForm(forms.Form):
    language = LanguageField(label=_("Into which language"))
    name = LineField(label=_("Full name"), max_length=200)
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("It is stored sealed, and shown to nobody at the desk."),
    )


class TextForm(forms.Form):
    title = LineField(label=_("Title"), max_length=300)
    salutation = LineField(label=_("Salutation"), max_length=300, required=False)
    body = ProseField(
        label=_("Text"),
        max_length=60_000,
        required=False,
        help_text=_(
            "Markdown: an empty line between paragraphs, **bold**, *italic*, ## heading, [words](https://…)."
        ),
    )
    asks = AsksField(label=_("Asks"), required=False)
    closing = LineField(label=_("Closing"), max_length=500, required=False)
    brought_up = forms.BooleanField(
        label=_("This translation is now up to date with the original"), required=False
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    original_seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(
        self,
        *args: Any,
        language: str,
        original_asks: Sequence[str] | None,
        numbers_stay: bool = False,
        **options: Any,
    ) -> None:
        """`original_asks`, each at the place of its number, is None for the original itself; the asks of which are
        numbered by their order unless `numbers_stay`."""
        super().__init__(*args, **options)
        self.original_asks = original_asks
        self.numbers_stay = numbers_stay or original_asks is not None
        for name in ("title", "salutation", "body", "closing"):
            self.fields[name].widget.attrs |= {"lang": language, "dir": direction_of(language)}
        self.fields["body"].widget.attrs["rows"] = 22

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rows: list[AskRow] = data.get("asks", [])
        if self.original_asks is None:
            rows = [row for row in rows if row.text]
            data["came_from"] = self._came_from(rows)
        data["asks"] = by_place(rows) if self.numbers_stay else [row.text for row in rows]
        data["original_seen"] = data.get("original_seen") or 0
        return data

    def _came_from(self, rows: Sequence[AskRow]) -> list[int | None]:
        """Of each place in `asks` the number that it had."""
        if not self.numbers_stay:
            return [row.was or None for row in rows]
        placed = by_number(rows)
        return [
            placed[place].was or None if place in placed else None
            for place in range(1, max(placed, default=0) + 1)
        ]

    def ask_rows(self) -> list[AskRow]:
        """What is typed or saved: in the original with empty rows to write in, else a row for each of its asks."""
        rows = self["asks"].value() or []
        found = self.errors.as_data().get("asks", []) if self.is_bound else []
        told = {(error.params or {}).get("row"): " ".join(error.messages) for error in found}
        rows = [replace(row, error=told.get(place, "")) for place, row in enumerate(rows)]
        if self.original_asks is None:
            return padded(rows)
        typed = by_number(rows)
        originals = {number: text for number, text in enumerate(self.original_asks, 1) if text}
        return [
            replace(typed.get(number, AskRow("")), was=number, original=originals.get(number, ""))
            for number in sorted({*originals, *(number for number, row in typed.items() if row.text)})
        ]

    def seeing(self, version: str, original_seen: int) -> "TextForm":
        """The same form, with what was typed, as if its writer had begun from `version`."""
        typed = cast(QueryDict, self.data).copy()
        typed["seen"], typed["original_seen"] = version, str(original_seen)
        self.data = typed
        return self
