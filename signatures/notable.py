"""Names in whose case a person looks first: a confirmed address says nothing of whether it is that person's."""

from collections.abc import Iterable

from django.db import transaction

from letters.models import Coalition, User
from letters.services import record_audit
from signatures.models import NotableName
from signatures.rules import name_key


def is_notable(letter_id: int, name: str) -> bool:
    """Whether the coalition that leads the letter keeps that name; one query, by an index."""
    led = {"coalition__publications__letter": letter_id, "coalition__publications__is_lead": True}
    return NotableName.objects.filter(**led, name_key=name_key(name)).exists()


def add_names(coalition: Coalition, names: Iterable[str], *, note: str = "", actor: User) -> int:
    """Adds those that are not kept yet, by what two spellings have in common; returns how many that was."""
    rows = [
        NotableName(coalition=coalition, name=name, name_key=key, note=note)
        for key, name in {name_key(name): name for name in names}.items()
        if key
    ]
    with transaction.atomic():
        before = coalition.notable_names.count()
        NotableName.objects.bulk_create(rows, ignore_conflicts=True)
        added = coalition.notable_names.count() - before
        if added:
            record_audit(coalition, "notable names added", actor=actor, detail={"names": added})
    return added


def remove_name(coalition: Coalition, name_id: int, *, actor: User) -> bool:
    """False if it was gone already. Whoever waits for its sake goes on waiting."""
    with transaction.atomic():
        removed = bool(coalition.notable_names.filter(pk=name_id).delete()[0])
        if removed:
            record_audit(coalition, "notable name removed", actor=actor, detail={"name": name_id})
    return removed
