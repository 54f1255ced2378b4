"""A coalition's own settings, and the second factor that it may ask of its members."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from letters.models import Coalition, User
from letters.second_factor import has_second_factor
from letters.services.coalitions import record_audit


class NoSecondFactor(Exception):
    """Who asks others for a second factor has one."""


@transaction.atomic
def save_coalition(coalition: Coalition, *, requires_second_factor: bool, actor: User) -> None:
    """Writes name, address and website as they are on `coalition`; raises NoSecondFactor."""
    before = Coalition.objects.select_for_update().get(pk=coalition.pk)
    changed = [
        name for name in ("name", "email", "website") if getattr(before, name) != getattr(coalition, name)
    ]
    if changed:
        coalition.save(update_fields=changed)
        record_audit(coalition, "coalition changed", actor=actor, detail={"changed": changed})
    if requires_second_factor != before.requires_second_factor():
        _require(coalition, requires_second_factor, actor)


def _require(coalition: Coalition, required: bool, actor: User) -> None:
    if required and not has_second_factor(actor):
        raise NoSecondFactor
    coalition.second_factor_required_at = timezone.now() if required else None
    coalition.save(update_fields=["second_factor_required_at"])
    action = "second factor required" if required else "second factor no longer required"
    record_audit(coalition, action, actor=actor)


@transaction.atomic
def reset_second_factor(user: User) -> int:
    """Takes app, passkeys and recovery codes off an account whose owner has lost them, and notes it in the log of each
    of their coalitions; how many there were."""
    removed = Authenticator.objects.filter(user=user).delete()[0]
    for coalition in Coalition.objects.of_member(user).order_by("pk") if removed else ():
        record_audit(coalition, "second factor reset", detail={"member": user.pk})
    return removed
