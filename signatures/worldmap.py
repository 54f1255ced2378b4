"""A map of the world that draws no border: a grid of countries, each a tile of one size with its code, its number and
a bar as long as the number has digits. So it takes no side where a border is disputed, the smallest island is seen as
well as the largest country, and nothing is told by colour."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel.numbers import format_compact_decimal
from django.utils.translation import get_language

from campaign.countries import country_name
from campaign.languages import locale_of

_DATA = Path(__file__).parent / "data" / "world.txt"
TILE, GAP = 40, 4
LONGEST = 5  # digits; more are told by as long a bar


class Tile(NamedTuple):
    """One country; `x` and `y` are of its upper corner at the start, in units of the picture."""

    x: int
    y: int
    code: str
    name: str
    number: int
    told: str  # the number as it fits into the tile
    bar: int  # how long its bar is


class WorldMap(NamedTuple):
    width: int
    height: int
    tiles: list[Tile]


@cache
def grid() -> dict[str, tuple[int, int]]:
    """Column and row of each country's tile, by its code."""
    lines = [line for line in _DATA.read_text().splitlines() if not line.startswith("#")]
    return {
        line[start : start + 2]: (start // 3, row)
        for row, line in enumerate(lines)
        for start in range(0, len(line), 3)
        if line[start : start + 2].strip()
    }


def draw_world(counts: dict[str, int]) -> WorldMap:
    """Each country of the grid with its count; a code that is not on it (none was given) is not drawn."""
    language, step = get_language() or "en", TILE + GAP
    tiles = [
        Tile(
            column * step,
            row * step,
            code,
            country_name(code, language),
            counts.get(code, 0),
            _told(counts.get(code, 0), language),
            _bar(counts.get(code, 0)),
        )
        for code, (column, row) in grid().items()
    ]
    columns, rows = zip(*grid().values(), strict=True)
    return WorldMap((max(columns) + 1) * step - GAP, (max(rows) + 1) * step - GAP, tiles)


def _told(count: int, language: str) -> str:
    return str(format_compact_decimal(count, locale=locale_of(language))) if count else ""


def _bar(count: int) -> int:
    digits = min(len(str(count)), LONGEST) if count > 0 else 0
    return digits * (TILE - 8) // LONGEST
