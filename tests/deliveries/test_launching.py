"""The launch as one act: what is told before, what it does, and what comes of it when several act at once."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deliveries.launching import Unaccepted, keep_time, launch_letter, schedule_launch
from deliveries.models import Delivery, Occasion
from letters.models import AuditEntry, Letter
from letters.services import NotReady, postpone_letter, schedule_letter, unschedule_letter
from signatures.public import counts_of
from signatures.tallies import fold_tallies
from tests.conftest import MemberClient
from tests.factories import make_letter, make_organisation, make_signature
from tests.signatures.test_concurrency import at_once


def url(letter: Letter) -> str:
    return reverse("desk:letter_publish", args=[letter.lead.slug, letter.pk])


def sign_in_room(letter: Letter, number: int = 2, **fields: Any) -> None:
    for _organisation in range(number):
        make_signature(letter, kind="organisation", origin="invited", **fields)


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    """In the room, signed there by two organisations, while a third waits for review."""
    letter = make_letter(coalition=member_client.coalition, state="circulating", languages=["en", "ur"])
    sign_in_room(letter)
    make_signature(
        letter,
        kind="organisation",
        state="waiting",
        organisation=make_organisation(letter.lead, name="Unreviewed Union"),
    )
    return letter


def test_the_launch_lists_who_signed_and_tells_the_officials_of_them(letter: Letter, client: Client) -> None:
    assert launch_letter(letter, delivers=True)
    occasion = Occasion.objects.get()
    assert (occasion.organisations, Delivery.objects.count()) == (2, 3)
    assert counts_of(letter).organisations == 2
    letter.refresh_from_db()
    assert letter.listed_at_opening == 2
    page = client.get(letter.get_absolute_url()).content.decode()
    assert "Organisation " in page
    assert "Unreviewed Union" not in page
    assert "Joined after the launch" not in page


def test_who_comes_after_the_launch_is_shown_as_late(letter: Letter, client: Client) -> None:
    launch_letter(letter)
    letter.refresh_from_db()
    make_signature(
        letter, kind="organisation", organisation=make_organisation(letter.lead, name="Latecomers League")
    )
    make_signature(letter, name="Ayesha Khan")
    for path in (letter.get_absolute_url(), reverse("signatures:list", args=[letter.slug])):
        page = client.get(path).content.decode()
        assert page.index("Joined after the launch") < page.index("Latecomers League")
        assert page.count("Latecomers League") == 1
    by_name = client.get(reverse("signatures:list", args=[letter.slug]) + "?kind=organisation&order=name")
    assert b"joined after the launch" in by_name.content
    people = client.get(reverse("signatures:list", args=[letter.slug]) + "?kind=individual").content
    assert b"Ayesha Khan" in people
    assert b"after the launch" not in people


def test_nobody_is_late_where_nobody_had_signed_before(db: None, client: Client) -> None:
    letter = make_letter(state="draft")
    launch_letter(letter)
    sign_in_room(letter, 1)
    assert b"after the launch" not in client.get(letter.get_absolute_url()).content


def test_the_page_says_what_will_happen(letter: Letter, member_client: MemberClient) -> None:
    fold_tallies()
    page = member_client.get(url(letter)).content.decode()
    first = letter.addressees.all()[0]
    for said in (
        "2 organisations that signed in the room",
        "1 organisation waits for your review",
        f"/letters/{letter.slug}/",
        first.name,
        first.email,
        "English",
        "اردو",
        "Mails to officials cannot be called back.",
    ):
        assert said in page, said


def test_a_warning_is_passed_over_by_name_or_stops_the_launch(
    letter: Letter, member_client: MemberClient
) -> None:
    refused = member_client.post(url(letter), {"action": "now"})
    assert refused.status_code == 422
    assert "tick that it is launched all the same" in refused.content.decode()
    letter.refresh_from_db()
    assert letter.state == "circulating"
    assert member_client.post(url(letter), {"action": "now", "accepted": "waiting"}).status_code == 302
    letter.refresh_from_db()
    assert letter.state == "open"


def test_a_warning_that_came_up_since_is_shown_first(letter: Letter) -> None:
    before = make_letter(coalition=letter.lead)
    bounced, addressee = before.addressees.all()[0], letter.addressees.all()[0]
    letter.addressees.filter(pk=addressee.pk).update(official=bounced.official, email=bounced.email)
    Delivery.objects.create(
        occasion=Occasion.objects.create(letter=before),
        edition=before.edition,
        addressee=bounced,
        kind="to",
        name=bounced.name,
        email=bounced.email,
        language="en",
        state="bounced",
    )
    with pytest.raises(Unaccepted, match="came back, or was refused"):
        launch_letter(letter, accepting=["waiting"])
    letter.refresh_from_db()
    assert letter.state == "circulating"
    assert launch_letter(letter, accepting=["waiting", f"failed-{addressee.pk}"])


def test_what_blocks_is_refused_whatever_is_ticked(letter: Letter, member_client: MemberClient) -> None:
    letter.addressees.all().delete()
    answer = member_client.post(url(letter), {"action": "now", "accepted": "waiting addressee"})
    assert answer.status_code == 422
    assert "The letter has no addressee." in answer.content.decode()
    letter.refresh_from_db()
    assert letter.state == "circulating"


def test_scheduled_the_room_goes_on_and_who_signs_until_then_is_listed(letter: Letter) -> None:
    opens_at = timezone.now() + timedelta(hours=1)
    assert schedule_launch(letter, opens_at=opens_at, delivers=True, accepting=["waiting"])
    assert letter.state == "circulating"
    sign_in_room(letter, 1)
    assert keep_time(opens_at) == 1
    assert Occasion.objects.get().organisations == 3
    letter.refresh_from_db()
    assert (letter.listed_at_opening, letter.opened_at) == (3, opens_at)


def test_an_opening_is_moved_and_called_off_at_the_page(letter: Letter, member_client: MemberClient) -> None:
    first, second = (timezone.now() + timedelta(days=days) for days in (2, 3))
    schedule_letter(letter, opens_at=first)
    data = {"action": "postpone", "opens_at": second.strftime("%Y-%m-%dT%H:%M")}
    assert member_client.post(url(letter), data).status_code == 302
    letter.refresh_from_db()
    assert letter.opens_at
    assert abs(letter.opens_at - second) < timedelta(minutes=1)
    past = member_client.post(url(letter), {**data, "opens_at": "2020-01-01T00:00"})
    assert (past.status_code, b"This moment is past." in past.content) == (422, True)
    member_client.post(url(letter), {"action": "call-off"})
    letter.refresh_from_db()
    assert (letter.scheduled_at, letter.state) == (None, "circulating")
    late = member_client.post(url(letter), data, follow=True)
    assert b"somebody called it off" in late.content


# --- At once -----------------------------------------------------------------------------------------------------

SECOND = timedelta(seconds=1)


def consistent(letter: Letter) -> str:
    """The stage that the letter is in, having made sure that nothing of another one is left."""
    letter = Letter.objects.get(pk=letter.pk)
    opened = letter.state == "open"
    assert AuditEntry.objects.filter(action="letter opened").count() == opened
    assert Occasion.objects.count() == (opened and letter.delivers_at_opening)
    assert Delivery.objects.count() == 3 * Occasion.objects.count()
    assert bool(letter.edition.frozen_at) == bool(opened or letter.scheduled_at)
    return "open" if opened else "scheduled" if letter.scheduled_at else "draft"


@pytest.mark.django_db(transaction=True)
def test_two_who_press_the_button_and_two_beats_open_it_once() -> None:
    letter = make_letter(state="draft")
    now = timezone.now()
    schedule_letter(letter, opens_at=now + SECOND, delivers_at_opening=True)
    clock = partial(keep_time, now + 2 * SECOND)
    button = partial(launch_letter, delivers=True)
    done = at_once(clock, clock, lambda: button(letter), lambda: button(Letter.objects.get(pk=letter.pk)))
    assert sum(map(int, done)) == 1
    assert consistent(letter) == "open"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("presses", range(3))
def test_launched_postponed_and_called_off_at_once_it_is_one_of_them(presses: int) -> None:
    letter = make_letter(state="draft")
    now = timezone.now()
    schedule_letter(letter, opens_at=now + SECOND, delivers_at_opening=True)
    verbs: list[Callable[[], Any]] = [
        partial(keep_time, now + 2 * SECOND),
        lambda: unschedule_letter(fresh(letter), now=now),
        lambda: postpone_letter(fresh(letter), opens_at=now + timedelta(hours=1), now=now),
    ]
    turned = [*verbs[presses:], *verbs[:presses]]
    done = at_once(*turned)
    opened, off, moved = (done[turned.index(verb)] for verb in verbs)
    found = consistent(letter)
    if found == "open":
        assert opened
        assert not off
    elif found == "draft":
        assert off
        assert not opened
    else:
        assert moved
        assert not off
        assert not opened


def fresh(letter: Letter) -> Letter:
    return Letter.objects.get(pk=letter.pk)


@pytest.mark.django_db(transaction=True)
def test_scheduled_and_launched_at_once_it_is_open_once() -> None:
    letter = make_letter(state="draft")
    opens_at = timezone.now() + timedelta(hours=1)
    results = at_once(
        lambda: schedule_launch(fresh(letter), opens_at=opens_at, delivers=False, accepting=[]),
        lambda: launch_letter(fresh(letter), accepting=[]),
    )
    assert results[1] is True
    assert not any(isinstance(result, NotReady) for result in results)
    assert consistent(letter) == "open"
