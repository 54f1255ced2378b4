"""The digest keys: random, stored sealed, one a letter and purpose, so that no two letters can be linked by them."""

from datetime import timedelta

from django.utils import timezone

from campaign import sealing
from signatures.models import DigestKey
from signatures.rules import canonical_address


def letter_key(letter_id: int, purpose: str) -> bytes:
    """The key of a letter for 'individual' or 'organisation' addresses; made when first asked for."""
    return _key(f"letter:{letter_id}:{purpose}", letter_id=letter_id)


def quota_key() -> bytes:
    """Today's key for the site's mail quotas; it is destroyed a day later, and with it what could link them."""
    today = timezone.now().date()
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return _key(f"quota:{today.isoformat()}", expires_at=midnight + timedelta(days=2))


def _key(name: str, **fields: object) -> bytes:
    row = DigestKey.objects.filter(name=name).first()
    if row is None:
        sealed = sealing.seal_bytes(sealing.new_digest_key())
        row = DigestKey.objects.get_or_create(name=name, defaults={"sealed": sealed, **fields})[0]
    return sealing.open_bytes(row.sealed)


def digest_of(key: bytes, email: str, canonicalisation: int) -> bytes:
    return sealing.digest(key, canonical_address(email, canonicalisation))


def address_digest(letter_id: int, kind: str, email: str, canonicalisation: int) -> bytes:
    """32 bytes by which this address is found among the signatures of this kind under this letter."""
    return digest_of(letter_key(letter_id, kind), email, canonicalisation)
