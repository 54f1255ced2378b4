"""What the public pages read of signatures: counts that were folded before, and one page of the signatory list."""

import binascii
from base64 import b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, Self

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaign.collation import in_order_of, prefix_range
from campaign.countries import country_name
from letters.models import Letter
from signatures.models import CountryTotal, Exposure, Kind, Signature, State, Verified
from signatures.models.signature import LISTED
from signatures.rules import website_host

FEWEST = 5  # people of one country, and of the folded rest, that are told in public
ORGANISATIONS_ON_LETTER = 400
GROUPED_AT_MOST = 1000
PEOPLE_ON_LETTER = 60
ON_A_PAGE = 100
KEY_MAX = 160  # bytes

# A sign beside the name, and what the legend says of it.
MARKS = {
    Verified.REVIEWER: ("✓", _("reviewed by the coalition")),
    Verified.DOMAIN: ("†", _("mailbox on the domain of a known organisation")),
    Verified.IMPORTED: ("‡", _("entered by the coalition")),
    Verified.MAIL: ("§", _("mailbox confirmed, nothing more")),
    Verified.NOT: ("○", pgettext_lazy("an organisation", "not verified")),
}


class Counts(NamedTuple):
    organisations: int = 0
    individuals: int = 0
    countries: int = 0


class CountryCount(NamedTuple):
    name: str
    number: int


@dataclass(frozen=True)
class Since:
    """What a letter's list tells beside a name of the letter's life: who joined after the launch, where some stood
    under it before (`opened_at` is None elsewhere); and who stands under an older edition than the newest, where there
    are several (`numbers`, by primary key, is empty elsewhere)."""

    opened_at: datetime | None = None
    numbers: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, letter: Letter) -> Self:
        numbers = {edition.pk: edition.number for edition in letter.editions.all() if edition.frozen_at}
        is_one = len(set(numbers.values())) < 2
        return cls(letter.opened_at if letter.listed_at_opening else None, {} if is_one else numbers)

    def is_late(self, kind: str, confirmed_at: datetime | None) -> bool:
        """People sign after the launch always, and are never late."""
        joined = bool(self.opened_at and confirmed_at and confirmed_at > self.opened_at)
        return joined and kind == Kind.ORGANISATION

    def older(self, edition_id: int) -> int:
        """The number of an edition that is not the newest, else 0."""
        number = self.numbers.get(edition_id, 0)
        return 0 if number == max(self.numbers.values(), default=0) else number


@dataclass(frozen=True)
class Signatory:
    """One row of the signatory list, with nothing in it that its exposure does not allow."""

    name: str
    detail: str
    host: str
    website: str
    country: str
    country_name: str
    mark: str
    mark_text: str
    signed_on: date | None
    is_named: bool
    sort_key: bytes
    is_late: bool = False
    older_edition: int = 0

    FIELDS = (
        "public_name",
        "public_detail",
        "public_website",
        "country",
        "exposure",
        "verified",
        "confirmed_at",
        "sort_key",
        "kind",
        "edition_id",
    )

    @classmethod
    def of_row(cls, row: tuple, language: str, since: Since) -> Self:
        name, detail, website, country, exposure, verified, confirmed_at, sort_key, kind, edition_id = row
        mark, mark_text = MARKS.get(verified, MARKS[Verified.NOT]) if kind == Kind.ORGANISATION else ("", "")
        # Initials alone were chosen: a country beside them would tell more.
        told = "" if exposure == Exposure.INITIALS else str(country)
        return cls(
            name=name,
            detail=detail,
            host=website_host(website) if website else "",
            website=website,
            country=told,
            country_name=country_name(told, language) if told else "",
            mark=mark,
            mark_text=str(mark_text),
            signed_on=confirmed_at.date() if isinstance(confirmed_at, datetime) else None,
            is_named=bool(name),
            sort_key=bytes(sort_key),
            is_late=since.is_late(kind, confirmed_at),
            older_edition=since.older(edition_id),
        )

    @property
    def reference(self) -> str:
        """By which the row is named, as in a report of it; it tells no more than its place in the list."""
        return cursor_of(self.sort_key)


class Group(NamedTuple):
    """The organisations of one country."""

    country: str
    name: str
    rows: Sequence[Signatory]


class Page(NamedTuple):
    """A part of the signatory list; `next` and `previous` are cursors, empty where nothing follows."""

    rows: Sequence[Signatory]
    previous: str
    next: str


# --- Counts -------------------------------------------------------------------------------------------------


def counts_of(letter: Letter) -> Counts:
    return counts_of_all([letter])[letter.pk]


def counts_of_all(letters: Iterable[Letter]) -> dict[int, Counts]:
    """By letter, in one query, from the totals alone."""
    pks = [letter.pk for letter in letters]
    sums: dict[int, dict[str, int]] = {pk: defaultdict(int) for pk in pks}
    countries: dict[int, set[str]] = {pk: set() for pk in pks}
    rows = CountryTotal.objects.filter(letter_id__in=pks, count__gt=0)
    for pk, kind, country, count in rows.values_list("letter_id", "kind", "country", "count"):
        sums[pk][kind] += count
        if country:  # who was imported without one is of no country
            countries[pk].add(country)
    return {
        pk: Counts(sums[pk][Kind.ORGANISATION], sums[pk][Kind.INDIVIDUAL], len(countries[pk])) for pk in pks
    }


