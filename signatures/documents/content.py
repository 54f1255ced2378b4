"""What is in a document, and its file.

A PDF for the officials is one file of at most NAMES_PER_FILE names, the organisations first, since it goes by mail;
what is left out is told at the end of the names, with where the whole list is. The PDF of the list has everybody, as
the spreadsheet has: above NAMES_PER_FILE it goes on in annexes, and all of them are in one ZIP archive then.
"""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from campaign.collation import in_order_of
from campaign.languages import direction_of, locale_of, speaking
from letters.models import Addressee, Edition, Letter, Text
from letters.public import coalitions_of
from signatures.exports import PUBLIC_COLUMNS, public_rows, write_sheet
from signatures.models import Document, Kind, Verified
from signatures.public import (
    MARKS,
    Counts,
    Group,
    Signatory,
    Since,
    by_country,
    counts_of,
    first_signatories,
    late_among,
    listed,
)
from signatures.typesetting import NAMES_PER_FILE, markdown_blocks, typeset_document, typeset_picture

READ_AT_ONCE = 2000
PROVEN = {MARKS[Verified.REVIEWER][0], MARKS[Verified.DOMAIN][0]}
LONGEST_LINE = 90


def write_document(letter: Letter, kind: str, language: str, output: Path) -> Path:
    """Writes one document and returns its file: `output` with the suffix that it came to have.

    Raises TypesettingError and OSError.
    """
    return WRITERS[kind](letter, language, output)


def document_data(
    letter: Letter, language: str, *, with_text: bool = True, most: int | None = None
) -> dict[str, Any]:
    """What `typeset_document` takes, with at most `most` names; without its text, it is the signatory list alone."""
    with speaking(language):
        data = _frame(letter, letter.edition.text_nearest(language))
        data |= _text(letter, data["language"]) if with_text else dict(NO_TEXT)
        return data | _names(letter, data["language"], most)


# --- The kinds ----------------------------------------------------------------------------------------------


def _write_letter(letter: Letter, language: str, output: Path) -> Path:
    # A name less leaves room for the line that tells how many more there are.
    data = document_data(letter, language, most=NAMES_PER_FILE - 1)
    return typeset_document(data, output.with_suffix(".pdf"))[0]


def _write_list(letter: Letter, language: str, output: Path) -> Path:
    # People of a long list are put in words as they are set.
    with speaking(language):
        data = document_data(letter, language, with_text=False)
        files = typeset_document(data, output.with_suffix(".pdf"))
    return files[0] if len(files) == 1 else _zipped(files, output.with_suffix(".zip"), letter)


def _zipped(files: list[Path], output: Path, letter: Letter) -> Path:
    with zipfile.ZipFile(output, "w") as archive:
        for number, file in enumerate(files):
            annex = f"-annex-{number}" if number else ""
            archive.write(file, f"{letter.slug}-signatories{annex}.pdf")
            file.unlink()
    return output


def _write_sheet(letter: Letter, language: str, output: Path) -> Path:
    file = output.with_suffix(".xlsx")
    write_sheet(
        PUBLIC_COLUMNS,
        public_rows(letter),
        file,
        right_to_left=direction_of(letter.original_language) == "rtl",
    )
    return file


def _write_picture(letter: Letter, language: str, output: Path) -> Path:
    file = output.with_suffix(".png")
    with speaking(language):
        typeset_picture(_picture(letter, letter.edition.text_nearest(language)), file)
    return file


WRITERS: dict[str, Callable[[Letter, str, Path], Path]] = {
    Document.Kind.LETTER: _write_letter,
    Document.Kind.LIST: _write_list,
    Document.Kind.SHEET: _write_sheet,
    Document.Kind.PICTURE: _write_picture,
}


# --- Their parts --------------------------------------------------------------------------------------------

NO_TEXT = {"salutation": "", "body": [], "closing": "", "asks": [], "addressees": []}


def publishers_line(letter: Letter) -> str:
    """All who publish the letter, the lead first."""
    return " · ".join(coalition.name for coalition in coalitions_of(letter))


def _frame(letter: Letter, text: Text) -> dict[str, Any]:
    edition = letter.edition
    counts = counts_of(letter)
    return {
        "language": text.language,
        "direction": direction_of(text.language),
        "coalition": publishers_line(letter),
        "demo": letter.lead.is_demo,
        "title": text.title,
        "edition": str(edition),
        "sha256": edition.sha256,
        "url": settings.SITE_URL + text.get_absolute_url(),
        "date": _date(letter, edition, text.language),
        "counts": {name: _number(count, text.language) for name, count in counts._asdict().items()},
        "labels": _labels(counts),
    }


def _text(letter: Letter, language: str) -> dict[str, Any]:
    text = letter.edition.text_nearest(language)
    to, cc = letter.to_and_cc()
    return {
        "salutation": text.salutation,
        "body": markdown_blocks(text.body),
        "closing": text.closing,
        "asks": [ask for _number, ask in letter.edition.asks_in(language)],
        "addressees": [_addressee(addressee) for addressee in (*to, *cc)],
    }


def _addressee(addressee: Addressee) -> dict[str, str]:
    # Where only the office is known it stands for the name too, and is not said twice.
    office = "" if addressee.office == addressee.name else addressee.office
    names = {"name": addressee.name, "office": office, "institution": addressee.institution}
    return {**names, "kind": addressee.kind}


