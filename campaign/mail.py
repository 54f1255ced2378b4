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
from django.template.loader import render_to_string
from django.utils import translation

from campaign.languages import direction_of, interface_language


def render_mail(
    name: str,
    context: dict[str, Any],
    *,
    to: str,
    language: str,
    message_id: str,
    reply_to: str = "",
    headers: dict[str, str] | None = None,
) -> EmailMultiAlternatives:
    """The mail in templates/emails/<name>/, addressed to one mailbox."""
    interface = interface_language(language)
    context = {
        **context,
        "SITE_URL": settings.SITE_URL,
        "SITE_NAME": settings.SITE_NAME,
        "language": interface,
        "direction": direction_of(interface),
    }
    with translation.override(interface):
        subject = " ".join(render_to_string(f"emails/{name}/subject.txt", context).split())
        text = render_to_string(f"emails/{name}/body.txt", context)
        html = render_to_string(f"emails/{name}/body.html", context)
    mail = EmailMultiAlternatives(
        subject,
        text.strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": message_id, "Content-Language": interface, **(headers or {})},
    )
    mail.attach_alternative(html, "text/html")
    return mail


def derive_message_id(kind: str, *parts: object) -> str:
    """A Message-ID (RFC 5322, 3.6.4) that is the same for the same row, so that a mail sent twice shows as one."""
    value = ":".join(str(part) for part in (kind, *parts))
    mark = hmac.new(settings.SECRET_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()[:32]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{kind}.{mark}@{domain}>"


@contextmanager
def mail_connection() -> Iterator[BaseEmailBackend]:
    """One connection for a batch, opened when the first mail wants it."""
    connection = get_connection()
    try:
        yield connection
    finally:
        connection.close()
