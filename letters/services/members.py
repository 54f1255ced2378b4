"""Who is a member, in which role. There is always an owner, also when two owners act on each other at one moment."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from letters.models import Coalition, Membership, User
from letters.models.people import Role
from letters.roles import May, allowed
from letters.services.coalitions import record_audit


class LastOwner(Exception):
    """It would leave the coalition without an owner."""


@transaction.atomic
def change_role(membership: Membership, *, role: str, actor: User) -> bool:
    """Gives a member another role; False if they have it already, or are no member any more. Raises LastOwner, and
    PermissionDenied if the actor is no owner any more."""
    members = _locked(membership.coalition)
    found = members.get(membership.user_id)
    _check_manager(members, actor)
    if found is None or found.role == role:
        return False
    _keep_an_owner(members, found)
    Membership.objects.filter(pk=found.pk).update(role=role)
    detail = {"member": found.user_id, "role": str(role), "before": found.role}
    record_audit(membership.coalition, "role changed", actor=actor, detail=detail)
    return True


@transaction.atomic
def remove_member(membership: Membership, *, actor: User) -> bool:
    """Ends a membership; False if it had ended. Raises LastOwner, and PermissionDenied as `change_role` does."""
    members = _locked(membership.coalition)
    _check_manager(members, actor)
    return _end(members, membership.user_id, action="member removed", actor=actor)


@transaction.atomic
def leave_coalition(coalition: Coalition, *, user: User) -> bool:
    """A member's own end of it; False if it had ended. Raises LastOwner."""
    return _end(_locked(coalition), user.pk, action="member left", actor=user)


def _end(members: dict[int, Membership], user_id: int, *, action: str, actor: User) -> bool:
    found = members.get(user_id)
    if found is None:
        return False
    _keep_an_owner(members, found)
    detail = {"member": user_id, "role": found.role}
    record_audit(found.coalition, action, actor=actor, detail=detail)
    found.delete()
    return True


def _locked(coalition: Coalition) -> dict[int, Membership]:
    """All memberships by user, as they are now and until the transaction ends; in one order, so that two who lock
    them wait for each other and never crosswise."""
    rows = Membership.objects.select_for_update().filter(coalition=coalition).order_by("pk")
    return {membership.user_id: membership for membership in rows}


def _check_manager(members: dict[int, Membership], actor: User) -> None:
    own = members.get(actor.pk)
    if own is None or May.MANAGE not in allowed(own.role):
        raise PermissionDenied


def _keep_an_owner(members: dict[int, Membership], leaving: Membership) -> None:
    others = (member for member in members.values() if member.pk != leaving.pk)
    if leaving.role == Role.OWNER and all(member.role != Role.OWNER for member in others):
        raise LastOwner
