"""Public pages as whole responses: cached for a second by the process, revalidated by ETag, the same for everybody."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import cache_page
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

View = Callable[..., HttpResponseBase]

# A page with names may be kept by a shared cache for a second only: a name that is taken back must be gone.
WITH_NAMES = "max-age=0, s-maxage=1, must-revalidate"
WITHOUT_NAMES = "max-age=60, s-maxage=60"


def public_page(*, params: tuple[str, ...] = (), shows_names: bool = True) -> Callable[[View], View]:
    """For a GET view that is the same for every visitor; query parameters other than `params` are dropped."""
    policy = WITH_NAMES if shows_names else WITHOUT_NAMES

    def decorate(view: View) -> View:
        kept = cache_page(settings.PAGE_SECONDS, cache="pages")(gzip_page(_with_etag(view)))
        revalidated = conditional_page(_with_policy(kept, policy))

        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            make_anonymous(request, params)
            return revalidated(request, *args, **kwargs)

        return require_safe(page)

    return decorate


def make_anonymous(request: HttpRequest, params: tuple[str, ...] = ()) -> None:
    """Leaves of a request only what a page may depend on: its path, the known parameters, and gzip or not."""
    wanted = {name: request.GET[name] for name in sorted(params) if name in request.GET}
    query = request.GET.copy()
    query.clear()
    query.update(wanted)
    request.GET = query  # type: ignore[assignment]
    request.META["QUERY_STRING"] = query.urlencode()
    request.META["HTTP_ACCEPT_ENCODING"] = (
        "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else ""
    )
    request.META.pop("HTTP_COOKIE", None)
    request.COOKIES = {}


def _with_etag(view: View) -> View:
    @wraps(view)
    def finished(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponse) and response.status_code == 200:
            response.headers.setdefault("ETag", f'"{hashlib.sha256(response.content).hexdigest()[:32]}"')
        return response

    return finished


def _with_policy(view: View, policy: str) -> View:
    """Outside of the process's own cache, which would write its second into every max-age."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            response.headers["Cache-Control"] = policy
            response.headers.pop("Expires", None)
        return response

    return told
