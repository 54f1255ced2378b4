"""The registry of officials as CSV (RFC 4180): written so that no spreadsheet runs a cell, and read back exactly.

A file is read into a plan, which says of each row whether it is new, changes an official, is the same, or is refused
and why; nothing is written here.
"""

import csv
import hashlib
import io
import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from campaign.cells import guard, unguard
from campaign.countries import COUNTRY_CODES
from letters import rules
from letters.models import Coalition, Official

MOST_BYTES = 400_000  # a form takes 512 KB
MOST_ROWS = 2_000
MOST_FURTHER = 10
LINES = {"name": 200, "honorific": 60, "office": 200, "institution": 200}
DELIMITERS = ",;\t"


class CannotRead(Exception):
    """The file as a whole; the message is for a person."""


def clean_emails(text: str) -> list[str]:
    """Addresses between blanks, commas or semicolons, each once; raises ValidationError."""
    found = [rules.clean_email(part) for part in _parts(text)]
    return list(dict.fromkeys(_few(found)))


def clean_languages(text: str) -> list[str]:
    """Language tags between blanks, commas or semicolons, each once; raises ValidationError."""
    found = [rules.clean_language(part) for part in _parts(text)]
    return list(dict.fromkeys(_few(found)))


def clean_zone(text: str) -> str:
    """The name of a time zone, or nothing; raises ValidationError."""
    if text and text not in zoneinfo.available_timezones():
        raise ValidationError(_("This is not the name of a time zone, such as Asia/Karachi."), code="zone")
    return text


def clean_country(text: str) -> str:
    code = text.upper()
    if code and code not in COUNTRY_CODES:
        raise ValidationError(_("This is not the two-letter code of a country, such as PK."), code="country")
    return code


def clean_day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year < 2200:
        raise ValidationError(_("This is not a date such as 2026-02-28."), code="day")
    return day


def _line(limit: int) -> Callable[[str], str]:
    def clean(text: str) -> str:
        line = rules.clean_line(text)
        if len(line) > limit:
            raise ValidationError(_("This is longer than %s characters.") % limit, code="max_length")
        return line

    return clean


CLEAN: dict[str, Callable[[str], Any]] = {
    **{name: _line(limit) for name, limit in LINES.items()},
    "country": clean_country,
    "email": rules.clean_email,
    "further_emails": clean_emails,
    "language": lambda text: rules.clean_language(text or "en"),
    "further_languages": clean_languages,
    "zone": clean_zone,
    "held_from": clean_day,
    "held_until": clean_day,
    "checked_on": clean_day,
}
COLUMNS = tuple(CLEAN)


@dataclass(frozen=True)
class Row:
    """An official as the file would have them; `changed` names the columns in which that differs."""

    line: int
    official: Official
    is_new: bool
    changed: tuple[str, ...]