def country_counts(letter: Letter, language: str) -> tuple[list[CountryCount], int]:
    """People by country, most first, and how many are folded into "other"; so that no count, told or found by
    subtraction, is of fewer than FEWEST people."""
    rows = CountryTotal.objects.filter(letter=letter, kind=Kind.INDIVIDUAL, count__gt=0)
    told, rest = fold_small(list(rows.values_list("country", "count")))
    return [CountryCount(country_name(country, language), count) for country, count in told], rest


def fold_small(rows: list[tuple[str, int]]) -> tuple[list[tuple[str, int]], int]:
    """(told, rest): nothing is told, and the rest is 0, where all together are too few."""
    told = sorted((row for row in rows if row[1] >= FEWEST), key=lambda row: (-row[1], row[0]))
    rest = sum(count for _country, count in rows if count < FEWEST)
    while 0 < rest < FEWEST and told:
        rest += told.pop()[1]
    return told, rest if rest >= FEWEST else 0


def standing_by_edition(letter: Letter) -> list[tuple[int, Counts]]:
    """(number of an edition, how many organisations and people stand under it), the newest first, in one query."""
    rows = letter.edition_totals.filter(count__gt=0).values_list("number", "kind", "count")
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number, kind, count in rows:
        sums[number][kind] += count
    found = [(number, Counts(of[Kind.ORGANISATION], of[Kind.INDIVIDUAL])) for number, of in sums.items()]
    return sorted(found, reverse=True)


# --- The signatory list -------------------------------------------------------------------------------------


class Literal(Value):
    """A constant of ours written into the SQL itself, since SQLite does not see a partial index's condition in a list
    of parameters; never for what came from outside."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        return f"'{self.value}'", []


def listed(letter: Letter, kind: str) -> QuerySet[Signature]:
    """The signatory list of one kind by the index `signature_list`, and in its order."""
    shown = Signature.objects.filter(
        state=State.CONFIRMED, exposure__in=[Literal(choice) for choice in LISTED]
    )
    return shown.filter(letter=letter, kind=kind).order_by("sort_key")


def first_signatories(letter: Letter, kind: str, language: str, limit: int) -> tuple[list[Signatory], bool]:
    """The first `limit` A–Z by the root order, and whether there are more."""
    rows, since = listed(letter, kind).values_list(*Signatory.FIELDS)[: limit + 1], Since.of(letter)
    found = [Signatory.of_row(row, language, since) for row in rows]
    return found[:limit], len(found) > limit


def by_country(rows: Iterable[Signatory], language: str) -> list[Group]:
    """Countries, and names within each, in the order that readers of the language expect; who joined after the launch
    is in none of them, but in `late_among`."""
    groups: dict[str, list[Signatory]] = defaultdict(list)
    for row in rows:
        if not row.is_late:
            groups[row.country].append(row)
    named = [
        Group(
            code,
            country_name(code, language) if code else "",
            in_order_of(language, found, lambda row: row.name),
        )
        for code, found in groups.items()
    ]
    return list(in_order_of(language, named, lambda group: group.name))


def late_among(rows: Iterable[Signatory], language: str) -> Sequence[Signatory]:
    """Those who joined after the launch, in the order that readers of the language expect."""
    return list(in_order_of(language, [row for row in rows if row.is_late], lambda row: row.name))


def marks_among(rows: Iterable[Signatory]) -> list[tuple[str, str]]:
    """The legend: each mark that occurs with its meaning, in the order of MARKS."""
    present = {row.mark for row in rows}
    return [(mark, str(text)) for mark, text in MARKS.values() if mark in present]


def list_page(
    letter: Letter, kind: str, language: str, *, start: str = "", after: str = "", before: str = ""
) -> Page:
    """ON_A_PAGE names that begin with `start`, after or before a cursor; one range of one index, wherever it is."""
    rows, since = listed(letter, kind), Since.of(letter)
    if start:
        low, high = prefix_range(start)
        rows = rows.filter(sort_key__gte=low, sort_key__lt=high)
    before_key, after_key = key_of(before), key_of(after)
    if before_key:
        found = _read(rows.filter(sort_key__lt=before_key).order_by("-sort_key"), language, since)[::-1]
        if len(found) > ON_A_PAGE:
            return _page(found[1:], has_previous=True, has_next=True)
    rows = rows.filter(sort_key__gt=after_key) if after_key and not before_key else rows
    found = _read(rows, language, since)
    is_first = not after_key or bool(before_key)
    return _page(found[:ON_A_PAGE], has_previous=not is_first, has_next=len(found) > ON_A_PAGE)


def _read(rows: QuerySet[Signature], language: str, since: Since) -> list[Signatory]:
    found = rows.values_list(*Signatory.FIELDS)[: ON_A_PAGE + 1]
    return [Signatory.of_row(row, language, since) for row in found]


def _page(rows: Sequence[Signatory], *, has_previous: bool, has_next: bool) -> Page:
    return Page(
        rows,
        previous=cursor_of(rows[0].sort_key) if rows and has_previous else "",
        next=cursor_of(rows[-1].sort_key) if rows and has_next else "",
    )


def cursor_of(key: bytes | memoryview) -> str:
    """A row's place in the list as it stands in an address: its sort key, which ends in random bytes."""
    return urlsafe_b64encode(key).decode().rstrip("=")


def key_of(cursor: str) -> bytes:
    """Empty for what is no cursor."""
    try:
        return b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)[:KEY_MAX]
    except (binascii.Error, ValueError):
        return b""
