"""Exports as streams of bytes, for a response or a file."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from django.conf import settings
from django.db import connection
from django.utils import timezone

from letters.models import Letter
from signatures.exports.cells import csv_line
from signatures.exports.copying import copied_csv
from signatures.exports.rows import FULL_COLUMNS, PUBLIC_COLUMNS, Row, full_rows, public_rows
from signatures.public import counts_of

LINES_AT_ONCE = 500


def public_csv(letter: Letter) -> Iterator[bytes]:
    yield csv_line(PUBLIC_COLUMNS).encode()
    # Another connection would not see what this one has not committed.
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        yield from copied_csv(letter.pk)
    else:
        yield from csv_parts(public_rows(letter))


def full_csv(letter: Letter) -> Iterator[bytes]:
    yield csv_line(FULL_COLUMNS).encode()
    yield from csv_parts(full_rows(letter))


def public_json(letter: Letter) -> Iterator[bytes]:
    return _json(letter, PUBLIC_COLUMNS, public_rows(letter))


def full_json(letter: Letter) -> Iterator[bytes]:
    return _json(letter, FULL_COLUMNS, full_rows(letter))


def csv_parts(rows: Iterable[Row]) -> Iterator[bytes]:
    return _in_parts(csv_line(row) for row in rows)


def _json(letter: Letter, columns: tuple[str, ...], rows: Iterable[Row]) -> Iterator[bytes]:
    """An object whose last member, `signatories`, has a line for each. Names are in it as they are, since what reads
    JSON runs no cell, and an apostrophe would be taken for a part of the name."""
    yield _told(_head(letter))[:-1].encode() + b', "signatories": ['
    told = (_told(dict(zip(columns, row, strict=True))) for row in rows)
    yield from _in_parts(("\n" if first else ",\n") + line for first, line in _with_first(told))
    yield b"\n]}\n"


def _head(letter: Letter) -> dict[str, object]:
    edition = letter.edition
    return {
        "letter": letter.slug,
        "title": str(edition.text_nearest(letter.original_language)),
        "url": settings.SITE_URL + letter.get_absolute_url(),
        "edition": str(edition),
        "sha256": edition.sha256,
        "counts": counts_of(letter)._asdict(),
        "generated_at": timezone.now().isoformat(timespec="seconds"),
    }


def _told(value: dict[str, object] | dict[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _with_first(lines: Iterable[str]) -> Iterator[tuple[bool, str]]:
    return ((number == 0, line) for number, line in enumerate(lines))


def _in_parts(lines: Iterable[str]) -> Iterator[bytes]:
    lines = iter(lines)
    while part := "".join(islice(lines, LINES_AT_ONCE)):
        yield part.encode()