@dataclass
class Plan:
    new: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    same: list[Row] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Names what would be written: two plans that write the same have the same."""
        rows = [(row.official.pk, row.changed, cells_of(row.official)) for row in (*self.new, *self.changed)]
        return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def cells_of(official: Official) -> dict[str, str]:
    return {column: _cell(getattr(official, column)) for column in COLUMNS}


def write_registry(officials: Iterable[Official]) -> Iterator[str]:
    """Lines of CSV, the header first."""
    yield _csv(COLUMNS)
    for official in officials:
        yield _csv(guard(cell) for cell in cells_of(official).values())


def plan_import(coalition: Coalition, text: str) -> Plan:
    """What the file would do to the registry as it is now: one query. Raises CannotRead."""
    plan = Plan()
    seen: dict[tuple[str, ...], int] = {}
    known = _Known(coalition.officials.all())
    for line, cells in _rows(text):
        try:
            row = _planned(coalition, known, line, cells)
            key = _key(row.official)
            if key in seen:
                raise ValidationError(_("This is the same official as in line %s.") % seen[key])
        except ValidationError as error:
            plan.refused.append((line, " ".join(error.messages)))
            continue
        seen[key] = line
        rows = plan.new if row.is_new else plan.changed if row.changed else plan.same
        rows.append(row)
    return plan


class _Known:
    """The registry by what a row may be recognised by; each official is recognised once."""

    def __init__(self, officials: Iterable[Official]) -> None:
        self.exact: dict[tuple[str, ...], Official] = {}
        self.near: dict[tuple[str, ...], list[Official]] = {}
        for official in officials:
            self.exact[_key(official)] = official
            for key in _near_keys(*_key(official)):
                self.near.setdefault(key, []).append(official)
        self.taken: set[int] = set()

    def find(self, name: str, office: str, email: str) -> Official | None:
        """The official of that name, office and address; else the one that differs in one of office and address."""
        found = self.exact.get((name, office, email)) or self._find_near(name, office, email)
        if found and found.pk in self.taken:
            raise ValidationError(_("An earlier line is about this official."))
        if found:
            self.taken.add(found.pk)
        return found

    def _find_near(self, name: str, office: str, email: str) -> Official | None:
        for key in _near_keys(name, office, email):
            near = [official for official in self.near.get(key, []) if official.pk not in self.taken]
            if len(near) > 1:
                raise ValidationError(_("Several officials of the registry could be meant."))
            if near:
                return near[0]
        return None


def _near_keys(name: str, office: str, email: str) -> list[tuple[str, ...]]:
    return [("office", name, office), ("email", name, email)]


def _key(official: Official) -> tuple[str, str, str]:
    return official.name, official.office, official.email


def _planned(coalition: Coalition, known: _Known, line: int, cells: dict[str, str]) -> Row:
    values = {column: _cleaned(column, cell) for column, cell in cells.items()}
    values["name"] = values.get("name") or values.get("office", "")
    if not values["name"]:
        raise ValidationError(_("Give a name or an office."))
    found = known.find(values["name"], values.get("office", ""), values["email"])
    official = copy(found) if found else Official(coalition=coalition)
    before = cells_of(official)
    for column, value in values.items():
        setattr(official, column, value)
    if official.held_from and official.held_until and official.held_until < official.held_from:
        raise ValidationError(_("The office cannot end before it begins."))
    after = cells_of(official)
    changed = tuple(column for column in COLUMNS if before[column] != after[column])
    return Row(line, official, found is None, changed)


def _cleaned(column: str, cell: str) -> Any:
    try:
        return CLEAN[column](unguard(cell).strip())
    except ValidationError as error:
        raise ValidationError(f"{column}: {' '.join(error.messages)}") from error


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line on which it begins, cells by column), without empty rows."""
    text = text.removeprefix("\ufeff")
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise CannotRead(_("The file is too large. Please import it in parts."))
    head = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    begins, number = 1, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if header:
                    number += 1
                    yield begins, _by_column(header, cells)
                else:
                    header = _header(cells)
            begins = reader.line_num + 1
            if number > MOST_ROWS:
                raise CannotRead(_("The file has more than %s rows. Please import it in parts.") % MOST_ROWS)
    except csv.Error as error:
        raise CannotRead(_("Line %s is not CSV: is a quotation mark left open?") % reader.line_num) from error
    if not header:
        raise CannotRead(_("The file is empty."))


def _header(cells: list[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    if unknown := [name for name in header if name not in CLEAN]:
        known = ", ".join(COLUMNS)
        raise CannotRead(
            _("Unknown column: %(unknown)s. Known are %(known)s.")
            % {"unknown": ", ".join(unknown), "known": known}
        )
    if len(set(header)) < len(header):
        raise CannotRead(_("A column is named twice."))
    if "email" not in header or not {"name", "office"} & set(header):
        raise CannotRead(_("The columns email, and name or office, are needed."))
    return header


def _by_column(header: list[str], cells: list[str]) -> dict[str, str]:
    """Cells beyond the header are told of as one that no column takes."""
    if len(cells) > len(header) and any(cells[len(header) :]):
        raise CannotRead(_("A row has more cells than the header; is a comma unquoted?"))
    return dict(zip(header, cells, strict=False))


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(getattr(value, "code", value) or "")


def _csv(cells: Iterable[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(list(cells))
    return line.getvalue()


def _parts(text: str) -> list[str]:
    return text.replace(",", " ").replace(";", " ").split()


def _few(found: list[str]) -> list[str]:
    if len(found) > MOST_FURTHER:
        raise ValidationError(_("At most %s, please.") % MOST_FURTHER, code="many")
    return found
