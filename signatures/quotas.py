"""How many mails one address may be sent a day across the whole site, so that nobody is bombed through it."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from campaign import sealing
from signatures.keys import quota_key
from signatures.models import AddressQuota
from signatures.rules import quota_address

MAILS_A_DAY = 8


def charge(addresses: Sequence[str]) -> list[bool]:
    """Whether each address may be mailed once more today; charged before the mail goes out, not after."""
    key = quota_key()
    digests = [sealing.digest(key, quota_address(address)) for address in addresses]
    used = _used(set(digests))
    allowed = []
    for digest in digests:
        used[digest] += 1
        allowed.append(used[digest] <= MAILS_A_DAY)
    _write(Counter(digest for digest, may in zip(digests, allowed, strict=True) if may))
    return allowed


def refund(addresses: Sequence[str]) -> None:
    """Gives back what was charged for mails that then did not go out."""
    key = quota_key()
    spent = Counter(sealing.digest(key, quota_address(address)) for address in addresses)
    for digest, times in spent.items():
        AddressQuota.objects.filter(digest=digest).update(count=F("count") - times)


def _used(digests: set[bytes]) -> Counter[bytes]:
    rows = AddressQuota.objects.filter(digest__in=digests).values_list("digest", "count")
    return Counter({bytes(digest): count for digest, count in rows})


def _write(spent: Counter[bytes]) -> None:
    expires_at = timezone.now() + timedelta(days=2)
    AddressQuota.objects.bulk_create(
        [AddressQuota(digest=digest, expires_at=expires_at) for digest in spent], ignore_conflicts=True
    )
    for times in set(spent.values()):
        digests = [digest for digest, count in spent.items() if count == times]
        AddressQuota.objects.filter(digest__in=digests).update(count=F("count") + times)
