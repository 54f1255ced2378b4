"""A letter that circulates, hunted from outside: with signatures under it, it is nowhere in public."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from campaign.redaction import redact
from letters.models import Letter
from signatures.documents import build_due_documents
from signatures.links import own_url
from signatures.models import Document, Signature
from signatures.room.links import room_path
from signatures.tallies import fold_tallies
from tests.factories import make_letter
from tests.signatures.room import SIGN, invited, page, post

pytestmark = pytest.mark.django_db

SECRETS = ("secret-letter", "A secret title", "Open Karachi")
VALUES = {
    "slug": "secret-letter",
    "language": "en",
    "extension": "json",
    "number": 1,
    "revision": 0,
    "token": "broken",
    "name": "broken",
}


@pytest.fixture
def letter() -> Letter:
    """A letter that circulates, which an organisation has signed, beside a public one."""
    make_letter(slug="public-letter")
    letter = make_letter(
        slug="secret-letter", title="A secret title", state="circulating", languages=["en", "ur"]
    )
    post(Client(), invited(letter), SIGN)
    fold_tallies()
    return letter


def public_addresses(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every address of the public door."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver) and str(pattern.pattern) == "":
            yield from public_addresses(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            values = {name: VALUES[name] for name in pattern.pattern.converters if name in VALUES}
            app = getattr(pattern.callback, "__module__", "").split(".")[0]
            name = f"{app}:{pattern.name}" if app in ("letters", "signatures") else str(pattern.name)
            yield reverse(name, kwargs=values)


def test_no_public_address_tells_of_it(client: Client, letter: Letter) -> None:
    addresses = list(public_addresses())
    assert len(addresses) > 20
    for address in addresses:
        for query in ("", "?lang=en", "?kind=organisation", "?q=Open"):
            answer = client.get(address + query)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            words = body.decode(errors="replace").replace(address, "")
            assert not [secret for secret in SECRETS if secret in words], address
            if "secret-letter" in address:
                assert answer.status_code == 404, address


@pytest.mark.parametrize("extension", ["csv", "json", "xlsx", "pdf"])
def test_no_export_and_no_document_is_made_of_it(client: Client, letter: Letter, extension: str) -> None:
    build_due_documents()
    assert not Document.objects.filter(letter=letter).exists()
    assert client.get(f"/letters/secret-letter/signatories.{extension}").status_code == 404


def test_nobody_signs_it_from_outside(client: Client, letter: Letter) -> None:
    person = {"kind": "individual", "name": "Eve", "email": "eve@example.net", "country": "PK"}
    assert client.post("/letters/secret-letter/sign/", person).status_code == 404
    assert client.post("/letters/secret-letter/en/lost-link/", {"email": "a@example.org"}).status_code == 404
    assert Signature.objects.count() == 1


def test_an_error_page_of_the_room_tells_nothing(client: Client, letter: Letter) -> None:
    token = room_path(invited(letter, name="Other")).split("/")[2]
    answers = [
        client.get(f"/room/{token[:-3]}abc/"),
        client.put(f"/room/{token}/"),
        client.post(f"/room/{token}/", {"verb": "x"}, headers={"Origin": "https://evil.example"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 405, 403]
    for answer in answers:
        assert not [secret for secret in SECRETS if secret in answer.content.decode()]


def test_the_rooms_links_rest_in_no_log(client: Client, letter: Letter, caplog: Any) -> None:
    row = invited(letter, name="Other")
    path = room_path(row)
    caplog.set_level("INFO", "campaign.access")
    page(client, row)
    logged = [redact(record.getMessage()) for record in caplog.records]
    assert any("/room/<token>/" in line for line in logged)
    assert path.split("/")[2] not in "".join(logged)


def test_robots_are_asked_to_stay_out_of_the_room(client: Client) -> None:
    assert "Disallow: /room/\n" in client.get("/robots.txt").content.decode()


def test_the_receipts_data_file_is_for_its_signatory_alone(client: Client, letter: Letter) -> None:
    path = own_url(Signature.objects.get()).removeprefix("http://testserver")
    answer = client.get(path + "data.json")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.json()["person"]["organisation"] == "Open Karachi"
    assert "a secret title" not in answer.content.decode().lower()
