"""Destroys what has had its time: signatures never confirmed, yesterday's quotas and their keys."""

from datetime import timedelta

from django.utils import timezone

from signatures.models import AddressQuota, DigestKey, LinkRequest, Signature, State

PENDING_DAYS = 45


def destroy_expired() -> dict[str, int]:
    """Returns how many rows of each kind were destroyed."""
    now = timezone.now()
    old = now - timedelta(days=PENDING_DAYS)
    return {
        "pending signatures": Signature.objects.filter(state=State.PENDING, state_at__lt=old).delete()[0],
        "link requests": LinkRequest.objects.filter(created_at__lt=now - timedelta(days=2)).delete()[0],
        "quotas": AddressQuota.objects.filter(expires_at__lt=now).delete()[0],
        "keys": DigestKey.objects.filter(expires_at__lt=now).delete()[0],
    }
