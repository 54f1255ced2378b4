"""The mailed link: a signed token that carries the row and its `link_version`; no secret is stored."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from signatures.models import Signature

CONFIRM_DAYS = 30
# A dot: base64url has none, and a colon would end a URL in some mail clients.
_signer = signing.TimestampSigner(salt="undersigned.signature", sep=".")


class BrokenLink(Exception):
    """The token is not ours, or was revoked, or its row is gone."""


def make_token(signature: Signature) -> str:
    return _signer.sign_object([signature.pk, signature.link_version])


def own_url(signature: Signature) -> str:
    return settings.SITE_URL + reverse("signatures:own", args=[make_token(signature)])


def read_token(token: str) -> Signature:
    """The signature whose link this is, its letter beside it; raises BrokenLink."""
    try:
        pk, version = _signer.unsign_object(token)
        return Signature.objects.select_related("letter", "superseded_by").get(pk=pk, link_version=version)
    except (signing.BadSignature, Signature.DoesNotExist, ValueError, TypeError) as error:
        raise BrokenLink from error


def confirms_until(signature: Signature) -> datetime:
    return signature.state_at + timedelta(days=CONFIRM_DAYS)


def is_late(signature: Signature) -> bool:
    return confirms_until(signature) <= timezone.now()
