"""Seals and opens personal data, and makes the keyed digests by which an address is looked up.

Sealing is Fernet (AES-128-CBC with HMAC-SHA256) under SEAL_KEYS, newest first, so that keys rotate. Digests are
HMAC-SHA256 (RFC 2104) under random keys of their own, which are stored sealed: rotating SEAL_KEYS changes no digest.
"""

import hashlib
import hmac
import json
import secrets
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(Exception):
    """What was sealed was sealed with a key that is not in SEAL_KEYS, or has been altered."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal_bytes(plain: bytes) -> bytes:
    return _fernet(tuple(settings.SEAL_KEYS)).encrypt(plain)


def open_bytes(sealed: bytes | memoryview) -> bytes:
    """What was sealed; raises CannotOpen."""
    try:
        return _fernet(tuple(settings.SEAL_KEYS)).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise CannotOpen("no key in SEAL_KEYS opens this") from error


def seal(person: dict[str, Any]) -> bytes:
    return seal_bytes(json.dumps(person, ensure_ascii=False, separators=(",", ":")).encode())


def open_sealed(sealed: bytes | memoryview) -> dict[str, Any]:
    """What was sealed; raises CannotOpen."""
    return json.loads(open_bytes(sealed))


def reseal(sealed: bytes | memoryview) -> bytes:
    """The same under the newest key; raises CannotOpen."""
    try:
        return _fernet(tuple(settings.SEAL_KEYS)).rotate(bytes(sealed))
    except InvalidToken as error:
        raise CannotOpen("no key in SEAL_KEYS opens this") from error


def new_digest_key() -> bytes:
    return secrets.token_bytes(32)


def digest(key: bytes, value: str) -> bytes:
    """32 bytes by which `value` is found again by who has the key, and by nobody else."""
    return hmac.digest(key, value.encode(), hashlib.sha256)
