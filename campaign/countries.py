"""What a country is called in a language, from the CLDR (by Babel), which knows more languages than catalogues do."""

from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import get_language
from django_countries import countries

from campaign.collation import in_order_of
from campaign.languages import locale_of

COUNTRY_CODES = frozenset(code for code, _name in countries)


@lru_cache(maxsize=20_000)
def country_name(code: str, language: str) -> str:
    """The name in that language, else in English, else the code (ISO 3166-1 alpha-2) itself."""
    return _name(code, language) or _name(code, "en") or code


def _name(code: str, language: str) -> str:
    try:
        return str(locale_of(language).territories.get(code, ""))
    except ValueError:
        return ""


def country_choices() -> Iterator[tuple[str, str]]:
    """Countries by the name and in the order of the page's language."""
    yield "", "—"
    yield from _countries_in(get_language() or "en")


@lru_cache(maxsize=16)
def _countries_in(language: str) -> list[tuple[str, str]]:
    named = [(code, country_name(code, language)) for code in COUNTRY_CODES]
    return list(in_order_of(language, named, lambda row: row[1]))
