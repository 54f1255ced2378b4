from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from deliveries.models import Delivery
from deliveries.sending import send_owed
from deliveries.services import make_occasion
from deliveries.tasks import send_trial
from letters.models import Letter
from tests.conftest import MemberClient
from tests.deliveries.helpers import states
from tests.factories import make_letter, make_member
from tests.parts.smtp import DROP, MailServer

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return make_letter(coalition=member_client.coalition, languages=("en", "ur"))


@pytest.fixture
def draft(member_client: MemberClient) -> Letter:
    return make_letter(coalition=member_client.coalition, state="draft")


def url(name: str, letter: Letter, *more: object) -> str:
    return reverse(f"desk:{name}", args=[letter.lead.slug, letter.pk, *more])


def every_url(letter: Letter) -> list[str]:
    delivery = Delivery.objects.filter(occasion__letter=letter)[0]
    return [
        url("letter_publish", letter),
        url("deliveries", letter),
        url("delivery_preview", letter, "en"),
        url("delivery_trial", letter),
        url("delivery_decide", letter, delivery.pk),
    ]


@pytest.mark.parametrize("method", METHODS)
def test_another_coalitions_admin_finds_nothing(
    letter: Letter, stranger_client: MemberClient, method: str
) -> None:
    make_occasion(letter)
    for address in every_url(letter):
        mine = address.replace(letter.lead.slug, stranger_client.coalition.slug)
        for tried in (address, mine):
            answer = getattr(stranger_client, method)(
                tried, {"action": "arrived", "after": 0, "language": "en"}
            )
            assert answer.status_code == 404, (method, tried)
    assert states() == ["queued"] * 3


def test_a_delivery_of_another_letter_is_not_found(letter: Letter, member_client: MemberClient) -> None:
    theirs = make_letter()
    make_occasion(theirs)
    foreign = Delivery.objects.filter(occasion__letter=theirs)[0]
    answer = member_client.post(url("delivery_decide", letter, foreign.pk), {"action": "arrived"})
    assert answer.status_code == 404


def test_who_is_not_signed_in_is_asked_to(letter: Letter, client: Client) -> None:
    make_occasion(letter)
    for address in every_url(letter):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_viewer_reads_and_changes_nothing(letter: Letter, client: Client) -> None:
    client.force_login(make_member(letter.lead, role="viewer").user)
    page = client.get(url("deliveries", letter))
    assert page.status_code == 200
    assert b"Hand over to" not in page.content
    assert client.post(url("deliveries", letter), {"after": 0}).status_code == 403
    assert client.post(url("letter_publish", letter), {"action": "now"}).status_code == 403
    assert not Delivery.objects.exists()


# --- Publishing --------------------------------------------------------------------------------------------------


def test_publishing_now_opens_and_hands_over_if_wished(draft: Letter, member_client: MemberClient) -> None:
    assert member_client.get(url("letter_publish", draft)).status_code == 200
    answer = member_client.post(
        url("letter_publish", draft), {"action": "now", "delivers_at_opening": "on"}, follow=True
    )
    draft.refresh_from_db()
    assert (draft.state, states()) == ("open", ["queued"] * 3)
    assert b"on its way to the officials" in answer.content


def test_handing_over_is_not_ticked_again_after_an_opening_was_called_off(
    draft: Letter, member_client: MemberClient
) -> None:
    opens_at = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    data = {"action": "schedule", "opens_at": opens_at, "delivers_at_opening": "on"}
    scheduled = member_client.post(url("letter_publish", draft), data, follow=True)
    assert b"nobody, until you hand it over" not in scheduled.content
    called_off = member_client.post(url("letter_publish", draft), {"action": "call-off"}, follow=True)
    assert not called_off.context["form"]["delivers_at_opening"].value()


def test_scheduling_and_calling_off(draft: Letter, member_client: MemberClient) -> None:
    opens_at = timezone.now() + timedelta(days=1)
    data = {"action": "schedule", "opens_at": opens_at.strftime("%Y-%m-%dT%H:%M")}
    assert member_client.post(url("letter_publish", draft), data).status_code == 302
    draft.refresh_from_db()
    assert draft.is_frozen()
    assert b"Call the opening off" in member_client.get(url("letter_publish", draft)).content
    member_client.post(url("letter_publish", draft), {"action": "call-off"})
    draft.refresh_from_db()
    assert not draft.is_frozen()


@pytest.mark.parametrize(
    ("opens_at", "words"),
    [("", "Say when the letter opens"), ("2020-01-01T00:00", "past"), ("soon", "valid date")],
)
def test_a_bad_time_is_told_at_its_field(
    draft: Letter, member_client: MemberClient, opens_at: str, words: str
) -> None:
    answer = member_client.post(url("letter_publish", draft), {"action": "schedule", "opens_at": opens_at})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_problems_are_listed_and_block(draft: Letter, member_client: MemberClient) -> None:
    draft.addressees.all().delete()
    page = member_client.get(url("letter_publish", draft)).content.decode()
    assert "The letter has no addressee." in page
    assert "disabled" in page
    answer = member_client.post(url("letter_publish", draft), {"action": "now"})
    assert "The letter has no addressee." in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


