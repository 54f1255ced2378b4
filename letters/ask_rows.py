"""The asks as rows of a form, each with a field of its own: to add, move and take out with all that is typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from letters import rules

MOST_ASKS = 30
ASK_LENGTH = 1000
EMPTY_ROWS = 2


@dataclass(frozen=True)
class AskRow:
    """One ask as it is being written; `was` is the number that it had, 0 for a new one."""

    text: str
    was: int = 0
    original: str = ""
    error: str = ""


class RowsInput(forms.Widget):
    """Reads the fields `asks` and `was`, which a row has one each of."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[AskRow]:
        texts, numbers = data.getlist(name), data.getlist("was")[: len(data.getlist(name))]
        return [AskRow(text, _number(was)) for text, was in zip_longest(texts, numbers, fillvalue="")]


class AsksField(forms.Field):
    """The rows as they were typed, each text in one line; a refused row is told by its place."""

    widget = RowsInput

    def clean(self, value: list[AskRow]) -> list[AskRow]:
        if sum(bool(row.text.strip()) for row in value) > MOST_ASKS:
            raise ValidationError(_("These are more asks than a letter can have."), code="many")
        problems: list[ValidationError] = []
        rows = [self._cleaned(row, number, problems) for number, row in enumerate(value)]
        if problems:
            raise ValidationError(problems)
        return rows

    def _cleaned(self, row: AskRow, number: int, problems: list[ValidationError]) -> AskRow:
        try:
            text = rules.clean_line(row.text)
        except ValidationError as error:
            problems.append(ValidationError(error.message, code="characters", params={"row": number}))
            return row
        if len(text) > ASK_LENGTH:
            problems.append(
                ValidationError(
                    _("An ask is longer than 1,000 characters."), code="max_length", params={"row": number}
                )
            )
        return AskRow(text, row.was)


def rearranged(data: QueryDict, verb: str) -> QueryDict:
    """What was typed, with the rows as a button asks: `up-2`, `down-2`, `remove-2` (rows from 0) or `more`."""
    texts = data.getlist("asks")
    rows = list(zip_longest(texts, data.getlist("was")[: len(texts)], fillvalue=""))
    name, _dash, place = verb.partition("-")
    at = _number(place)
    if name == "more":
        rows += [("", "")] * (EMPTY_ROWS + 1)
    elif name in ("up", "down") and at < len(rows):
        to = at - 1 if name == "up" else at + 1
        rows.insert(max(to, 0), rows.pop(at))
    elif name == "remove" and at < len(rows):
        rows.pop(at)
    changed = data.copy()
    changed.setlist("asks", [text for text, _was in rows])
    changed.setlist("was", [was for _text, was in rows])
    return changed


def by_number(rows: Sequence[AskRow]) -> dict[int, AskRow]:
    """Each row under the number that it had; new ones follow after the last."""
    had: dict[int, AskRow] = {}
    new = [row for row in rows if not row.was or had.setdefault(row.was, row) is not row]
    return dict(sorted(had.items())) | dict(enumerate(new, max(had, default=0) + 1))


def by_place(rows: Sequence[AskRow]) -> list[str]:
    """The texts of the rows, each at the place of its number, from 1, and empty where there is none."""
    texts = {number: row.text for number, row in by_number(rows).items() if row.text.strip()}
    return [texts.get(number, "") for number in range(1, max(texts, default=0) + 1)]


def padded(rows: Sequence[AskRow]) -> list[AskRow]:
    """The rows with empty ones at their end, to write more in."""
    empty = len(rows) - len(_without_end(rows))
    return [*rows, *[AskRow("")] * max(EMPTY_ROWS - empty, 0)]


def _without_end(rows: Sequence[AskRow]) -> list[AskRow]:
    kept = list(rows)
    while kept and not kept[-1].text.strip():
        kept.pop()
    return kept


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
