"""The mails that the site would have sent, to be read in the browser; while DEBUG only, where mail rests in files."""

import email
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from functools import wraps
from pathlib import Path
from urllib.parse import quote

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

# What Django's file backend writes after each message; every message of Django's begins with its Content-Type.
SEPARATOR = re.compile(rb"\n-{79}\n(?=Content-Type: |\Z)")
HEADERS = ("From", "To", "Reply-To", "Date", "Message-ID", "Content-Language")
SHOWN = 200
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Kept:
    """One mail in a file: `name` is the file's name, a dot and its number there, from 0."""

    name: str
    message: EmailMessage
    at: datetime

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def to(self) -> str:
        return str(self.message.get("To", ""))

    @property
    def language(self) -> str:
        return str(self.message.get("Content-Language", ""))

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(self.message[name])) for name in HEADERS if name in self.message]

    def body(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        return part.get_content() if part else ""

    @property
    def text(self) -> SafeString:
        return with_links(self.body("plain"))

    @property
    def has_html(self) -> bool:
        return self.message.get_body(("html",)) is not None

    @property
    def attachments(self) -> list[tuple[int, str, int]]:
        """(number from 0, file name, bytes)"""
        parts = enumerate(self.message.iter_attachments())
        return [(n, part.get_filename() or f"part-{n}", len(part.get_content())) for n, part in parts]


def while_debugging(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.DEBUG:
            raise Http404
        return view(request, *args, **kwargs)

    return require_safe(never_cache(guarded))


@while_debugging
def index(request: HttpRequest) -> HttpResponse:
    """The newest mails first."""
    return render(request, "campaign/mailbox.html", {"mails": newest_mails()})


@while_debugging
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its types know no arguments
def detail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "campaign/mailbox_detail.html", {"mail": find_mail(name)})


# The mail's own page inside the frame: it styles itself, as mails do, and may do nothing else.
MAIL_POLICY = {
    "default-src": [NONE],
    "img-src": [SELF, "data:"],
    "style-src": [UNSAFE_INLINE],
    "script-src": [NONE],
    "connect-src": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
}


@while_debugging
@csp_replace(MAIL_POLICY)  # type: ignore[arg-type]
@xframe_options_sameorigin
def html_part(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part; its links open beside the frame, which may go nowhere itself."""
    body = find_mail(name).body("html")
    return HttpResponse(body.replace("<head>", '<head><base target="_blank">', 1))


@while_debugging
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    parts = list(find_mail(name).message.iter_attachments())
    if number >= len(parts):
        raise Http404
    content = parts[number].get_content()
    data = content.encode() if isinstance(content, str) else content
    filename = quote(parts[number].get_filename() or f"part-{number}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{filename}"}
    return HttpResponse(data, content_type=parts[number].get_content_type(), headers=headers)


def newest_mails(limit: int = SHOWN) -> list[Kept]:
    """At most `limit` mails of all files, newest first."""
    mails: list[Kept] = []
    for file in sorted(mail_folder().glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True):
        mails += reversed(read_file(file))
        if len(mails) >= limit:
            break
    # A mail's date knows seconds only; within one, the order of the files and in them stands.
    return sorted(mails, key=lambda mail: mail.at, reverse=True)[:limit]


def find_mail(name: str) -> Kept:
    """The mail of that name; raises Http404."""
    stem, _, number = name.rpartition(".")
    file = mail_folder() / f"{stem}.log"
    mails = read_file(file) if file.is_file() else []
    if not number.isdigit() or int(number) >= len(mails):
        raise Http404
    return mails[int(number)]


def read_file(file: Path) -> list[Kept]:
    """The mails in one file of Django's file backend, in the order they were written."""
    parts = [part for part in SEPARATOR.split(file.read_bytes()) if part.strip()]
    written = datetime.fromtimestamp(file.stat().st_mtime).astimezone()
    return [_kept(f"{file.stem}.{number}", part, written) for number, part in enumerate(parts)]


def mail_folder() -> Path:
    return Path(settings.MAIL_DIR)


def with_links(text: str) -> SafeString:
    """The text as HTML, its addresses as links and nothing else as markup."""
    escaped, position = "", 0
    for link in LINK.finditer(text):
        address = html.escape(link.group())
        escaped += html.escape(text[position : link.start()]) + f'<a href="{address}">{address}</a>'
        position = link.end()
    return mark_safe(escaped + html.escape(text[position:]))


def _kept(name: str, data: bytes, written: datetime) -> Kept:
    message = email.message_from_bytes(data, policy=policy.default)
    date = message["date"].datetime if message["date"] else None
    return Kept(name=name, message=message, at=date or written)


urlpatterns = [
    path("", index, name="index"),
    path("<str:name>/", detail, name="detail"),
    path("<str:name>/html/", html_part, name="html"),
    path("<str:name>/attachments/<int:number>/", attachment, name="attachment"),
]
