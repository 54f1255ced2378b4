"""How many downloads a process serves at once: each holds one of its few threads for as long as its reader likes."""

import weakref
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]
ASK_AGAIN = 30  # seconds


class Places:
    """Those taken, of settings.DOWNLOADS_AT_ONCE."""

    def __init__(self) -> None:
        self.taken, self.lock = 0, Lock()

    def take(self) -> bool:
        with self.lock:
            if self.taken >= settings.DOWNLOADS_AT_ONCE:
                return False
            self.taken += 1
            return True

    def give_back(self) -> None:
        with self.lock:
            self.taken -= 1


places = Places()


def one_of_few(view: View) -> View:
    """Answers 503 while as many downloads as may be are under way, so that slow readers leave threads for pages."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not places.take():
            headers = {"Retry-After": str(ASK_AGAIN), "Cache-Control": "no-store"}
            return HttpResponse(status=503, headers=headers, content_type="text/plain")
        try:
            response = view(request, *args, **kwargs)
        except BaseException:
            places.give_back()
            raise
        # Once: when the server closes it, or else when nobody holds it any more.
        response._resource_closers.append(weakref.finalize(response, places.give_back))  # type: ignore[attr-defined]
        return response

    return limited
