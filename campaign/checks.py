"""System checks that prove the settings: an operator reads here what is wrong, not in a traceback."""

from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from campaign import environment

NEW_KEY = "make one with: python manage.py make_keys"


@register(Tags.security)
def check_environment(**_: Any) -> list[CheckMessage]:
    return [Error(f"{name} {problem}.", id="campaign.E001") for name, problem in environment.problems]


@register(Tags.security)
def check_keys(**_: Any) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    if settings.SECRET_KEY.startswith("missing"):
        errors.append(Error("SECRET_KEY is not set.", hint=NEW_KEY, id="campaign.E002"))
    if not settings.SEAL_KEYS:
        errors.append(Error("SEAL_KEYS is not set.", hint=NEW_KEY, id="campaign.E003"))
    errors += [
        Error(f"SEAL_KEYS: key {number} is not a Fernet key.", hint=NEW_KEY, id="campaign.E004")
        for number, key in enumerate(settings.SEAL_KEYS, 1)
        if not _is_fernet_key(key)
    ]
    return errors


@register(Tags.urls)
def check_site_url(**_: Any) -> list[CheckMessage]:
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme in {"http", "https"} and parts.hostname and not parts.path:
        return []
    return [Error(f"SITE_URL is {settings.SITE_URL!r}; say https://host, with no path.", id="campaign.E005")]


@register(Tags.security)
def check_mail_leaves_no_files(**_: Any) -> list[CheckMessage]:
    if settings.DEBUG or not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return []
    hint = "set EMAIL_URL, for example smtp+tls://user:password@mail.example.org:587"
    return [
        Error("Mail kept in files would keep signers' addresses in clear.", hint=hint, id="campaign.E006")
    ]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
