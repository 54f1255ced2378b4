"""How each ask stands with each official: recorded at the desk, cited from the timeline."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from letters.answers import standing_of
from letters.models import AskAnswer, Letter
from tests import factories
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db

TIMELINE = "/letters/keep-it-on/answers/"


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    opened = timezone.now() - timedelta(days=12, hours=1)
    return factories.make_letter(
        coalition=member_client.coalition, slug="keep-it-on", languages=["en", "ur"], opened_at=opened
    )


def desk(letter: Letter) -> str:
    return reverse("desk:answers", args=[letter.lead.slug, letter.pk])


def entry(letter: Letter, **changed: Any) -> dict[str, Any]:
    return {
        "ask": "2",
        "addressee": letter.addressees.all()[0].pk,
        "state": "promised",
        "said_on": timezone.localdate().isoformat(),
        "source_url": "https://gov.example/statement",
        "note_en": "Said in parliament.",
        "note_ur": "پارلیمان میں کہا۔",
        **changed,
    }


def read(client: Client, path: str) -> str:
    caches["pages"].clear()
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_an_answer_is_recorded_and_can_be_cited(member_client: MemberClient, letter: Letter) -> None:
    assert "What officials answered" not in read(member_client, "/letters/keep-it-on/")
    assert member_client.post(desk(letter), entry(letter)).status_code == 302
    answer = AskAnswer.objects.get()
    html = read(member_client, TIMELINE)
    official = letter.addressees.all()[0]
    for part in (
        f'id="answer-{answer.pk}"',
        f'href="#answer-{answer.pk}"',
        official.name,
        factories.ASKS["en"][1],
        "promised",
        "◐",
        "https://gov.example/statement",
        "Said in parliament.",
        f'datetime="{timezone.localdate().isoformat()}"',
    ):
        assert part in html, part
    assert "پارلیمان میں کہا۔" in read(member_client, f"{TIMELINE}ur/")
    assert "What officials answered" in read(member_client, "/letters/keep-it-on/")
    assert f"#answer-{answer.pk}" in read(member_client, "/letters/keep-it-on/feed.atom")
    assert letter.audit.all()[0].action == "answer recorded"


def test_the_same_answer_sent_twice_is_one(member_client: MemberClient, letter: Letter) -> None:
    for _ in range(2):
        member_client.post(desk(letter), entry(letter))
    assert AskAnswer.objects.count() == 1


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(
    member_client: MemberClient, letter: Letter
) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    stranger = factories.make_letter().addressees.all()[0].pk
    for changed in (
        {"said_on": tomorrow},
        {"state": "sold"},
        {"ask": "9"},
        {"addressee": stranger},
        {"source_url": "javascript:alert(1)"},
    ):
        response = member_client.post(desk(letter), entry(letter, **changed))
        assert response.status_code == 422, changed
        assert "Said in parliament." in response.content.decode()
    assert not AskAnswer.objects.exists()


def test_a_retracted_entry_is_gone_in_public_and_kept_at_the_desk(
    member_client: MemberClient, letter: Letter
) -> None:
    answer = factories.make_answer(letter, state="kept", note="A mistake")
    path = reverse("desk:answer_retract", args=[letter.lead.slug, letter.pk, answer.pk])
    member_client.post(path)
    assert "A mistake" not in read(member_client, TIMELINE)
    assert f"answer-{answer.pk}" not in read(member_client, "/letters/keep-it-on/feed.atom")
    html = member_client.get(desk(letter)).content.decode()
    assert "A mistake" in html
    assert "retracted on" in html
    member_client.post(path)
    assert letter.audit.filter(action="answer retracted").count() == 1


def test_the_newest_day_tells_how_an_ask_stands(letter: Letter) -> None:
    today = timezone.localdate()
    factories.make_answer(letter, state="kept", said_on=today - timedelta(days=2))
    broken = factories.make_answer(letter, state="broken", said_on=today)
    # Recorded later, said earlier.
    factories.make_answer(letter, state="promised", said_on=today - timedelta(days=9))
    factories.make_answer(letter, state="refused", said_on=today, retracted_at=timezone.now())
    standing = standing_of(letter)
    assert {key: stand.answer for key, stand in standing.items()} == {(1, broken.addressee_id): broken.pk}


def test_the_timeline_says_how_long_an_official_has_been_silent(
    member_client: MemberClient, letter: Letter
) -> None:
    first, second = letter.to_and_cc()[0]
    html = read(member_client, TIMELINE)
    assert html.count("no answer since 12 days") == 2
    factories.make_answer(letter, addressee=first)
    html = read(member_client, TIMELINE)
    assert html.count("no answer since 12 days") == 1
    assert second.name in html.split("no answer since")[0]


def test_nobody_answers_a_letter_that_is_not_public(member_client: MemberClient) -> None:
    draft = factories.make_letter(coalition=member_client.coalition, state="draft")
    assert member_client.post(desk(draft), entry(draft)).status_code == 409
    assert not AskAnswer.objects.exists()


def test_the_desk_shows_asks_by_officials(member_client: MemberClient, letter: Letter) -> None:
    copy = letter.to_and_cc()[1][0]
    html = member_client.get(desk(letter)).content.decode()
    grid = html.split("grid-answers")[1].split("</table>")[0]
    assert grid.count("no answer") == 6
    assert copy.name not in grid
    factories.make_answer(letter, 3, addressee=copy, state="refused")
    grid = member_client.get(desk(letter)).content.decode().split("grid-answers")[1].split("</table>")[0]
    assert copy.name in grid
    assert "refused" in grid


def test_the_timeline_turns_pages(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(51):
        day = timezone.localdate() - timedelta(days=number)
        factories.make_answer(letter, said_on=day, note=f"Note {number}.")
    assert "Note 50." not in read(member_client, TIMELINE)
    assert "Note 50." in read(member_client, f"{TIMELINE}?page=2")


@pytest.mark.parametrize("number", [1, 3])
def test_the_desk_asks_as_many_queries_for_any_number_of_answers(
    member_client: MemberClient,
    letter: Letter,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for ask in range(1, number + 1):
        factories.make_answer(letter, ask, note="A note")
    with django_assert_num_queries(15):
        assert member_client.get(desk(letter)).status_code == 200


def test_what_was_answered_to_an_ask_that_a_later_edition_dropped_is_still_told(
    member_client: MemberClient, letter: Letter
) -> None:
    factories.make_answer(letter, 3, state="kept")
    edition = letter.editions.create(number=2, sha256="x" * 64, frozen_at=timezone.now())
    factories.make_text(edition, "en")
    html = read(member_client, TIMELINE)
    assert factories.ASKS["en"][2] in html