def _names(letter: Letter, language: str, most: int | None) -> dict[str, Any]:
    if most is None:
        return _all_names(letter, language)
    organisations, more_organisations = first_signatories(letter, Kind.ORGANISATION, language, most)
    left = most - len(organisations)
    people, more_people = first_signatories(letter, Kind.INDIVIDUAL, language, left)
    individuals = [_person(row) for row in _in_order(people, language)]
    if more_organisations or more_people:
        individuals.append(_and_more(letter))
    return {"organisations": _groups(organisations, language), "individuals": individuals}


def _all_names(letter: Letter, language: str) -> dict[str, Any]:
    """In the order of the language as far as one file holds them."""
    rows = listed(letter, Kind.ORGANISATION).values_list(*Signatory.FIELDS)
    since = Since.of(letter)
    organisations = [Signatory.of_row(row, language, since) for row in rows.iterator(READ_AT_ONCE)]
    people = People(letter, language)
    individuals: Any = people
    if len(people) <= NAMES_PER_FILE:
        individuals = [_person(row) for row in _in_order(people.rows(), language)]
    return {"organisations": _groups(organisations, language), "individuals": individuals}


class People:
    """All people listed, A–Z by the root order, read from the database as they are set."""

    def __init__(self, letter: Letter, language: str) -> None:
        self.listed, self.language = listed(letter, Kind.INDIVIDUAL), language
        self.since = Since.of(letter)
        self.number = self.listed.count()

    def __len__(self) -> int:
        return self.number

    def __iter__(self) -> Iterator[dict[str, str]]:
        return (_person(row) for row in self.rows())

    def rows(self) -> Iterator[Signatory]:
        """No more than were counted, whoever comes meanwhile."""
        rows = self.listed.values_list(*Signatory.FIELDS)[: self.number]
        found = rows.iterator(READ_AT_ONCE)
        return (Signatory.of_row(row, self.language, self.since) for row in found)


def _in_order(people: Iterable[Signatory], language: str) -> list[Signatory]:
    """By name; who shows none comes behind, by country."""
    people = list(people)
    named = in_order_of(language, (row for row in people if row.is_named), lambda row: row.name)
    hidden = in_order_of(language, (row for row in people if not row.is_named), lambda row: row.country_name)
    return [*named, *hidden]


def _groups(organisations: Iterable[Signatory], language: str) -> list[dict[str, Any]]:
    """By country, and behind them who joined after the launch."""
    organisations = list(organisations)
    late = late_among(organisations, language)
    groups = by_country(organisations, language)
    if late:
        groups.append(Group("", _("Joined after the launch"), late))
    return [_group(group) for group in groups]


def _group(group: Group) -> dict[str, Any]:
    names = [
        {"name": row.name or _("An organisation"), "domain": row.host, "verified": row.mark in PROVEN}
        for row in group.rows
    ]
    return {"country_name": group.name, "names": names}


def _person(row: Signatory) -> dict[str, str]:
    if not row.is_named:
        said = _("A signatory from %s") % row.country_name
        return {"name": said, "detail": "", "country_name": ""}
    return {"name": row.name, "detail": row.detail, "country_name": row.country_name}


def _and_more(letter: Letter) -> dict[str, str]:
    url = settings.SITE_URL + reverse("signatures:export", args=[letter.slug, "csv"])
    return {
        "name": _("and others: the whole list is at the address below"),
        "detail": url,
        "country_name": "",
    }


def _labels(counts: Counts) -> dict[str, str]:
    return {
        "to": _("To"),
        "cc": _("In copy"),
        "asks": _("What we ask"),
        "signed_by": _("Signed by"),
        "count_organisations": npgettext("counted", "organisation", "organisations", counts.organisations),
        "count_individuals": npgettext("counted", "person", "people", counts.individuals),
        "count_countries": npgettext("counted", "country", "countries", counts.countries),
        "organisations": _("Organisations"),
        "individuals": _("People"),
        "verified": _("✓ Reviewed by the coalition, or signed from the domain of an organisation that was."),
        "edition": _("Edition"),
        "page": _("Page {page} of {pages}"),
        "annex": _("Annex {number} of {count}"),
        "annexes": _("The names go on in {count} annexes to this document."),
        "demo": _("Demonstration: every name is invented."),
    }


def _date(letter: Letter, edition: Edition, language: str) -> str:
    day = letter.opened_at or letter.opens_at or edition.created_at
    # The day first in English too, as the pages have it.
    return format_date(day, format="long", locale=_locale("en-GB" if language == "en" else language))


def _number(count: int, language: str) -> str:
    """Empty for none, which is not told."""
    return format_decimal(count, locale=_locale(language)) if count else ""


def _locale(language: str) -> Any:
    try:
        return locale_of(language)
    except ValueError:
        return locale_of("en")


def _picture(letter: Letter, text: Text) -> dict[str, Any]:
    to, _cc = letter.to_and_cc()
    first = (to[0].office or to[0].name) if to else ""
    return {
        "language": text.language,
        "direction": direction_of(text.language),
        "coalition": publishers_line(letter),
        "title": text.title,
        "line": _("To: %s") % _shortened(first) if first else "",
        "call": _("Read the letter") if letter.is_closed() else _("Read and sign"),
        "demo": _("Demonstration") if letter.lead.is_demo else "",
    }


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1].rstrip() + "…"
