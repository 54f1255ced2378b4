"""Samples taken in rounds: what is compared is measured side by side, and medians stand for a noisy machine."""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple


class Pace(NamedTuple):
    """How long is measured: rounds, the seconds of each sample, and how many rows where rows are counted;
    `desk` is the number of letters of the coalition whose desk is read, with ten times as many organisations,
    and `visits` how often each of its pages is read."""

    rounds: int
    seconds: float
    mails: int
    folds: int
    desk: int
    visits: int


FULL = Pace(rounds=5, seconds=2.0, mails=5000, folds=100_000, desk=500, visits=20)
QUICK = Pace(rounds=1, seconds=0.4, mails=40, folds=500, desk=12, visits=3)


@dataclass
class Samples:
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, value: float) -> None:
        self.taken[name].append(value)

    def median(self, name: str) -> float:
        return median(self.taken[name])

    def ratio(self, name: str, limit: str) -> float:
        """The median of the ratios of samples taken in the same round."""
        return median(a / max(b, 1e-9) for a, b in zip(self.taken[name], self.taken[limit], strict=True))
