"""A mail rendered and composed once for all whom it goes to, with blanks for what is each one's own.

Rendering three templates and composing MIME for each mail takes several times as long as sending it.
"""

import re
import secrets
from email.utils import formatdate
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape

from campaign.languages import direction_of

PARTS = ("subject.txt", "body.txt", "body.html")
LONGEST_LINE = 998  # RFC 5322, 2.1.1
# Blanks are told from all that is printed by characters of private use, and by a number that nobody knows.
_NUMBER = secrets.token_hex(8)
_BLANK = re.compile(f"\ue000{_NUMBER}:([a-z_]+(?:\\.html)?)\ue001")
_BLANK_IN_BYTES = re.compile(_BLANK.pattern.encode())
_BOUNDARY = f"{_NUMBER}-boundary"
_BREAKS = re.compile(r"[\r\n\0]")
_OWN_HEADERS = ("To", "Message-ID", "Date")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")


class Trio(NamedTuple):
    subject: str
    text: str
    html: str


def render_trio(name: str, interface: str, context: dict[str, Any]) -> Trio:
    context = {
        **context,
        "SITE_URL": settings.SITE_URL,
        "SITE_NAME": settings.SITE_NAME,
        "language": interface,
        "direction": direction_of(interface),
    }
    with translation.override(interface):
        subject, text, html = (render_to_string(f"emails/{name}/{part}", context) for part in PARTS)
    return Trio(" ".join(subject.split()), text.strip() + "\n", html)


@lru_cache(maxsize=100)
def blank_trio(
    name: str, interface: str, context: tuple[tuple[str, Any], ...], blanks: tuple[str, ...]
) -> Trio:
    """The trio with blanks in place of the values so named; what is to be escaped in HTML has `.html` in its name."""
    blank = render_trio(name, interface, {**dict(context), **{field: _blank(field) for field in blanks}})
    return blank._replace(html=_BLANK.sub(lambda found: _blank(f"{found[1]}.html"), blank.html))


def _blank(field: str) -> str:
    return f"\ue000{_NUMBER}:{field}\ue001"


def fill_trio(blank: Trio, personal: dict[str, str]) -> Trio:
    """One pass over each part, so that no value is itself searched for blanks."""
    values = _with_html(personal)
    return Trio(*(_BLANK.sub(lambda found: values[found[1]], part) for part in blank))


def _with_html(personal: dict[str, str]) -> dict[str, str]:
    return personal | {f"{field}.html": escape(value) for field, value in personal.items()}


class PersonalMail(EmailMultiAlternatives):
    """A mail like any other, whose message is made from that of its blank where nothing speaks against it."""

    blank: Trio | None = None
    personal: dict[str, str] = {}

    def message(self) -> Any:
        content = self._filled_in(self.blank) if self.blank and self._is_like(self.blank) else b""
        fits = content and max(map(len, content.split(b"\r\n"))) <= LONGEST_LINE
        return Written(content) if fits else super().message()

    def _is_like(self, blank: Trio) -> bool:
        """Whether nothing of its own wants to be encoded or folded, or is more than a value for a blank."""
        one_line = not any(_BREAKS.search(value) for value in self.personal.values())
        plain = _PLAIN_ADDRESS.fullmatch(self.to[0]) and not _BLANK.search(blank.subject)
        return bool(one_line and plain and not self.attachments and self.recipients() == [self.to[0]])

    def _filled_in(self, blank: Trio) -> bytes:
        common = tuple(item for item in self.extra_headers.items() if item[0] not in _OWN_HEADERS)
        head, body = _composed(blank, str(self.from_email), tuple(self.reply_to), common)
        if not body:
            return b""
        own = (self.to[0], self.extra_headers["Message-ID"], formatdate())
        lines = "".join(f"{name}: {value}\r\n" for name, value in zip(_OWN_HEADERS, own, strict=True))
        values = {field: value.encode() for field, value in _with_html(self.personal).items()}
        filled = _BLANK_IN_BYTES.sub(lambda found: values[found[1].decode()], body)
        boundary = secrets.token_hex(16).encode()
        return b"".join([head, lines.encode(), filled]).replace(_BOUNDARY.encode(), boundary)


@lru_cache(maxsize=100)
def _composed(
    blank: Trio, sender: str, reply_to: tuple[str, ...], headers: tuple[tuple[str, str], ...]
) -> tuple[bytes, bytes]:
    """What precedes and what follows a mail's own headers, lines ending as on the wire; empty where a line that is
    too long has the parts encoded, in which no blank would be found."""
    mail = EmailMultiAlternatives(blank.subject, blank.text, sender, reply_to=reply_to, headers=dict(headers))
    mail.attach_alternative(blank.html, "text/html")
    message = mail.message()
    if not all(part["Content-Transfer-Encoding"] in ("7bit", "8bit") for part in message.get_payload()):
        return b"", b""
    message.set_boundary(_BOUNDARY)
    for name in _OWN_HEADERS:
        del message[name]
    head, _end, body = message.as_bytes(linesep="\r\n").partition(b"\r\n\r\n")
    return head + b"\r\n", b"\r\n" + body


class Written:
    """As much of a message as Django's backends ask of one."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\n") -> bytes:
        return self._content.replace(b"\r\n", linesep.encode())

    def as_string(self, unixfrom: bool = False, linesep: str = "\n") -> str:
        return self.as_bytes(unixfrom, linesep).decode()

    def get_charset(self) -> None:
        return None
