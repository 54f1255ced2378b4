"""A coalition's registry of officials over time: imports, successions, and drafts that follow them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from letters.models import Addressee, Coalition, Official, User
from letters.offices import line_of, successors_in
from letters.registry import COLUMNS, Plan, plan_import
from letters.services.addressees import IN_A_DRAFT, copied_from
from letters.services.coalitions import record_audit
from letters.services.drafts import Stale

ACTIONS = (
    gettext_noop("officials imported"),
    gettext_noop("official checked"),
    gettext_noop("official succeeded"),
    gettext_noop("addressee switched"),
)
BATCH = 500


@transaction.atomic
def import_officials(coalition: Coalition, text: str, *, seen: str, actor: User | None = None) -> Plan:
    """Writes what the file says and the member saw: raises Stale if the registry changed since, so that it would do
    something else than the plan of the digest `seen`; CannotRead as plan_import."""
    locked = Coalition.objects.select_for_update().get(pk=coalition.pk)
    plan = plan_import(locked, text)
    if plan.digest != seen:
        raise Stale
    Official.objects.bulk_create([row.official for row in plan.new], batch_size=BATCH)
    changed = {row.official.pk: row.official for row in plan.changed}
    Official.objects.bulk_update(changed.values(), list(COLUMNS), batch_size=BATCH)
    _update_drafts(changed)
    detail = {"new": len(plan.new), "changed": len(plan.changed), "refused": len(plan.refused)}
    record_audit(coalition, "officials imported", actor=actor, detail=detail)
    return plan


@transaction.atomic
def check_official(official: Official, *, on: date, actor: User | None = None) -> None:
    """Notes that somebody made sure on that day that the entry is right."""
    unlike = Q(checked_on=None) | ~Q(checked_on=on)
    if Official.objects.filter(unlike, pk=official.pk).update(checked_on=on):
        record_audit(official.coalition, "official checked", actor=actor, detail={"official": official.pk})


@transaction.atomic
def succeed_official(
    official: Official, *, since: date, actor: User | None = None, **values: Any
) -> tuple[Official, bool]:
    """Records who holds the office from a day on, as an official of their own; (the successor, whether they are new).
    What is the office's own is taken over."""
    locked = Official.objects.select_for_update().get(pk=official.pk)
    known = Official.objects.filter(predecessor=locked).first()
    if known:
        return known, False
    kept = {name: getattr(locked, name) for name in ("office", "institution", "country", "zone")}
    successor = Official.objects.create(
        coalition_id=locked.coalition_id, predecessor=locked, held_from=since, **{**kept, **values}
    )
    locked.held_until = since
    locked.save(update_fields=["held_until"])
    detail = {"official": locked.pk, "successor": successor.pk, "since": since.isoformat()}
    record_audit(locked.coalition, "official succeeded", actor=actor, detail=detail)
    return successor, True


@transaction.atomic
def switch_drafts(official: Official, letters: Iterable[int], *, actor: User | None = None) -> int:
    """In these drafts, who holds the office now takes the place of who held it before; how many were switched."""
    line = line_of(official.pk, successors_in(official.coalition))
    present = Official.objects.get(pk=line[-1])
    stale = drafts_naming(line[:-1]).filter(letter__in=list(letters))
    switched = 0
    for addressee in stale.select_for_update(of=("self",)).select_related("letter"):
        if Addressee.objects.filter(letter=addressee.letter, official=present).exists():
            addressee.delete()
        else:
            Addressee.objects.filter(pk=addressee.pk).update(official=present, **copied_from(present))
        detail = {"official": present.pk}
        record_audit(
            official.coalition, "addressee switched", letter=addressee.letter, actor=actor, detail=detail
        )
        switched += 1
    return switched


def drafts_naming(officials: Iterable[int]) -> Any:
    """The addressees of drafts that are these officials."""
    return Addressee.objects.filter(IN_A_DRAFT, official__in=list(officials))


def _update_drafts(changed: dict[int, Official]) -> None:
    named = list(drafts_naming(changed))
    for addressee in named:
        for name, value in copied_from(changed[addressee.official_id or 0]).items():
            setattr(addressee, name, value)
    Addressee.objects.bulk_update(named, list(Official.COPIED), batch_size=BATCH)
