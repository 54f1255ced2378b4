"""An organisation that chose to be counted and not named is told to nobody at the desk who may not see who signed."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letters.models import Letter, LetterCoalition
from signatures.models import Invitation
from tests import factories
from tests.signatures.room import SIGN, invited, post

pytestmark = pytest.mark.django_db
READERS = ("viewer", "co-publisher")


@pytest.fixture
def letter() -> Letter:
    return factories.make_letter(state="circulating")


def in_the_room(letter: Letter) -> dict[str, Invitation]:
    rows = {
        name: invited(letter, name=name, email=f"{name.lower()}@example.org")
        for name in ("Hidden", "Named", "Silent", "Declined")
    }
    post(Client(), rows["Hidden"], {**SIGN, "organisation": "Hidden", "exposure": "counted"})
    post(Client(), rows["Named"], {**SIGN, "organisation": "Named"})
    post(Client(), rows["Declined"], {"verb": "decline"})
    assert letter.signatures.filter(state="confirmed").count() == 2
    return rows


def reader(letter: Letter, who: str) -> tuple[Client, str]:
    """Signed in, and the slug of its coalition."""
    client = Client()
    if who == "co-publisher":
        member = factories.make_member(role="owner")
        LetterCoalition.objects.create(letter=letter, coalition=member.coalition, accepted_at=timezone.now())
    else:
        member = factories.make_member(letter.lead, role=who)
    client.force_login(member.user)
    return client, member.coalition.slug


def seen(client: Client, name: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(f"desk:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.text


def rows_of(page: str) -> dict[str, str]:
    """What the room's list says of each organisation, without its name and numbers."""
    rows = re.findall(r'<tr>\s*<th scope="row"><a[^>]*>(.*?)</th>(.*?)</tr>', page, re.S)
    return {re.sub(r"<[^>]+>|\s", "", name): told for name, told in rows}


@pytest.mark.parametrize("who", READERS)
def test_the_room_tells_a_reader_only_who_signed_by_name(letter: Letter, who: str) -> None:
    in_the_room(letter)
    client, slug = reader(letter, who)
    told = rows_of(seen(client, "room", slug, letter.pk))
    assert "signed" in told["Named"]
    assert told["Hidden"] == told["Silent"] == told["Declined"]
    assert set(rows_of(seen(client, "room", slug, letter.pk, show="signed"))) == {"Named"}
    for show in ("silent", "declined", "waiting", "outdated", "change"):
        assert len(rows_of(seen(client, "room", slug, letter.pk, show=show))) == 4


@pytest.mark.parametrize("who", READERS)
def test_the_page_of_an_invitation_tells_a_reader_no_answer(letter: Letter, who: str) -> None:
    rows = in_the_room(letter)
    client, slug = reader(letter, who)
    page = seen(client, "room_invitation", slug, letter.pk, rows["Hidden"].pk)
    same = seen(client, "room_invitation", slug, letter.pk, rows["Silent"].pk)
    assert _plain(page, "Hidden") == _plain(same, "Silent")


def _plain(page: str, name: str) -> str:
    """The page's own words, without numbers."""
    words = re.sub(r"<[^>]+>|\d+", "", page[page.index("<main") :].replace(name, "Name"))
    return " ".join(words.split())


def test_a_viewer_does_not_learn_from_the_registry_what_an_organisation_signed(letter: Letter) -> None:
    rows = in_the_room(letter)
    client, slug = reader(letter, "viewer")
    hidden = seen(client, "organisation", slug, rows["Hidden"].organisation_id)
    silent = seen(client, "organisation", slug, rows["Silent"].organisation_id)
    assert _plain(hidden, "Hidden") == _plain(silent, "Silent")
    named = seen(client, "organisation", slug, rows["Named"].organisation_id)
    assert named.count(letter.slug) > hidden.count(letter.slug)


def test_who_decides_on_signatures_sees_all_answers(letter: Letter) -> None:
    rows = in_the_room(letter)
    client, slug = reader(letter, "moderator")
    told = rows_of(seen(client, "room", slug, letter.pk))
    assert "signed" in told["Hidden"]
    assert "declined" in told["Declined"]
    assert set(rows_of(seen(client, "room", slug, letter.pk, show="signed"))) == {"Hidden", "Named"}
    page = seen(client, "room_invitation", slug, letter.pk, rows["Hidden"].pk)
    assert "Mails" in page
