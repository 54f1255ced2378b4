"""What a language is called and which way it runs, from the CLDR (by Babel)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.utils import translation


@lru_cache(maxsize=1000)
def locale_of(code: str) -> Locale:
    """The CLDR locale of a BCP 47 tag; raises ValueError for one that CLDR does not know."""
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise ValueError(f"{code!r} is not a language tag that CLDR knows") from error


@lru_cache(maxsize=1000)
def direction_of(code: str) -> str:
    """'rtl' or 'ltr'."""
    try:
        return locale_of(code).text_direction
    except ValueError:
        return "ltr"


@lru_cache(maxsize=1000)
def own_name(code: str) -> str:
    """The language's name in itself: 'اردو' for ur."""
    try:
        name = locale_of(code).get_display_name()
    except ValueError:
        return code
    name = name or code
    return name[:1].upper() + name[1:]


def interface_language(code: str) -> str:
    """The language of the labels around a text in `code`: itself where the interface is translated, else English."""
    known = dict(settings.LANGUAGES)
    return next((tag for tag in (code, code.split("-")[0]) if tag in known), settings.LANGUAGE_CODE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Sets the interface's language as near to `code` as it is translated."""
    with translation.override(interface_language(code)):
        yield
