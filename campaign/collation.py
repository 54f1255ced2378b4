"""Orders names of any script by the Unicode Collation Algorithm (UTS #10, CLDR root), by ICU.

A sort key holds primary weights alone, so it ignores case and accents, and the key of a name's beginning is a
prefix of the name's key: one index serves the order and the search. The bytes depend on ICU's version; after an
upgrade of it, `manage.py sort_again` writes them anew.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

import icu

Row = TypeVar("Row")
KEY_LENGTH = 120
TAIL_LENGTH = 6


@lru_cache(maxsize=64)
def _collator(language: str, primary: bool) -> icu.Collator:
    collator = icu.Collator.createInstance(icu.Locale(language))
    if primary:
        collator.setStrength(icu.Collator.PRIMARY)
    return collator


def name_key(name: str) -> bytes:
    """The primary weights of a name, at most KEY_LENGTH bytes; equal for names alike but for case and accents."""
    return _collator("root", True).getSortKey(name).rstrip(b"\0")[:KEY_LENGTH]


def unique_key(name: str) -> bytes:
    """A sort key that no other row has: the name's weights, then random bytes, so that it can serve as a cursor."""
    return name_key(name) + b"\0" + secrets.token_bytes(TAIL_LENGTH)


def prefix_range(start: str) -> tuple[bytes, bytes]:
    """The keys (from, before) of all names that begin with `start`."""
    key = name_key(start)
    # ICU sets one 0xff where a name goes on in a script that sorts behind: 'ア川' is 'ア', 0xff, '川'.
    return key, key + b"\xff\xff"


def in_order_of(language: str, rows: Iterable[Row], name: Callable[[Row], str]) -> Sequence[Row]:
    """The rows in the alphabetical order that readers of `language` expect."""
    collator = _collator(language, False)
    return sorted(rows, key=lambda row: collator.getSortKey(name(row)))
