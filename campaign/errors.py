"""What is answered to a request that cannot be read."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import bad_request


def not_readable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: what was typed or pasted may be too long for a form, which is told as such."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return bad_request(request, exception)


def too_large(request: HttpRequest) -> HttpResponse:
    """Says how much a form takes, and a file; 413 (RFC 9110, 15.5.14)."""
    response = render(request, "too_large.html", status=413)
    response.headers["Cache-Control"] = "private, no-store"
    return response
