"""Public pages as whole responses: kept for a second by the process, revalidated by ETag, the same for everybody."""

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponseBase]

# A page with names may be kept by a shared cache for a second only: a name that is taken back must be gone.
WITH_NAMES = "max-age=0, s-maxage=1, must-revalidate"
WITHOUT_NAMES = "max-age=60, s-maxage=60"
# While one visitor's request makes a page anew, in seconds: how long the others are shown the one before.
RENEWAL = 3


class Kept(NamedTuple):
    """A finished page in the process's memory; `fresh_until` by the monotonic clock."""

    fresh_until: float
    body: bytes
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, response: HttpResponse) -> Self:
        return cls(time.monotonic() + settings.PAGE_SECONDS, response.content, tuple(response.items()))

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() < self.fresh_until

    def response(self) -> HttpResponse:
        response = HttpResponse(self.body)
        for name, value in self.headers:
            response.headers[name] = value
        return response


def public_page(*, params: tuple[str, ...] = (), shows_names: bool = True) -> Callable[[View], View]:
    """For a GET view that is the same for every visitor; query parameters other than `params` are dropped."""
    policy = WITH_NAMES if shows_names else WITHOUT_NAMES

    def decorate(view: View) -> View:
        made = gzip_page(_finished(view, policy))

        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            make_anonymous(request, params)
            key = _key_of(request)
            kept = caches["pages"].get(key)
            if kept and (kept.is_fresh or not _may_renew(key)):
                return _revalidated(request, kept.response())
            try:
                return _revalidated(request, _keep(key, made(request, *args, **kwargs)))
            finally:
                caches["pages"].delete(f"renews:{key}")

        return require_safe(page)

    return decorate


def make_anonymous(request: HttpRequest, params: tuple[str, ...] = ()) -> None:
    """Leaves of a request only what a page may depend on: its path, the known parameters, and gzip or not."""
    request.META["HTTP_ACCEPT_ENCODING"] = (
        "gzip" if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "") else ""
    )
    request.META.pop("HTTP_COOKIE", None)
    request.COOKIES = {}
    if request.META.get("QUERY_STRING"):
        query = QueryDict(mutable=True)
        query.update({name: request.GET[name] for name in sorted(params) if name in request.GET})
        request.GET = query  # type: ignore[assignment]
        request.META["QUERY_STRING"] = query.urlencode()


def _key_of(request: HttpRequest) -> str:
    """No host in it: what a page says of its own address comes from SITE_URL."""
    meta = request.META
    said = f"{meta['HTTP_ACCEPT_ENCODING']}:{request.path}?{meta.get('QUERY_STRING', '')}"
    return f"page:{hashlib.sha256(said.encode()).hexdigest()}"


def _may_renew(key: str) -> bool:
    """One request at a time makes a page anew, so that a busy page is not made by every thread at once."""
    return caches["pages"].add(f"renews:{key}", True, RENEWAL)


def _keep(key: str, response: HttpResponseBase) -> HttpResponseBase:
    if isinstance(response, HttpResponse) and response.status_code == 200:
        caches["pages"].set(key, Kept.of(response), settings.PAGE_SECONDS + RENEWAL)
    return response


def _revalidated(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """304 for who has this very page (RFC 9110, 13)."""
    if "HTTP_IF_NONE_MATCH" not in request.META or not isinstance(response, HttpResponse):
        return response
    return get_conditional_response(request, etag=response.headers.get("ETag"), response=response) or response


def _finished(view: View, policy: str) -> View:
    @wraps(view)
    def finished(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponse) and response.status_code == 200:
            response.headers.setdefault("ETag", f'"{hashlib.sha256(response.content).hexdigest()[:32]}"')
            response.headers["Cache-Control"] = policy
        return response

    return finished
