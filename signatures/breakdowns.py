"""What else is counted of the signatures in the tallies, folded in and out with them: by language, by where they came
from, and by how long they took to confirm. None of these changes once a signature is confirmed, so that it folds out
of exactly what it was folded into."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.utils import timezone

from signatures.models import Breakdown, Dimension, Origin, Signature

# Under how much time, by the code it is stored as; what took longer is LONGER.
DELAYS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}
LONGER = "longer"


class Key(NamedTuple):
    letter_id: int
    dimension: str
    value: str


def fold_breakdowns(rows: Iterable[Signature], is_counted: dict[int, bool]) -> None:
    """Counts those that are counted from now on and were not, and takes out those that were; in the transaction of the
    fold, whose rows these are, and before they say so."""
    changes: Counter[Key] = Counter()
    for row in rows:
        change = is_counted[row.pk] - (row.tally_id is not None)
        for key in _keys_of(row) if change else ():
            changes[key] += change
    add(changes)


# The columns that it reads.
COLUMNS = ("language", "referrer", "origin", "consented_at", "confirmed_at")


def _keys_of(row: Signature) -> list[Key]:
    keys = [
        Key(row.letter_id, Dimension.LANGUAGE, row.language),
        Key(row.letter_id, Dimension.REFERRER, row.referrer),
    ]
    if row.origin == Origin.FORM and row.confirmed_at:
        keys.append(Key(row.letter_id, Dimension.DELAY, delay_of(row.confirmed_at - row.consented_at)))
    return keys


def delay_of(taken: timedelta) -> str:
    return next((code for code, under in DELAYS.items() if taken < under), LONGER)


def add(changes: Counter[Key]) -> None:
    """In order, so that two workers never wait for each other's rows."""
    for key in sorted(key for key in changes if changes[key]):
        row = Breakdown.objects.filter(**key._asdict())
        if not row.update(count=F("count") + changes[key]):
            Breakdown.objects.bulk_create([Breakdown(**key._asdict())], ignore_conflicts=True)
            row.update(count=F("count") + changes[key])


@transaction.atomic
def stamp_mailed(mine: QuerySet[Signature], sent: list[int], asked: list[int]) -> None:
    """Stamps what was sent; those among `asked` that were never mailed before count as asked to confirm, once."""
    first = mine.filter(pk__in=asked, mailed_at=None).select_for_update()
    letters = first.values_list("letter_id", flat=True)
    add(Counter(Key(letter, Dimension.MAILED, "") for letter in letters))
    mine.filter(pk__in=sent).update(mailed_at=timezone.now())


# --- Recount ------------------------------------------------------------------------------------------------


def recount_breakdowns() -> int:
    """Counts anew, repairs what differs, and returns how many rows that was. Of `mailed` no more can be counted than
    those who confirmed, since who did not is destroyed: it is raised to that, and never lowered."""
    counted = [(dimension, _counted(dimension)) for dimension in Dimension.values]
    return sum(_repair(dimension, rows) for dimension, rows in counted)


def _counted(dimension: str) -> QuerySet[Any, Any]:
    """(letter, value, how many) as the signatures themselves say."""
    rows = Signature.objects.filter(tally__isnull=False).order_by()
    by_form = rows.filter(origin=Origin.FORM)
    value: Any
    if dimension == Dimension.DELAY:
        rows, value = by_form.filter(confirmed_at__isnull=False), _delay()
    elif dimension == Dimension.MAILED:
        rows, value = by_form.filter(mailed_at__isnull=False), Value("", output_field=CharField())
    else:
        value = F(dimension)
    return rows.annotate(told=value).values("letter_id", "told").annotate(n=Count("pk"))


def _delay() -> Case:
    taken = [
        When(Q(confirmed_at__lt=F("consented_at") + under), then=Value(code))
        for code, under in DELAYS.items()
    ]
    return Case(*taken, default=Value(LONGER), output_field=CharField())


def _repair(dimension: str, counted: QuerySet[Any, Any]) -> int:
    """What differs is added, not written over: a fold may come in between."""
    named = [
        Breakdown(letter_id=letter, dimension=dimension, value=value)
        for letter, value, _n in counted.values_list("letter_id", "told", "n")
    ]
    Breakdown.objects.bulk_create(named, ignore_conflicts=True)
    wrong = _differences(dimension, counted)
    for pk, difference in sorted(wrong.items()):
        Breakdown.objects.filter(pk=pk).update(count=F("count") + difference)
    return len(wrong)


def _differences(dimension: str, counted: QuerySet[Any, Any]) -> dict[int, int]:
    """One statement: it sees one moment, in which a fold has happened whole or not at all."""
    inner, values = counted.query.sql_with_params()
    differs = ">" if dimension == Dimension.MAILED else "<>"
    query = f"""
        SELECT breakdown.id, COALESCE(counted.n, 0) - breakdown.count
        FROM signatures_breakdown breakdown
        LEFT JOIN ({inner}) counted ON counted.letter_id = breakdown.letter_id AND counted.told = breakdown.value
        WHERE breakdown.dimension = %s AND COALESCE(counted.n, 0) {differs} breakdown.count
    """  # noqa: S608  (the query is Django's own, its values apart)
    with connection.cursor() as cursor:
        cursor.execute(query, [*values, dimension])
        return {pk: int(difference) for pk, difference in cursor.fetchall()}
