"""One table: what was measured, the limit measured beside it, their ratio, and the floor it must not fall below."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

HEAD = ("what", "measured", "limit", "ratio", "floor", "")


class Figure(NamedTuple):
    """A number with its unit; `label` says what was measured."""

    label: str
    value: float
    unit: str

    def __str__(self) -> str:
        digits = 0 if self.value >= 100 else 2
        return f"{self.label} {self.value:,.{digits}f} {self.unit}".strip()


@dataclass(frozen=True)
class Row:
    """`ratio` is such that more is better; `floor` is None for what only informs."""

    what: str
    measured: Figure
    limit: Figure
    ratio: float
    floor: float | None = None

    @property
    def fails(self) -> bool:
        return self.floor is not None and self.ratio < self.floor

    def cells(self) -> tuple[str, ...]:
        verdict = "" if self.floor is None else "FAIL" if self.fails else "pass"
        floor = "" if self.floor is None else f"{self.floor:.2f}"
        return self.what, str(self.measured), str(self.limit), f"{self.ratio:.2f}", floor, verdict


def render(rows: Sequence[Row]) -> str:
    """The table in Markdown, its columns aligned."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    written = [_line(line, widths) for line in lines]
    return "\n".join([written[0], _line(["-" * width for width in widths], widths), *written[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
