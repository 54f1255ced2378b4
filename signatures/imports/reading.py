"""Reads a signatories file (UTF-8 CSV, RFC 4180, with a header) row by row; says of each refused row why."""

import csv
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django_countries import countries

from signatures.models import Exposure, Kind
from signatures.rules import clean_address, clean_name, clean_text, clean_website

COLUMNS = ("kind", "name", "organisation", "role", "country", "website", "email", "exposure", "signed_at")
REQUIRED = ("kind", "name")
LONGEST = 200
UNCLOSED = "a quotation mark opens here and never closes, so that nothing from here on was read"
EXPOSURES = tuple(value for value in Exposure.values if value != Exposure.SEALED)
UNSAID = {Kind.ORGANISATION: Exposure.PUBLIC, Kind.INDIVIDUAL: Exposure.COUNTED}


class BadFile(Exception):
    """The file as a whole cannot be read; nothing of it was imported. The words name the line."""


@dataclass(frozen=True)
class Refused:
    """A row that was not imported, by the line it begins on."""

    line: int
    reason: str


@dataclass(frozen=True)
class Row:
    """One signatory of the file, checked."""

    line: int
    kind: str
    name: str
    organisation: str
    role: str
    country: str
    website: str
    email: str
    exposure: str
    signed_at: datetime | None

    def identity(self) -> str:
        """What makes it the same signatory when the file is imported again."""
        signed_at = self.signed_at.isoformat() if self.signed_at else ""
        return "\x1f".join((self.kind, self.name, self.organisation, self.role, self.country, signed_at))


def read_rows(path: Path) -> Iterator[Row | Refused]:
    """The rows in order; raises BadFile for what is wrong with the file as such."""
    for line, cells, header in _cells(path):
        if isinstance(cells, str):
            yield Refused(line, cells)
            continue
        try:
            yield _checked(line, cells, header)
        except ValidationError as error:
            yield Refused(line, "; ".join(str(message) for message in error.messages))


def count_rows(path: Path) -> int:
    """How many rows the file has below its header; raises BadFile."""
    return sum(1 for _row in _cells(path))


def _cells(path: Path) -> Iterator[tuple[int, list[str] | str, list[str]]]:
    """The line a row begins on, its cells or why it has none, and the header."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = _header(next(reader, []), path)
            for line, cells in _parsed(reader):
                yield line, cells, header
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{path}:{_line_of_bad_byte(path)}: this is not UTF-8; save the file as UTF-8"
        ) from error
    except csv.Error as error:
        raise BadFile(f"{path}:1: {error}") from error
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error


def _parsed(reader: Any) -> Iterator[tuple[int, list[str] | str]]:
    """Rows that are not empty; a row that is no CSV is told, and the reader goes on behind it."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, UNCLOSED if "end of data" in str(error) else str(error)
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _line_of_bad_byte(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1


def _header(cells: list[str], path: Path) -> list[str]:
    names = [cell.strip() for cell in cells]
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise BadFile(f"{path}:1: columns are parted by commas; save the file as CSV with commas")
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in REQUIRED if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    for said, which in (("unknown", unknown), ("missing", missing), ("doubled", twice)):
        if which:
            raise BadFile(f"{path}:1: {said} column: {', '.join(which)}. Columns are {','.join(COLUMNS)}.")
    return names


def _checked(line: int, cells: list[str], header: list[str]) -> Row:
    if len(cells) > len(header):
        raise ValidationError(f"has {len(cells)} cells, and the header {len(header)}; is a comma unquoted?")
    given = dict.fromkeys(COLUMNS, "") | {
        name: cell.strip() for name, cell in zip(header, cells, strict=False)
    }
    kind = _one_of("kind", given["kind"], Kind.values)
    return Row(
        line=line,
        kind=kind,
        name=_said("name", clean_name, given["name"]) or _missing("name"),
        organisation=_said("organisation", clean_text, given["organisation"]),
        role=_said("role", clean_text, given["role"]),
        country=_country(given["country"]),
        website=_said("website", clean_website, given["website"]),
        email=_said("email", clean_address, given["email"]),
        exposure=_one_of("exposure", given["exposure"] or UNSAID[Kind(kind)], EXPOSURES),
        signed_at=_moment(given["signed_at"]),
    )


def _missing(column: str) -> str:
    raise ValidationError(f"{column}: is empty")


def _said(column: str, clean: Callable[[str], str], text: str) -> str:
    """The cell as `clean` has it; its refusal names the column."""
    text = unicodedata.normalize("NFC", text)
    if len(text) > LONGEST:
        raise ValidationError(f"{column}: has {len(text)} characters, {LONGEST} at most")
    try:
        return clean(text) if text else ""
    except ValidationError as error:
        raise ValidationError(f"{column}: {error.messages[0]}") from error


def _one_of(column: str, value: str, known: list[str] | tuple[str, ...]) -> str:
    value = value.lower()
    if value not in known:
        raise ValidationError(f"{column}: {value!r} is none of {', '.join(known)}")
    return value


def _country(text: str) -> str:
    """ISO 3166-1 alpha-2, in any case; the English name is understood too."""
    if not text:
        return ""
    code = text.upper() if text.upper() in countries.countries else countries.by_name(text, language="en")
    if not code:
        raise ValidationError(f"country: {text!r} is no ISO 3166 country code, such as PK")
    return str(code)


def _moment(text: str) -> datetime | None:
    """ISO 8601; without a zone it is UTC, without a time it is midnight."""
    if not text:
        return None
    try:
        day = parse_date(text)
        moment = datetime(day.year, day.month, day.day) if day else parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise ValidationError(f"signed_at: {text!r} is no date, such as 2024-02-06T09:00:00+05:00")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > timezone.now() + timedelta(days=1):
        raise ValidationError(f"signed_at: {text!r} is in the future")
    return moment
