"""A coalition's officials, and the order in which a letter names them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from letters.models import Addressee, Coalition, Letter, Official, User
from letters.models.letter import HIDDEN
from letters.services.coalitions import record_audit
from letters.services.drafts import lock_draft

# A draft follows its officials; what is frozen keeps them as they were.
IN_A_DRAFT = Q(letter__state__in=HIDDEN, letter__scheduled_at__isnull=True)


@transaction.atomic
def save_official(official: Official, *, actor: User | None = None) -> Official:
    """Writes an official, new or changed, and brings the drafts that name it up to date."""
    action = "official changed" if official.pk else "official added"
    official.save()
    Addressee.objects.filter(IN_A_DRAFT, official=official).update(**copied_from(official))
    record_audit(official.coalition, action, actor=actor, detail={"official": official.pk})
    return official


@transaction.atomic
def delete_official(official: Official, *, actor: User | None = None) -> bool:
    """Takes an official out of the registry; False while any letter names it."""
    official = Official.objects.select_for_update().get(pk=official.pk)
    if official.addressed.exists():
        return False
    record_audit(official.coalition, "official deleted", actor=actor, detail={"official": official.pk})
    official.delete()
    return True


@transaction.atomic
def add_addressee(letter: Letter, *, official: Official, kind: str, actor: User | None = None) -> Addressee:
    """Names an official at the end of to or cc, once; raises Frozen."""
    locked = lock_draft(letter)
    last = (
        locked.addressees.filter(kind=kind).order_by("-position").values_list("position", flat=True).first()
    )
    addressee, is_new = Addressee.objects.get_or_create(
        letter=locked,
        official=official,
        defaults={"kind": kind, "position": (last or 0) + 1, **copied_from(official)},
    )
    if is_new:
        _record(locked, "addressee added", actor, addressee)
    return addressee


@transaction.atomic
def set_addressees(
    letter: Letter, officials: Iterable[tuple[str, Official]], *, actor: User | None = None
) -> None:
    """Names exactly these as (kind, official), in this order; raises Frozen."""
    locked = lock_draft(letter)
    locked.addressees.all().delete()
    Addressee.objects.bulk_create(
        Addressee(letter=locked, official=official, kind=kind, position=position, **copied_from(official))
        for position, (kind, official) in enumerate(officials, 1)
    )
    record_audit(locked.lead, "addressees set", letter=locked, actor=actor)


@transaction.atomic
def move_addressee(addressee: Addressee, *, direction: str, actor: User | None = None) -> None:
    """Moves an addressee a place `up` or `down` in its list, or to the end of the `other` one; raises Frozen."""
    locked = lock_draft(addressee.letter)
    groups = {"to": locked.to_and_cc()[0], "cc": locked.to_and_cc()[1]}
    own = groups[addressee.kind]
    place = own.index(addressee)
    moved = own.pop(place)
    if direction == "other":
        moved.kind = "cc" if moved.kind == "to" else "to"
        groups[moved.kind].append(moved)
    else:
        own.insert(max(place - 1, 0) if direction == "up" else place + 1, moved)
    for group in groups.values():
        _number(group)
    _record(locked, "addressee moved", actor, moved)


@transaction.atomic
def remove_addressee(addressee: Addressee, *, actor: User | None = None) -> None:
    """Takes an addressee off a draft; the official stays in the registry. Raises Frozen."""
    locked = lock_draft(addressee.letter)
    _record(locked, "addressee removed", actor, addressee)
    locked.addressees.filter(pk=addressee.pk).delete()


def register_official(coalition: Coalition, values: dict[str, Any]) -> Official:
    """The registry's official of that name, office and address, made or brought up to date."""
    key = {name: values[name] for name in ("name", "office", "email")}
    official = Official.objects.filter(coalition=coalition, **key).first() or Official(
        coalition=coalition, **key
    )
    for name in set(Official.COPIED) & set(values):
        setattr(official, name, values[name])
    return save_official(official)


def copied_from(official: Official) -> dict[str, Any]:
    return {field: getattr(official, field) for field in Official.COPIED}


def _number(addressees: Sequence[Addressee]) -> None:
    for position, addressee in enumerate(addressees, 1):
        addressee.position = position
    Addressee.objects.bulk_update(addressees, ["kind", "position"])


def _record(letter: Letter, action: str, actor: User | None, addressee: Addressee) -> None:
    detail = {"official": addressee.official_id, "kind": str(addressee.kind)}
    record_audit(letter.lead, action, letter=letter, actor=actor, detail=detail)