# --- Handing over ------------------------------------------------------------------------------------------------


def test_from_what_will_be_sent_to_the_ledger(
    letter: Letter, member_client: MemberClient, smtp: MailServer
) -> None:
    page = member_client.get(url("deliveries", letter)).content.decode()
    for addressee in letter.addressees.all():
        assert addressee.name in page
        assert addressee.email in page
    assert "Hand over to 3 addressees now" in page

    answer = member_client.post(url("deliveries", letter), {"after": 0}, follow=True)
    assert "3 deliveries are on their way." in answer.content.decode()
    assert answer.headers["Refresh"] == "5"
    list(send_owed())
    ledger = member_client.get(url("deliveries", letter))
    assert "Refresh" not in ledger.headers
    assert ledger.content.decode().count("accepted by their server") >= 3
    assert letter.audit.filter(action="letter handed over", actor=member_client.user).count() == 1


def test_two_presses_hand_over_once(letter: Letter, member_client: MemberClient) -> None:
    for _ in range(2):
        answer = member_client.post(url("deliveries", letter), {"after": 0}, follow=True)
    assert "Nothing is owed" in answer.content.decode()
    for _ in range(2):
        member_client.post(url("deliveries", letter), {"after": 1, "again": "true"})
    assert letter.occasions.count() == 2


def test_a_broken_form_hands_over_nothing(letter: Letter, member_client: MemberClient) -> None:
    answer = member_client.post(url("deliveries", letter), {"after": "x"}, follow=True)
    assert "Nothing was handed over" in answer.content.decode()


def test_a_draft_is_not_handed_over(draft: Letter, member_client: MemberClient) -> None:
    assert b"Hand over to" not in member_client.get(url("deliveries", draft)).content
    answer = member_client.post(url("deliveries", draft), {"after": 0}, follow=True)
    assert b"once it is public" in answer.content


@pytest.mark.parametrize(
    ("action", "state"), [("resend", "queued"), ("arrived", "accepted"), ("answered", "answered")]
)
def test_a_person_decides_on_an_unknown_one(
    letter: Letter, member_client: MemberClient, smtp: MailServer, action: str, state: str
) -> None:
    make_occasion(letter)
    delivery = Delivery.objects.order_by("pk")[0]
    smtp.script(delivery.email, [DROP])
    list(send_owed())
    page = member_client.get(url("deliveries", letter)).content.decode()
    assert "Send it again" in page
    assert "It arrived" in page
    decide = url("delivery_decide", letter, delivery.pk)
    assert member_client.get(decide).status_code == 302
    assert states()[0] == "unknown"
    member_client.post(decide, {"action": action, "note": "Thank you"})
    assert states()[0] == state
    again = member_client.post(decide, {"action": "arrived"}, follow=True)
    assert "moved on meanwhile" in again.content.decode()


def test_the_mail_is_read_before_it_goes(letter: Letter, member_client: MemberClient) -> None:
    for language, direction in (("en", "ltr"), ("ur", "rtl")):
        letter.addressees.update(language=language)
        page = member_client.get(url("delivery_preview", letter, language)).content.decode()
        assert f'lang="{language}" dir="{direction}"' in page
        assert "style=" not in page
        assert "<strong>the elections</strong>" in page
    assert member_client.get(url("delivery_preview", letter, "fr")).status_code == 404
    assert not Delivery.objects.exists()


def test_a_trial_goes_to_who_asked_and_to_nobody_else(
    letter: Letter, member_client: MemberClient, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[Any, ...]] = []
    monkeypatch.setattr("deliveries.desk.handing_over.wake", lambda *args: woken.append(args))
    member_client.post(url("delivery_trial", letter), {"language": "fr"})
    member_client.post(url("delivery_trial", letter), {"language": "en"})
    assert woken == [("deliveries.tasks.send_trial", letter.pk, member_client.user.pk, "en")]
    send_trial(*woken[0][1:])
    (trial,) = smtp.messages
    assert trial.recipients == [member_client.user.email]
    assert trial.subject.startswith("Trial: Open letter: ")
    assert trial.attachments()[0].get_content().startswith(b"%PDF")
    assert not Delivery.objects.exists()


def test_the_ledger_costs_the_same_for_one_and_for_three(member_client: MemberClient) -> None:
    counts = []
    for addressees in (1, 3):
        letter = make_letter(coalition=member_client.coalition, addressees=addressees, copies=0)
        make_occasion(letter)
        list(send_owed())
        member_client.get(url("deliveries", letter))
        with CaptureQueriesContext(connection) as counted:
            member_client.get(url("deliveries", letter))
        counts.append(len(counted))
    assert counts[0] == counts[1]
    assert counts[0] <= 25


# --- The public page -----------------------------------------------------------------------------------------------


def test_the_public_reads_when_it_was_delivered(letter: Letter, smtp: MailServer) -> None:
    status = Template("{% load deliveries %}{% delivery_status letter %}")
    assert status.render(Context({"letter": letter})).strip() == ""
    call_command("deliver", letter.slug)
    words = " ".join(status.render(Context({"letter": letter})).split())
    day = timezone.now().strftime("%Y")
    assert "Delivered to 2 officials on" in words
    assert "1 in copy" in words
    assert day in words
