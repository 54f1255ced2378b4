"""Renders the subject/text/html trio of a mail in the reader's language, and sends it."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from campaign.blanks import PersonalMail, blank_trio, fill_trio, render_trio
from campaign.languages import interface_language


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
    mails with an equal `context`, of hashable values, are rendered and composed once and then only filled in.
    """
    interface = interface_language(language)
    blank = blank_trio(name, interface, tuple(context.items()), tuple(personal)) if personal else None
    trio = fill_trio(blank, personal) if blank and personal else render_trio(name, interface, context)
    mail = PersonalMail(
        trio.subject,
        trio.text,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": message_id, "Content-Language": interface, **(headers or {})},
    )
    mail.attach_alternative(trio.html, "text/html")
    mail.blank, mail.personal = blank, personal or {}
    return mail


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
