"""Folding confirmed signatures into the tallies, against one UPDATE of the same rows."""

import time
from collections.abc import Callable
from statistics import median

from bench.ground import Ground, Stage, orm_on
from bench.rounds import Pace
from bench.table import Figure, Row
from signatures.tallies import fold_tallies

# Confirmed within the last two hours, as they come in. The tallies keep what these rows gave them before: what they
# say no longer matters here.
_UNFOLD = """
    UPDATE signatures_signature
    SET tally_id = NULL, untallied = true, confirmed_at = now() - random() * interval '2 hours'
    WHERE id IN (SELECT id FROM signatures_signature WHERE state = 'confirmed' ORDER BY id LIMIT %s)
"""
_TOUCH = "UPDATE signatures_signature SET tally_id = NULL, untallied = false WHERE untallied"


def measure(ground: Ground, pace: Pace) -> list[Row]:
    """In the large letter, so that the rows lie among many."""
    rounds = [_round(ground.large, pace.folds) for _round_number in range(min(pace.rounds, 3))]
    folded, touched = (median(times) for times in zip(*rounds, strict=True))
    ratio = median(touch / fold for fold, touch in rounds)
    what = f"fold of {min(pace.folds, ground.rows):,} confirmations"
    return [Row(what, Figure("", folded, "s"), Figure("one UPDATE", touched, "s"), ratio)]


def _round(stage: Stage, rows: int) -> tuple[float, float]:
    """Seconds of the fold, and of one UPDATE."""
    touched = _timed_after_unfolding(stage, rows, lambda: _execute(stage, _TOUCH))
    with orm_on(stage):
        folded = _timed_after_unfolding(stage, rows, fold_tallies)
    return folded, touched


def _timed_after_unfolding(stage: Stage, rows: int, work: Callable[[], object]) -> float:
    _execute(stage, "VACUUM signatures_signature")
    _execute(stage, _UNFOLD, rows)
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _execute(stage: Stage, statement: str, *values: object) -> None:
    connected = stage.connect()
    connected.cursor().execute(statement, values or None)
    connected.close()
