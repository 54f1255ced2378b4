"""The rows of an export, organisations before people, read from the database a part at a time."""

from collections.abc import Iterator
from datetime import datetime

from campaign.sealing import CannotOpen
from letters.models import Letter
from signatures.models import Exposure, Kind, Signature
from signatures.person import Person
from signatures.public import listed

PUBLIC_COLUMNS = ("kind", "name", "detail", "country", "website", "verified", "signed_on", "edition")
PERSON_COLUMNS = ("name", "email", "role", "affiliation", "organisation", "website")
FULL_COLUMNS = (
    "kind",
    *PERSON_COLUMNS,
    "country",
    "exposure",
    "state",
    "verified",
    "origin",
    "language",
    "wants_updates",
    "consented_at",
    "confirmed_at",
    "state_at",
    "edition",
)
KINDS = (Kind.ORGANISATION, Kind.INDIVIDUAL)
READ_AT_ONCE = 2000
Row = tuple[str, ...]


def public_rows(letter: Letter) -> Iterator[Row]:
    """PUBLIC_COLUMNS of all who are listed, A–Z by the root order: what their exposure lets anybody read."""
    editions = _editions(letter)
    fields = ("public_name", "public_detail", "country", "public_website", "verified", "exposure")
    for kind in KINDS:
        rows = listed(letter, kind).values_list(*fields, "confirmed_at", "edition_id")
        for name, detail, country, website, verified, exposure, at, edition in rows.iterator(READ_AT_ONCE):
            # Who chose initials alone told no country.
            country = "" if exposure == Exposure.INITIALS else str(country)
            yield kind.value, name, detail, country, website, verified, _day(at), editions[edition]


def full_rows(letter: Letter) -> Iterator[Row]:
    """FULL_COLUMNS of all who stand under the letter or wait to: private data, opened row by row.

    Who never confirmed is not in it, since anybody may have typed that address; nor is who withdrew.
    """
    editions = _editions(letter)
    for kind in KINDS:
        rows = Signature.objects.placed().filter(letter=letter, kind=kind).order_by("id")
        for row in rows.iterator(READ_AT_ONCE):
            yield _full_row(row, editions[row.edition_id])


def _full_row(row: Signature, edition: str) -> Row:
    person = _opened(row)
    return (
        row.kind,
        *(getattr(person, column) for column in PERSON_COLUMNS),
        str(row.country),
        row.exposure,
        row.state,
        row.verified,
        row.origin,
        row.language,
        "yes" if row.wants_updates else "no",
        _moment(row.consented_at),
        _moment(row.confirmed_at),
        _moment(row.state_at),
        edition,
    )


def _opened(row: Signature) -> Person:
    """What can't be opened any more, for a lost key, is as empty as its public part leaves it."""
    try:
        return Person.open(row.sealed)
    except CannotOpen:
        return Person(name=row.public_name, website=row.public_website)


def _editions(letter: Letter) -> dict[int, str]:
    rows = letter.editions.values_list("pk", "number", "revision")
    return {pk: f"{number}.{revision}" for pk, number, revision in rows}


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at else ""


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
