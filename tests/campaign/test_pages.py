"""Whole public pages in the process's memory."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from campaign.pages import public_page

Page = Callable[..., HttpResponseBase]


def get(**headers: str) -> HttpRequest:
    return RequestFactory().get("/page/", headers=headers)


def numbered(made: list[int], before: Callable[[], Any] = lambda: None) -> Page:
    """A page that says how many times it has been made."""

    @public_page()
    def page(request: HttpRequest) -> HttpResponse:
        made.append(len(made) + 1)
        number = made[-1]
        before()
        return HttpResponse(f"made {number}")

    return page


def test_a_page_is_made_once_while_it_is_fresh() -> None:
    made: list[int] = []
    page = numbered(made)
    assert [page(get()).content for _time in range(3)] == [b"made 1"] * 3  # type: ignore[attr-defined]


def test_while_one_request_makes_a_page_anew_the_others_get_the_one_before(settings: Any) -> None:
    settings.PAGE_SECONDS = 0
    made: list[int] = []
    begun, may_end = Event(), Event()

    def wait() -> None:
        if len(made) == 2:
            begun.set()
            may_end.wait(5)

    page = numbered(made, wait)
    page(get())
    renewing = Thread(target=page, args=(get(),))
    renewing.start()
    begun.wait(5)
    assert page(get()).content == b"made 1"  # type: ignore[attr-defined]
    may_end.set()
    renewing.join()
    assert page(get()).content == b"made 3"  # type: ignore[attr-defined]


def test_a_page_that_cannot_be_made_is_tried_again(settings: Any) -> None:
    settings.PAGE_SECONDS = 0
    made: list[int] = []

    def fail() -> None:
        if len(made) == 2:
            raise RuntimeError("no database")

    page = numbered(made, fail)
    page(get())
    with pytest.raises(RuntimeError):
        page(get())
    assert page(get()).content == b"made 3"  # type: ignore[attr-defined]


def test_who_has_the_page_is_told_so() -> None:
    page = numbered([])
    tag = page(get()).headers["ETag"]
    again = page(get(if_none_match=tag))
    assert (again.status_code, again.headers["ETag"]) == (304, tag)
    assert page(get(if_none_match='"another"')).status_code == 200


def test_an_answer_that_is_no_page_is_not_kept() -> None:
    @public_page()
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=404)

    page(get())
    assert not [key for key in getattr(caches["pages"], "_cache", {}) if "page:" in key]
