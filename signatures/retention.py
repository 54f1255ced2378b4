"""Destroys what has had its time: signatures never confirmed, yesterday's quotas and their keys, old openings, what was
written in reports that are long decided."""

from datetime import datetime, timedelta

from django.utils import timezone

from letters import jobs
from signatures.guests import deciding
from signatures.models import AddressQuota, DigestKey, LinkRequest, Opening, Report, Signature, State

PENDING_DAYS = 45
OPENING_DAYS = 180
BATCH = 1000


def destroy_expired() -> dict[str, int]:
    """Returns how many rows of each kind were destroyed."""
    now = timezone.now()
    old = now - timedelta(days=PENDING_DAYS)
    return {
        "pending signatures": _destroy_pending(old),
        "words of reports": _destroy_words(old),
        "link requests": LinkRequest.objects.filter(created_at__lt=now - timedelta(days=2)).delete()[0],
        "lists of organisations": deciding.destroy_old(),
        "private parts of jobs": jobs.forget_sealed(),
        "quotas": AddressQuota.objects.filter(expires_at__lt=now).delete()[0],
        "openings": Opening.objects.filter(at__lt=now - timedelta(days=OPENING_DAYS)).delete()[0],
        "keys": DigestKey.objects.filter(expires_at__lt=now).delete()[0],
    }


def _destroy_words(old: datetime) -> int:
    """Of reports that were decided long ago; that there was one, and what was decided, stays."""
    return Report.objects.filter(decided_at__lt=old, words__isnull=False).update(words=None)


def _destroy_pending(old: datetime) -> int:
    """A batch a transaction, so that neither memory nor locks grow with what was left lying."""
    destroyed = 0
    expired = Signature.objects.filter(state=State.PENDING, state_at__lt=old).order_by("state_at")
    while batch := list(expired.values_list("pk", flat=True)[:BATCH]):
        destroyed += Signature.objects.filter(pk__in=batch, state=State.PENDING).delete()[0]
    return destroyed
