import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from campaign.errors import too_large
from campaign.pages import WITH_NAMES

GetResponse = Callable[[HttpRequest], HttpResponse]
LARGEST_BODY = 2 * 1024 * 1024  # bytes
access = logging.getLogger("campaign.access")


def log_access(get_response: GetResponse) -> GetResponse:
    """Writes one line a request: no network address, no user agent, and (by the log's filter) no token."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        if access.isEnabledFor(logging.INFO):
            spent = (time.perf_counter() - started) * 1000
            # Escaped, so that no path can end its line and write another.
            path = request.path.encode("unicode_escape").decode()
            access.info("%s %s %s %.0fms", request.method, path, response.status_code, spent)
        return response

    return middleware


def refuse_large_body(get_response: GetResponse) -> GetResponse:
    """Refuses a body far larger than any form before anything reads it: its files would be spooled on disk."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if _content_length(request) > LARGEST_BODY:
            return too_large(request)
        return get_response(request)

    return middleware


def _content_length(request: HttpRequest) -> int:
    said = str(request.META.get("CONTENT_LENGTH") or "")
    return int(said[:19]) if said.isdecimal() else 0


def desk_language(get_response: GetResponse) -> GetResponse:
    """The desk speaks its reader's language; a public page speaks the one its address names, for every visitor."""
    by_reader = LocaleMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(settings.DESK_PATHS):
            return by_reader(request)  # type: ignore[return-value]  # it is not asynchronous here
        translation.activate(settings.LANGUAGE_CODE)
        return get_response(request)

    return middleware


def forget_what_is_not_there(get_response: GetResponse) -> GetResponse:
    """A 404 that says nothing of caching may be kept for minutes (RFC 9111, 4.2.2), past the launch of the letter that
    was looked for too early."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code in (404, 405):
            response.headers.setdefault("Cache-Control", WITH_NAMES)
        return response

    return middleware
