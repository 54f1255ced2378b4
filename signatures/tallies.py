"""Counts signatures so that no page has to: what changed is folded into the tallies, in or out, exactly once."""

import logging
from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F

from signatures.breakdowns import COLUMNS, fold_breakdowns, recount_breakdowns
from signatures.models import CountryTotal, EditionTotal, Signature, State, Tally

logger = logging.getLogger(__name__)
BATCH = 2000
# The sums of the tallies that are kept, each by letter, kind and one thing more.
DIMENSIONS: dict[Any, str] = {CountryTotal: "country", EditionTotal: "number"}
Cell = tuple[int, str, Any]


class Key(NamedTuple):
    letter_id: int
    kind: str
    country: str
    hour: datetime
    number: int


def fold_tallies() -> int:
    """Folds all that is untallied; returns how many rows that was."""
    folded = 0
    while rows := _fold_batch():
        folded += rows
    return folded


@transaction.atomic
def _fold_batch() -> int:
    rows = list(
        Signature.objects.filter(untallied=True)
        .order_by("id")
        .select_related("edition")
        .select_for_update(skip_locked=True, of=("self",))
        .only("letter_id", "kind", "country", "state", "tally_id", "edition__number", *COLUMNS)[:BATCH]
    )
    tallies = _tallies_for({key for row in rows if (key := _key_of(row))})
    wanted = {row.pk: tallies[key].pk if (key := _key_of(row)) else None for row in rows}
    fold_breakdowns(rows, {pk: tally is not None for pk, tally in wanted.items()})
    changes: Counter[int | None] = Counter(wanted.values())
    changes.subtract(row.tally_id for row in rows)
    _apply({pk: change for pk, change in changes.items() if pk and change})
    for target in set(wanted.values()):
        pks = [pk for pk, tally in wanted.items() if tally == target]
        Signature.objects.filter(pk__in=pks).update(tally=target, untallied=False)
    return len(rows)


def _key_of(row: Signature) -> Key | None:
    if row.state != State.CONFIRMED or row.confirmed_at is None:
        return None
    hour = row.confirmed_at.replace(minute=0, second=0, microsecond=0)
    return Key(row.letter_id, row.kind, str(row.country), hour, row.edition.number)


def _tallies_for(keys: set[Key]) -> dict[Key, Tally]:
    if not keys:
        return {}
    # In order, here and below, so that two workers never wait for each other's rows.
    Tally.objects.bulk_create([Tally(**key._asdict()) for key in sorted(keys)], ignore_conflicts=True)
    rows = Tally.objects.filter(
        letter_id__in={key.letter_id for key in keys}, hour__in={key.hour for key in keys}
    )
    return {Key(row.letter_id, row.kind, row.country, row.hour, row.number): row for row in rows}


def _apply(changes: dict[int, int]) -> None:
    totals: dict[Any, Counter[Cell]] = {model: Counter() for model in DIMENSIONS}
    for tally in Tally.objects.filter(pk__in=changes).order_by("pk"):
        Tally.objects.filter(pk=tally.pk).update(count=F("count") + changes[tally.pk])
        for model, dimension in DIMENSIONS.items():
            totals[model][tally.letter_id, tally.kind, getattr(tally, dimension)] += changes[tally.pk]
    for model, sums in totals.items():
        _apply_totals(model, sums)


def _apply_totals(model: Any, totals: Counter[Cell]) -> None:
    keys, dimension = sorted(totals), DIMENSIONS[model]
    rows = [model(letter_id=letter, kind=kind, **{dimension: value}) for letter, kind, value in keys]
    model.objects.bulk_create(rows, ignore_conflicts=True)
    for letter, kind, value in (key for key in keys if totals[key]):
        row = model.objects.filter(letter_id=letter, kind=kind, **{dimension: value})
        row.update(count=F("count") + totals[letter, kind, value])


def recount_tallies() -> int:
    """Counts everything anew, repairs what differs, and says so; returns how many tallies had to be repaired."""
    _mark_forgotten()
    fold_tallies()
    repaired = _repair_tallies() + sum(map(_repair_totals, DIMENSIONS)) + recount_breakdowns()
    if repaired:
        logger.error("recount repaired %s tallies", repaired)
    return repaired


def _mark_forgotten() -> None:
    settled = Signature.objects.filter(untallied=False)
    settled.filter(state=State.CONFIRMED, tally__isnull=True).update(untallied=True)
    settled.exclude(state=State.CONFIRMED).filter(tally__isnull=False).update(untallied=True)


# Each is one statement: it sees one moment, in which a fold has happened whole or not at all.
_WRONG_TALLIES = """
    SELECT tally.id, COALESCE(counted.n, 0) - tally.count
    FROM signatures_tally tally
    LEFT JOIN (
        SELECT tally_id, COUNT(*) AS n FROM signatures_signature WHERE tally_id IS NOT NULL GROUP BY tally_id
    ) counted ON counted.tally_id = tally.id
    WHERE COALESCE(counted.n, 0) <> tally.count
"""
_WRONG_TOTALS = """
    SELECT total.id, COALESCE(summed.n, 0) - total.count
    FROM {table} total
    LEFT JOIN (
        SELECT letter_id, kind, {dimension}, SUM(count) AS n FROM signatures_tally
        GROUP BY letter_id, kind, {dimension}
    ) summed ON summed.letter_id = total.letter_id AND summed.kind = total.kind
        AND summed.{dimension} = total.{dimension}
    WHERE COALESCE(summed.n, 0) <> total.count
"""


def _differences(query: str) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {pk: int(difference) for pk, difference in cursor.fetchall()}


def _repair_tallies() -> int:
    """What differs is added, not written over: a fold may come in between."""
    wrong = _differences(_WRONG_TALLIES)
    for pk, difference in sorted(wrong.items()):
        Tally.objects.filter(pk=pk).update(count=F("count") + difference)
    return len(wrong)


def _repair_totals(model: Any) -> int:
    dimension = DIMENSIONS[model]
    named = Tally.objects.order_by().values_list("letter_id", "kind", dimension).distinct()
    _apply_totals(model, Counter(dict.fromkeys(named, 0)))
    wrong = _differences(_WRONG_TOTALS.format(table=model._meta.db_table, dimension=dimension))
    for pk, difference in sorted(wrong.items()):
        model.objects.filter(pk=pk).update(count=F("count") + difference)
    return len(wrong)
