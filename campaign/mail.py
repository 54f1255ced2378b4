"""Renders the subject/text/html trio of a mail in the reader's language, and sends it."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from email.policy import Compat32
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape

from campaign.languages import direction_of, interface_language


class PlainlyFolded(Compat32):
    """Headers as Python writes them, but those that need neither folding nor encoding at once."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if isinstance(value, str) and value.isascii() and "\n" not in value and len(name) + len(value) < 76:
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


class Mail(EmailMultiAlternatives):
    """Written in two thirds of the time: its boundary is given, not looked for in all its parts."""

    def message(self) -> Any:
        message = super().message()
        message.set_boundary(secrets.token_hex(16))
        for part in message.walk():
            part.policy = _FOLDING
        return message


_FOLDING = PlainlyFolded()


class Trio(NamedTuple):
    subject: str
    text: str
    html: str


def render_mail(
    name: str,
    context: dict[str, Any],
    *,
    to: str,
    language: str,
    message_id: str,
    personal: dict[str, str] | None = None,
    reply_to: str = "",
    headers: dict[str, str] | None = None,
) -> EmailMultiAlternatives:
    """The mail in templates/emails/<name>/, addressed to one mailbox.

    `personal` is what differs from mail to mail, printed as it is (no filter or condition sees it): given that, all
    mails with an equal `context`, of hashable values, are rendered once and then only filled in.
    """
    interface = interface_language(language)
    if personal is None:
        trio = _render_trio(name, interface, context)
    else:
        trio = _fill(_blank_trio(name, interface, tuple(context.items()), tuple(personal)), personal)
    mail = Mail(
        " ".join(trio.subject.split()),
        trio.text.strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": message_id, "Content-Language": interface, **(headers or {})},
    )
    mail.attach_alternative(trio.html, "text/html")
    return mail


def _render_trio(name: str, interface: str, context: dict[str, Any]) -> Trio:
    context = {
        **context,
        "SITE_URL": settings.SITE_URL,
        "SITE_NAME": settings.SITE_NAME,
        "language": interface,
        "direction": direction_of(interface),
    }
    with translation.override(interface):
        return Trio(*(render_to_string(f"emails/{name}/{part}", context) for part in PARTS))


PARTS = ("subject.txt", "body.txt", "body.html")
# A blank is told from all that is printed by characters of private use, and a number nobody knows.
_NUMBER = secrets.token_hex(8)
_BLANK = re.compile(f"\ue000{_NUMBER}:(\\w+)\ue001")


@lru_cache(maxsize=100)
def _blank_trio(
    name: str, interface: str, context: tuple[tuple[str, Any], ...], blanks: tuple[str, ...]
) -> Trio:
    marked = {field: f"\ue000{_NUMBER}:{field}\ue001" for field in blanks}
    return _render_trio(name, interface, {**dict(context), **marked})


def _fill(blank: Trio, values: dict[str, str]) -> Trio:
    """One pass over each part, so that no value is itself searched for blanks."""
    escaped = {field: escape(value) for field, value in values.items()}
    subject, text = (_BLANK.sub(lambda found: values[found[1]], part) for part in (blank.subject, blank.text))
    return Trio(subject, text, _BLANK.sub(lambda found: escaped[found[1]], blank.html))


def derive_message_id(kind: str, *parts: object) -> str:
    """A Message-ID (RFC 5322, 3.6.4) that is the same for the same row, so that a mail sent twice shows as one."""
    value = ":".join(str(part) for part in (kind, *parts))
    mark = hmac.new(settings.SECRET_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()[:32]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{kind}.{mark}@{domain}>"


@contextmanager
def mail_connection() -> Iterator[BaseEmailBackend]:
    """One connection for a batch; open() it for the first mail, or each mail is sent over one of its own."""
    connection = get_connection()
    try:
        yield connection
    finally:
        connection.close()
