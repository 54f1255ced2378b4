"""What the desk shows of a letter in numbers; all of it was counted before, and no page counts."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaign.countries import country_name
from campaign.languages import locale_of
from letters.models import Letter
from signatures.breakdowns import LONGER
from signatures.models import Breakdown, CountryTotal, Dimension, Kind
from signatures.public import fold_small

REFERRERS: dict[str, Promise | str] = {
    "site": _("a page of this site"),
    "other": _("another site"),
    "none": _("not told"),
    "": _("not by the form"),
}
TAKEN: dict[str, Promise | str] = {
    "1m": _("under a minute"),
    "5m": _("1 to 5 minutes"),
    "1h": _("5 minutes to an hour"),
    "1d": _("an hour to a day"),
    LONGER: _("longer than a day"),
}


class Country(NamedTuple):
    """`code` is empty for who was imported without a country."""

    code: str
    name: str
    organisations: int
    people: int


class Part(NamedTuple):
    """One value of a breakdown; `share` is in percent of all."""

    value: str
    name: str
    number: int
    share: int


class Confirmation(NamedTuple):
    """Who was asked by mail to confirm, who of them stands, and how long that took them."""

    asked: int
    confirmed: int
    delays: Sequence[Part]

    @property
    def rate(self) -> int | None:
        """In percent; None while it cannot be told, as of signatures that are older than this count."""
        return round(100 * self.confirmed / self.asked) if self.asked >= self.confirmed > 0 else None


class Numbers(NamedTuple):
    """`elsewhere` people are of countries that are not told, and `unnamed` of languages that are not, for who may not
    know of a few."""

    countries: Sequence[Country]
    elsewhere: int
    languages: Sequence[Part]
    unnamed: int
    referrers: Sequence[Part]
    confirmation: Confirmation
    folds: bool

    @property
    def by_code(self) -> dict[str, int]:
        return {one.code: one.organisations + one.people for one in self.countries if one.code}

    def rows(self) -> Iterator[tuple[str, str, int]]:
        """(dimension, value, count) of everything."""
        for one in self.countries:
            yield "organisations by country", one.code, one.organisations
            yield "people by country", one.code, one.people
        yield "people by country", "other", self.elsewhere
        yield from (("language", part.value, part.number) for part in self.languages)
        yield "language", "other", self.unnamed
        yield from (("came from", part.value or "not by the form", part.number) for part in self.referrers)
        yield from (("time to confirm", part.value, part.number) for part in self.confirmation.delays)
        yield "confirmation", "asked", self.confirmation.asked
        yield "confirmation", "confirmed", self.confirmation.confirmed


def numbers_of(letter: Letter, language: str, *, folds: bool) -> Numbers:
    """In the words of `language`; two queries. `folds` tells of nobody among fewer than five."""
    told = _breakdowns(letter)
    countries, elsewhere = _countries(letter, language, folds=folds)
    languages, unnamed = _parts(told[Dimension.LANGUAGE], folds=folds)
    confirmed = sum(told[Dimension.DELAY].values())
    asked = sum(told[Dimension.MAILED].values())
    return Numbers(
        countries,
        elsewhere,
        [part._replace(name=_language_name(part.value, language)) for part in languages],
        unnamed,
        _in_order(told[Dimension.REFERRER], REFERRERS),
        Confirmation(asked, confirmed, _in_order(told[Dimension.DELAY], TAKEN)),
        folds,
    )


def _breakdowns(letter: Letter) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {dimension: {} for dimension in Dimension.values}
    rows = Breakdown.objects.filter(letter=letter, count__gt=0)
    for dimension, value, count in rows.values_list("dimension", "value", "count"):
        found[dimension][value] = count
    return found


def _countries(letter: Letter, language: str, *, folds: bool) -> tuple[list[Country], int]:
    counts: dict[str, dict[str, int]] = {kind: {} for kind in Kind.values}
    rows = CountryTotal.objects.filter(letter=letter, count__gt=0)
    for kind, country, count in rows.values_list("kind", "country", "count"):
        counts[kind][country] = count
    organisations, people, elsewhere = counts[Kind.ORGANISATION], counts[Kind.INDIVIDUAL], 0
    if folds:
        told, elsewhere = fold_small(list(people.items()))
        people = dict(told)
    found = [
        Country(
            code,
            country_name(code, language) if code else gettext("no country given"),
            organisations.get(code, 0),
            people.get(code, 0),
        )
        for code in organisations.keys() | people.keys()
    ]
    return sorted(found, key=lambda one: (-one.organisations - one.people, one.name)), elsewhere


def _parts(counts: dict[str, int], *, folds: bool) -> tuple[list[Part], int]:
    """Most first."""
    told, rest = fold_small(list(counts.items())) if folds else (list(counts.items()), 0)
    total = sum(count for _value, count in told) + rest
    ordered = sorted(told, key=lambda row: (-row[1], row[0]))
    return [Part(value, value, count, _share(count, total)) for value, count in ordered], rest


def _in_order(counts: dict[str, int], names: dict[str, Promise | str]) -> list[Part]:
    total = sum(counts.values())
    known = [value for value in names if value in counts]
    other = sorted(counts.keys() - names.keys())
    return [
        Part(value, str(names.get(value, value)), counts[value], _share(counts[value], total))
        for value in [*known, *other]
    ]


def _share(count: int, total: int) -> int:
    return round(100 * count / total) if total else 0


def _language_name(code: str, language: str) -> str:
    try:
        return locale_of(code).get_display_name(language.replace("-", "_")) or code
    except ValueError:
        return code


# --- Taking them home ---------------------------------------------------------------------------------------


def as_csv(numbers: Numbers) -> str:
    """Its cells are codes, words of ours and numbers: a spreadsheet runs none of them."""
    written = io.StringIO()
    rows: Iterable[Sequence[Any]] = [("dimension", "value", "count"), *numbers.rows()]
    csv.writer(written).writerows(rows)
    return written.getvalue()


def as_json(numbers: Numbers) -> str:
    rows = [dict(zip(("dimension", "value", "count"), row, strict=True)) for row in numbers.rows()]
    return json.dumps(rows, ensure_ascii=False, indent=2)
