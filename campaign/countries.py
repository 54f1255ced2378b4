"""What a country is called in a language, from the CLDR (by Babel), which knows more languages than catalogues do."""

from functools import lru_cache

from campaign.languages import locale_of


@lru_cache(maxsize=20_000)
def country_name(code: str, language: str) -> str:
    """The name in that language, else in English, else the code (ISO 3166-1 alpha-2) itself."""
    return _name(code, language) or _name(code, "en") or code


def _name(code: str, language: str) -> str:
    try:
        return str(locale_of(language).territories.get(code, ""))
    except ValueError:
        return ""
