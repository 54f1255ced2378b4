"""Reads a list of organisations as people have it: a spreadsheet's CSV, or rows pasted from one."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from signatures.contacts import Contact
from signatures.guests.words import country_code, language_tag
from signatures.rules import clean_address, clean_name, clean_text, clean_website

LARGEST_FILE = 2_000_000  # bytes
MOST_ROWS = 5000
LONGEST = 200
NO_CONTACT = Contact()
COLUMNS = ("name", "country", "website", "contact", "language")
# What else a header says for a column; `person` and `contact` together make the contact.
_SYNONYMS = {
    "name": "organisation organization organisationname organizationname nameoforganisation nameoforganization"
    " memberorganisation memberorganization member orgname org group ngo nom nomdelorganisation nomdelorganization"
    " association نام تنظیم",
    "country": "countrycode iso iso2 iso3 isocode nation countryname location pays ملک",
    "website": "web url site websiteurl homepage webpage link domain siteweb ویبسائٹ",
    "contact": "email mail emailaddress contactemail contactaddress address courriel adresse emailid رابطہ ایمیل",
    "person": "contactname contactperson representative personne focalpoint nameofcontact",
    "language": "lang languages preferredlanguage langue languagecode زبان",
}
_KNOWN = {word: column for column, words in _SYNONYMS.items() for word in (column, *words.split())}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNSAID = re.compile(r"[\W_]+")


class Reason(models.TextChoices):
    """Why a row is refused."""

    NO_NAME = "no_name", _("It has no name.")
    NAME = "name", _("This is no name: it is an address, a link, or has characters that cannot be shown.")
    LONG = "long", _("One of its cells is longer than 200 characters.")
    COUNTRY = (
        "country",
        _("The country is none that we know. Write its name in English, or a code such as PK."),
    )
    WEBSITE = "website", _("The website is no address of one.")
    CONTACT = "contact", _("The contact is no e-mail address.")
    LANGUAGE = (
        "language",
        _("The language is none that we know. Write its name in English, or a code such as ur."),
    )
    CELLS = (
        "cells",
        _("It has more cells than the list has columns. Is a comma inside a cell without quotation marks?"),
    )
    QUOTES = "quotes", _("A quotation mark opens here and never closes, so what follows could not be read.")


@dataclass(frozen=True)
class Guest:
    """One organisation of a list, checked."""

    line: int
    name: str
    country: str = ""
    website: str = ""
    contact: Contact = NO_CONTACT
    language: str = ""


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be taken; its name only if that is one, since anything may stand in the wrong cell."""

    line: int
    reason: str
    name: str = ""


def decode(content: bytes) -> tuple[str, str]:
    """The text and its encoding; raises ValidationError for what is no text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    if content[:200].count(0) > len(content[:200]) // 4:
        return _decoded(content, "utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        return _decoded(content, "windows-1252")


def _decoded(content: bytes, encoding: str) -> tuple[str, str]:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ValidationError(
            _("This is no list in text. In your spreadsheet, choose “Save as” and “CSV UTF-8”."),
            code="encoding",
        )
    return text, encoding.removesuffix("-sig")


def check_list(text: str) -> int:
    """How many rows it has; raises ValidationError for a list that cannot be taken as a whole."""
    rows = list(islice(_rows(text), MOST_ROWS + 2))
    columns = read_columns(text)
    count = len(rows) - has_header(text)
    if count < 1:
        raise ValidationError(_("There is no organisation in this list."), code="empty")
    if count > MOST_ROWS:
        raise ValidationError(
            _("The list has more than %(most)s organisations. Bring it in parts.") % {"most": MOST_ROWS},
            code="long",
        )
    if "name" not in columns:
        raise ValidationError(_("The header names no column “name”."), code="header")
    return count


def read_columns(text: str) -> list[str]:
    """The columns in the order of the list, empty for one that is passed over; by its header, else as COLUMNS are."""
    first = _first_row(text)
    if not has_header(text):
        return list(COLUMNS)
    named = [_KNOWN.get(_word(cell), "") for cell in first]
    # The first of two that say the same counts.
    return [column if column not in named[:place] else "" for place, column in enumerate(named)]


def has_header(text: str) -> bool:
    """A first row that names columns: two of them, or that of the names beside one that we don't know. In a list of
    nothing but names, a first row that is such a word is a header too."""
    cells = [cell for cell in _first_row(text) if cell.strip()]
    known = [_KNOWN[word] for cell in cells if (word := _word(cell)) in _KNOWN]
    return bool(known) and (len(known) >= 2 or len(known) == len(cells) or known == ["name"])


def _word(cell: str) -> str:
    return _UNSAID.sub("", unicodedata.normalize("NFKC", cell)).casefold()


def read_guests(text: str, spoken: Sequence[str] = ()) -> Iterator[Guest | RefusedRow]:
    """The rows below the header, in order; `spoken` are languages in which countries may be named, besides English,
    French and Urdu."""
    columns = read_columns(text)
    for line, cells in islice(_rows(text), int(has_header(text)), None):
        if cells is None:
            yield RefusedRow(line, Reason.QUOTES)
        else:
            yield _checked(line, cells, columns, spoken)


def _checked(line: int, cells: list[str], columns: list[str], spoken: Iterable[str]) -> Guest | RefusedRow:
    given = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    given = {column: unicodedata.normalize("NFC", cell) for column, cell in given.items()}
    name = ""
    try:
        name = _name(given.get("name", ""))
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise ValueError(Reason.CELLS)
        if any(len(cell) > LONGEST for cell in given.values()):
            raise ValueError(Reason.LONG)
        return Guest(
            line,
            name,
            _said(Reason.COUNTRY, lambda text: country_code(text, spoken), given.get("country", "")),
            _said(Reason.WEBSITE, clean_website, given.get("website", "")),
            _contact(given.get("contact", ""), given.get("person", "")),
            _said(Reason.LANGUAGE, lambda text: language_tag(text, spoken), given.get("language", "")),
        )
    except ValueError as error:
        return RefusedRow(line, str(error), name)


def _name(text: str) -> str:
    if not text:
        raise ValueError(Reason.NO_NAME)
    if len(text) > LONGEST:
        raise ValueError(Reason.LONG)
    return _said(Reason.NAME, clean_name, text)


def _said(reason: str, clean: Callable[[str], str], text: str) -> str:
    try:
        return clean(text) if text else ""
    except (ValidationError, LookupError):
        raise ValueError(reason) from None


def _contact(address: str, person: str) -> Contact:
    """From `name <address>` or an address, with the name perhaps in a column of its own."""
    name, email = parseaddr(address) if "<" in address else ("", address)
    return Contact(
        _said(Reason.CONTACT, clean_text, person or name),
        _said(Reason.CONTACT, clean_address, email or address),
    )


# --- Rows ---------------------------------------------------------------------------------------------------


def _rows(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """The line that a row begins on with its cells, or None where a quotation mark never closes; not the empty ones."""
    lines = io.StringIO(text.lstrip("\ufeff"), newline="")
    reader: Any = csv.reader(lines, delimiter=_delimiter(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _first_row(text: str) -> list[str]:
    return next((cells or [] for _line, cells in _rows(text)), [])


def _delimiter(text: str) -> str:
    """What parts the cells: whichever of tab, semicolon and comma is the most frequent in the first line."""
    first = next((line for line in text[:20_000].splitlines() if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", first)
    return max("\t;,", key=outside.count) if any(mark in outside for mark in "\t;,") else ","
