"""What a public POST must be before anything is done with it. There is no session to ride, and so no CSRF token."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]
MAX_BODY = 64 * 1024


def public_post(view: View | None = None, *, max_body: int = MAX_BODY) -> Any:
    """Refuses a POST from another site (by Fetch Metadata, else by Origin: RFC 6454) and one of more than `max_body`
    bytes. For use as `@public_post` and as `@public_post(max_body=…)`."""
    if view is None:
        return partial(public_post, max_body=max_body)

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        response = _refusal(request, max_body) or view(request, *args, **kwargs)
        # It may show what was typed.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded


def _refusal(request: HttpRequest, max_body: int) -> HttpResponseBase | None:
    if is_foreign(request):
        return refuse(
            request, 403, _("This form was sent from another site. Please use the form on the page.")
        )
    if _body_size(request) > max_body:
        return refuse(request, 413, _("This is far more than the form can take. Please shorten it."))
    return None


def is_foreign(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "cross-site"
    origin = request.headers.get("Origin")
    return bool(origin) and netloc_of(origin or "") not in {netloc_of(settings.SITE_URL), request.get_host()}


def netloc_of(url: str) -> str:
    """Host and port of what a header says; empty for what is no URL."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def has_no_witness(request: HttpRequest) -> bool:
    """Whether the client told neither Sec-Fetch-Site nor Origin: accepted, and scored."""
    return not request.headers.get("Sec-Fetch-Site") and not request.headers.get("Origin")


def _body_size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def refuse(request: HttpRequest, status: int, reason: str) -> HttpResponseBase:
    return render(request, "refused.html", {"reason": reason}, status=status)
