"""Countries and languages as people write them in a spreadsheet, by the CLDR (Babel) and ISO 3166-1."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from babel import languages as cldr_languages
from babel.core import get_global
from babel.localedata import locale_identifiers
from django_countries import countries

from campaign.countries import COUNTRY_CODES, country_name
from campaign.languages import locale_of
from signatures.rules import name_key

# What the CLDR calls otherwise, in the words of lists that people send.
_COUNTRIES_TOO = {
    "UK": "GB", "Great Britain": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB", "USA": "US", "U.S.": "US",
    "United States of America": "US", "America": "US", "South Korea": "KR", "Republic of Korea": "KR",
    "North Korea": "KP", "Ivory Coast": "CI", "Czech Republic": "CZ", "Burma": "MM", "Turkey": "TR",
    "Turkiye": "TR", "Russian Federation": "RU", "Palestine": "PS", "State of Palestine": "PS", "DRC": "CD",
    "DR Congo": "CD", "Democratic Republic of the Congo": "CD", "Republic of the Congo": "CG", "UAE": "AE",
    "Macedonia": "MK", "Swaziland": "SZ", "Cape Verde": "CV", "East Timor": "TL", "Viet Nam": "VN",
    "Syrian Arab Republic": "SY", "Islamic Republic of Iran": "IR", "Lao PDR": "LA",
    "Bolivarian Republic of Venezuela": "VE",
    "United Republic of Tanzania": "TZ", "Republic of Moldova": "MD", "Hong Kong": "HK", "Macau": "MO",
    "The Netherlands": "NL", "Holland": "NL", "The Gambia": "GM", "The Philippines": "PH", "Holy See": "VA",
    "Bosnia": "BA",
}  # fmt: skip
# Said of bodies that belong to no one country.
_NOWHERE = ("international", "global", "worldwide", "regional", "none", "n/a", "mondial", "-", "—")
# The zone in which most of the country lives, where the CLDR knows several.
_ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo",
    "CA": "America/Toronto", "CD": "Africa/Kinshasa", "CL": "America/Santiago", "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia", "DE": "Europe/Berlin", "EC": "America/Guayaquil", "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei", "GL": "America/Nuuk", "ID": "Asia/Jakarta", "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty", "MH": "Pacific/Majuro", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby", "PS": "Asia/Hebron", "PT": "Europe/Lisbon", "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv", "UM": "Pacific/Midway", "US": "America/New_York", "UZ": "Asia/Tashkent",
    "VN": "Asia/Ho_Chi_Minh",
}  # fmt: skip
_ALWAYS = ("en", "fr", "ur")


def country_code(text: str, spoken: Iterable[str] = ()) -> str:
    """ISO 3166-1 alpha-2 for a code (two or three letters) or a name in English, French, Urdu or a language `spoken`;
    empty for no country, as an international body has none. Raises LookupError for what is no country."""
    text = text.strip()
    if not text or text.casefold() in _NOWHERE:
        return ""
    if text.upper() in COUNTRY_CODES:
        return text.upper()
    key = _key(text)
    for language in (*_ALWAYS, *spoken):
        if code := _country_names(language).get(key):
            return code
    raise LookupError(text)


@lru_cache(maxsize=32)
def _country_names(language: str) -> dict[str, str]:
    names = {_key(country_name(code, language)): code for code in COUNTRY_CODES}
    if language == "en":
        names |= {_key(name): code for code, name in countries}
        names |= {countries.alpha3(code).casefold(): code for code in COUNTRY_CODES if countries.alpha3(code)}
        names |= {_key(name): code for name, code in _COUNTRIES_TOO.items() if code in COUNTRY_CODES}
    return names


def _key(name: str) -> str:
    """Without case, accents and punctuation: "Côte d’Ivoire" and "COTE D'IVOIRE" are one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return name_key(plain)


def language_tag(text: str, spoken: Iterable[str] = ()) -> str:
    """The tag of a language given by its tag, its own name, or its name in English, French, Urdu or a language
    `spoken`. Raises LookupError."""
    text = text.strip()
    try:
        if len(text) <= 12 and text.isascii():
            return str(locale_of(text.replace("_", "-"))).replace("_", "-")
    except ValueError:
        pass
    key = _key(text)
    for language in ("", *_ALWAYS, *spoken):
        if tag := _language_names(language).get(key):
            return tag
    raise LookupError(text)


@lru_cache(maxsize=32)
def _language_names(language: str) -> dict[str, str]:
    """Languages by their names in that one; by what they call themselves when it is empty."""
    if language:
        return {_key(name): tag for tag, name in locale_of(language).languages.items() if 2 <= len(tag) <= 3}
    tags = [tag for tag in locale_identifiers() if "_" not in tag]
    return {_key(locale_of(tag).get_language_name() or tag): tag for tag in tags}


@lru_cache(maxsize=500)
def zone_of(country: str) -> str:
    """The time zone in which a country's capital or most of its people live; UTC for none."""
    return _ZONES.get(country) or _first_zones().get(country, "UTC")


@lru_cache(maxsize=1)
def _first_zones() -> dict[str, str]:
    by_country: dict[str, str] = {}
    for zone, country in sorted(get_global("zone_territories").items()):
        by_country.setdefault(country, zone)
    return by_country


def language_for(country: str, texts: Iterable[str], original: str) -> str:
    """Of the languages that the letter has, one that is official in the country; else the original."""
    known = list(texts)
    official = cldr_languages.get_official_languages(country, regional=True, de_facto=True) if country else ()
    return next((tag for tag in official if tag in known), original)
