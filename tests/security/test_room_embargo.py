"""An embargoed letter hunted from outside: every public address answers for it as for one that nobody has."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from campaign.urls import urlpatterns
from deliveries.launching import keep_time, launch_letter
from letters.models import Letter
from letters.services import schedule_letter, unschedule_letter
from signatures.documents import build_document
from signatures.tallies import fold_tallies
from tests.factories import make_coalition, make_letter, make_signature

pytestmark = pytest.mark.django_db

SLUG, NOBODYS = "embargoed-until-noon", "nothing-has-this-one"
SECRETS = (SLUG, "Secret title", "Hush Coalition", "Quiet Organisation", "hush-coalition")
PRIVATE = ("desk/", "accounts/", "mailbox/")
METHODS = ("get", "head", "options", "post", "put", "delete")
# A value for each part of an address, of a letter that has it; other parts are numbers or words.
VALUES = {
    "language": ("en", "ur", "fr"),
    "extension": ("csv", "json", "xlsx", "pdf", "zip", "atom"),
    "number": ("1",),
    "revision": ("0",),
}
FORM = {
    "name": "Ayesha Khan",
    "email": "ayesha@example.net",
    "country": "PK",
    "kind": "individual",
    "page": "1",
}
STATES = ("draft", "circulating", "scheduled", "called off")


def public_patterns(patterns: Any = urlpatterns, before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """(route, converters) of every address outside of the desk, of whatever app, also of those that are yet to come."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            if not route.startswith(PRIVATE):
                yield from public_patterns(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route, dict(one.pattern.converters)


def addresses_of_letters() -> list[str]:
    """Each with {slug} where the letter's address goes, filled with each value that its other parts may have."""
    found = []
    for route, parts in public_patterns():
        if "slug" not in parts:
            continue
        filled = [route]
        for part in parts:
            values = ["{slug}"] if part == "slug" else VALUES.get(part, ("1", "updates"))
            filled = [_fill(one, part, value) for one in filled for value in values]
        found += filled
    return ["/" + one for one in found]


def _fill(route: str, part: str, value: str) -> str:
    return re.sub(rf"<(?:\w+:)?{part}>", value, route)


ADDRESSES = addresses_of_letters()
OTHERS = (
    "/",
    "/?lang=ur",
    "/?page=2",
    "/sitemap.xml",
    "/robots.txt",
    "/no-such-page/",
    "/letters/",
    "/healthz",
)


def hide(state: str) -> Letter:
    """A letter with texts, names, counts and documents, before its opening."""
    coalition = make_coalition(slug="hush-coalition", name="Hush Coalition")
    was = "circulating" if state == "circulating" else "draft"
    letter = make_letter(
        coalition=coalition, state=was, slug=SLUG, languages=["en", "ur"], title="Secret title"
    )
    make_signature(letter, kind="organisation", name="Quiet Organisation")
    make_signature(letter, name="Quiet Organisation")
    fold_tallies()
    if state in ("scheduled", "called off"):
        schedule_letter(letter, opens_at=timezone.now() + timedelta(hours=1), delivers_at_opening=True)
    if state == "called off":
        unschedule_letter(letter)
    return letter


def ask(client: Client, method: str, address: str) -> tuple[HttpResponseBase, int]:
    with CaptureQueriesContext(connection) as queries:
        data = {"data": FORM} if method == "post" else {}
        answer = getattr(client, method)(address, **data)
    return answer, len(queries)


def told(answer: HttpResponseBase, slug: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that a stranger gets, but for the slug that they sent."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore
    headers = sorted((name, value.replace(slug, "SLUG")) for name, value in answer.headers.items())
    return answer.status_code, content.replace(slug.encode(), b"SLUG"), headers


def test_every_address_of_a_letter_is_walked() -> None:
    walked = " ".join(ADDRESSES)
    for part in ("/sign/", "signatories.pdf", "picture.png", "/editions/1.0.json", "/editions/1.0/", "/ur/"):
        assert part in walked
    assert not any("<" in address for address in ADDRESSES)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("state", STATES)
def test_it_answers_as_a_letter_that_nobody_has(client: Client, state: str, method: str) -> None:
    hide(state)
    for address in ADDRESSES:
        for query in ("", "?lang=ur&kind=individual&q=Quiet&waiting=1"):
            hidden, cost = ask(client, method, address.replace("{slug}", SLUG) + query)
            nothing, usual = ask(client, method, address.replace("{slug}", NOBODYS) + query)
            assert told(hidden, SLUG) == told(nothing, NOBODYS), (method, address)
            assert hidden.status_code in (404, 405), (method, address)
            assert cost == usual, (method, address)


@pytest.mark.parametrize("state", STATES)
def test_no_page_of_the_site_tells_of_it(client: Client, state: str) -> None:
    make_letter(slug="a-public-one", title="In the open")
    hide(state)
    for address in (*OTHERS, *[one.replace("{slug}", "a-public-one") for one in ADDRESSES]):
        answer, _cost = ask(client, "get", address)
        _status, content, headers = told(answer, "-")
        for secret in SECRETS:
            assert secret.encode() not in content, (address, secret)
            assert secret not in str(headers), (address, secret)


def test_its_documents_are_files_that_no_address_leads_to(client: Client) -> None:
    letter = hide("scheduled")
    document = build_document(letter, "picture", "en")
    assert document.path.is_file()
    folder = Path(django_settings.DOCUMENTS_DIR)
    assert not folder.is_relative_to(Path(django_settings.STATIC_ROOT))
    for address in (f"/{document.file}", f"/documents/{document.file}", f"/static/{document.file}"):
        assert client.get(address).status_code == 404
    assert client.get(f"/letters/{SLUG}/en/picture.png").status_code == 404


def test_a_taken_slug_reveals_nothing_to_another_coalition(client: Client) -> None:
    hide("scheduled")
    other = make_letter(state="draft", slug=SLUG, title="In the open")
    assert launch_letter(other)
    assert other.slug == SLUG
    assert b"In the open" in client.get(f"/letters/{SLUG}/").content
    keep_time(timezone.now() + timedelta(hours=2))
    assert b"In the open" in client.get(f"/letters/{SLUG}/").content
    assert Letter.objects.get(slug=f"{SLUG}-2").state == "open"


def test_what_was_asked_before_the_launch_is_no_answer_after_it(client: Client) -> None:
    letter = hide("scheduled")
    for address in ADDRESSES:
        answer = client.get(address.replace("{slug}", SLUG))
        # A shared cache that keeps what says nothing of caching would hide the letter after its launch.
        policy = answer.headers["Cache-Control"]
        assert policy in ("max-age=0, s-maxage=1, must-revalidate", "no-store", "private, no-store"), address
    assert launch_letter(letter)
    assert client.get(f"/letters/{SLUG}/").status_code == 200
    assert client.get(f"/letters/{SLUG}/ur/").status_code == 200


def test_the_lists_show_it_within_what_their_headers_promise(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = hide("scheduled")
    before = client.get("/")
    assert SLUG.encode() not in before.content
    assert before.headers["Cache-Control"] == "max-age=60, s-maxage=60"
    launch_letter(letter)
    later = time.monotonic() + 2
    monkeypatch.setattr("campaign.pages.time.monotonic", lambda: later)
    assert SLUG.encode() in client.get("/").content
