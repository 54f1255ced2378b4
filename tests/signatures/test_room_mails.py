"""Invitations and reminders: a link each, in each organisation's language and time, once whatever dies."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from letters.jobs import cancel_job, run_jobs
from letters.models import Job, Letter, OwedMail
from letters.services import open_letter, recall_letter
from signatures.contacts import Contact
from signatures.models import Invitation, Organisation, Reminder
from signatures.room.inviting import NotCirculating, invite_batch, start_invitations
from signatures.room.passing import end_link, renew_link, restore_invitation, revoke_invitation
from signatures.room.reminding import add_reminder, remove_reminder, send_due_reminders
from signatures.room.settings import save_room
from tests.factories import (
    make_invitation,
    make_letter,
    make_link,
    make_organisation,
    make_reminder,
    make_user,
)
from tests.parts.process import wait_until
from tests.parts.site import Worker
from tests.parts.smtp import MailServer
from tests.signatures.room import SIGN, invited, mailed, post
from tests.signatures.test_concurrency import at_once

pytestmark = pytest.mark.django_db


def to_invite(letter: Letter, number: int = 1, **fields: Any) -> list[Invitation]:
    return [make_invitation(letter, email=f"contact{one}@example.org", **fields) for one in range(number)]


def link_in(mail: EmailMessage) -> str:
    return next(word for word in str(mail.body).split() if "/room/" in word).removeprefix("http://testserver")


# --- The mail -------------------------------------------------------------------------------------------------


def test_each_organisation_gets_its_own_link_in_its_language_and_time(
    client: Client, mailbox: list[EmailMessage]
) -> None:
    letter = make_letter(state="circulating", languages=["en", "ur"])
    Letter.objects.update(sign_on_until=datetime(2099, 2, 8, 13, 0, tzinfo=UTC))
    places = (("ur", "Asia/Karachi"), ("fr", "Europe/Paris"), ("en", "America/New_York"))
    for number, (language, zone) in enumerate(places):
        make_invitation(
            letter, email=f"{language}@example.org", language=language, zone=zone, name=f"N{number}"
        )
    start_invitations(letter, actor=make_user())
    run_jobs()
    mailed()
    mails = {mail.to[0]: mail for mail in mailbox}
    assert len({link_in(mail) for mail in mailbox}) == 3
    assert all(client.get(link_in(mail)).status_code == 200 for mail in mailbox)
    assert "8 février 2099" in str(mails["fr@example.org"].body)
    assert "14:00 (heure normale d’Europe centrale)" in str(mails["fr@example.org"].body)
    assert "8:00" in str(mails["en@example.org"].body)
    assert "Eastern Standard Time" in str(mails["en@example.org"].body)
    assert "فروری" in str(mails["ur@example.org"].body)
    assert mails["ur@example.org"].extra_headers["Content-Language"] == "ur"


def test_the_subject_does_not_tell_what_the_letter_is_about(mailbox: list[EmailMessage]) -> None:
    letter = make_letter(state="circulating", title="A secret title")
    to_invite(letter)
    start_invitations(letter, actor=make_user())
    run_jobs()
    mailed()
    assert "secret" not in mailbox[0].subject
    assert letter.slug not in mailbox[0].subject
    assert "embargo" in str(mailbox[0].body)
    assert mailbox[0].reply_to == [letter.lead.email]


# --- The job --------------------------------------------------------------------------------------------------


def test_only_those_not_invited_and_with_a_contact_are_mailed(mailbox: list[EmailMessage]) -> None:
    letter = make_letter(state="circulating")
    to_invite(letter)
    make_invitation(letter, sealed=None)
    make_invitation(letter, invited_at=timezone.now())
    make_invitation(letter, revoked_at=timezone.now())
    job = start_invitations(letter, actor=make_user())
    run_jobs()
    mailed()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 1, 1)
    assert [mail.to for mail in mailbox] == [["contact0@example.org"]]


def test_some_may_be_chosen(mailbox: list[EmailMessage]) -> None:
    letter = make_letter(state="circulating")
    _first, second, _third = to_invite(letter, 3)
    start_invitations(letter, actor=make_user(), chosen=[second.pk])
    run_jobs()
    assert list(Invitation.objects.exclude(invited_at=None)) == [second]


def test_an_invitation_that_nobody_can_open_is_left_out_and_the_others_go() -> None:
    letter = make_letter(state="circulating")
    to_invite(letter, 2)
    Invitation.objects.filter(pk=Invitation.objects.earliest("pk").pk).update(sealed=b"nothing of ours")
    start_invitations(letter, actor=make_user())
    run_jobs()
    assert OwedMail.objects.count() == 1
    assert Invitation.objects.exclude(invited_at=None).count() == 1


@pytest.mark.parametrize("state", ["draft", "open"])
def test_nobody_is_invited_to_a_letter_that_does_not_circulate(state: str) -> None:
    letter = make_letter(state=state)
    to_invite(letter)
    with pytest.raises(NotCirculating):
        start_invitations(letter, actor=make_user())


def test_inviting_stops_when_the_letter_is_taken_back() -> None:
    letter = make_letter(state="circulating")
    to_invite(letter)
    job = start_invitations(letter, actor=make_user())
    recall_letter(letter)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, OwedMail.objects.count()) == ("done", 0)


def test_a_cancelled_job_keeps_what_it_did_and_another_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signatures.room.inviting.BATCH", 2)
    letter = make_letter(state="circulating")
    to_invite(letter, 5)
    job = start_invitations(letter, actor=make_user())
    assert invite_batch(job) == 2
    cancel_job(job)
    run_jobs()
    assert OwedMail.objects.count() == 2
    start_invitations(letter, actor=make_user())
    run_jobs()
    assert OwedMail.objects.count() == 5
    assert Invitation.objects.filter(invited_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_inviting_twice_at_once_is_one_job_and_one_mail_each() -> None:
    letter, actor = make_letter(state="circulating"), make_user()
    to_invite(letter, 3)
    jobs = at_once(*[lambda: start_invitations(Letter.objects.get(pk=letter.pk), actor=actor)] * 4)
    assert len({job.pk for job in jobs}) == 1
    at_once(*[run_jobs] * 3)
    assert OwedMail.objects.count() == 3


# --- Links that end -------------------------------------------------------------------------------------------


def test_a_renewed_link_ends_the_one_before_and_is_mailed(
    client: Client, mailbox: list[EmailMessage]
) -> None:
    invitation = invited()
    renew_link(invitation, actor=make_user())
    renew_link(invitation, actor=make_user())
    mailed()
    (only,) = mailbox  # the one that was not sent yet is not owed any more
    assert client.get(link_in(only)).status_code == 200
    assert Invitation.objects.get().link_version == 3


def test_one_link_is_ended_and_the_others_still_open(client: Client) -> None:
    invitation, actor = invited(), make_user()
    link = make_link(invitation)
    assert post(client, invitation, {}, link).status_code == 422
    assert [end_link(invitation, link, actor=actor), end_link(invitation, link, actor=actor)] == [True, False]
    assert post(client, invitation, SIGN, link).status_code == 410
    assert post(client, invitation, {}).status_code == 422


def test_the_contacts_link_ends_alone(client: Client) -> None:
    invitation = invited()
    link = make_link(invitation)
    end_link(invitation, None, actor=make_user())
    assert post(client, invitation, {}).status_code == 410
    assert post(client, invitation, {}, link).status_code == 422


def test_all_links_of_an_organisation_end_and_come_back(client: Client) -> None:
    invitation, actor = invited(), make_user()
    link = make_link(invitation)
    assert [revoke_invitation(invitation, actor=actor), revoke_invitation(invitation, actor=actor)] == [
        True,
        False,
    ]
    assert {post(client, invitation, SIGN, one).status_code for one in (None, link)} == {410}
    assert [restore_invitation(invitation, actor=actor), restore_invitation(invitation, actor=actor)] == [
        True,
        False,
    ]
    assert post(client, invitation, {}, link).status_code == 422


def test_a_revoked_invitation_that_was_not_sent_yet_is_not_sent(mailbox: list[EmailMessage]) -> None:
    letter = make_letter(state="circulating")
    (invitation,) = to_invite(letter)
    start_invitations(letter, actor=make_user())
    run_jobs()
    revoke_invitation(invitation, actor=make_user())
    mailed()
    assert mailbox == []


# --- Reminders ------------------------------------------------------------------------------------------------


def due(letter: Letter, **fields: Any) -> Reminder:
    return make_reminder(letter, at=timezone.now() - timedelta(seconds=1), **fields)


def test_only_the_silent_are_reminded_and_once(client: Client, mailbox: list[EmailMessage]) -> None:
    silent = invited(email="silent@example.org")
    letter = silent.letter
    signed = invited(letter, name="Signed", email="signed@example.org")
    declined = invited(letter, name="Declined", email="declined@example.org")
    asked = invited(letter, name="Asked", email="asked@example.org")
    invited(letter, name="Later", email="later@example.org", invited_at=None)
    invited(letter, name="Revoked", email="revoked@example.org", revoked_at=timezone.now())
    post(client, signed, {**SIGN, "organisation": "Signed"})
    post(client, declined, {"verb": "decline"})
    post(client, asked, {"verb": "change", "body": "A comma."})
    OwedMail.objects.all().delete()
    reminder = due(letter)
    assert [send_due_reminders(), send_due_reminders()] == [1, 0]
    mailed()
    assert [mail.to for mail in mailbox] == [["silent@example.org"]]
    reminder.refresh_from_db()
    assert (reminder.sent_at is not None, reminder.mails) == (True, 1)


def test_an_answer_drops_a_reminder_that_is_not_on_its_way_yet(
    client: Client, mailbox: list[EmailMessage]
) -> None:
    invitation = invited()
    due(invitation.letter)
    assert send_due_reminders() == 1
    post(client, invitation, {"verb": "decline"})
    mailed()
    assert mailbox == []


def test_reminders_that_came_due_together_mail_once(mailbox: list[EmailMessage]) -> None:
    invitation = invited()
    for minutes in (5, 1):
        make_reminder(invitation.letter, at=timezone.now() - timedelta(minutes=minutes))
    assert send_due_reminders() == 1
    assert Reminder.objects.filter(sent_at=None).count() == 0


@pytest.mark.parametrize("moment", ["future", "recalled", "late", "public"])
def test_a_reminder_is_sent_only_while_it_makes_sense(moment: str) -> None:
    letter = invited().letter
    if moment == "future":
        make_reminder(letter)
    else:
        due(letter)
    if moment == "recalled":
        recall_letter(letter)
    if moment == "late":
        Letter.objects.update(sign_on_until=timezone.now() - timedelta(minutes=1))
    if moment == "public":
        open_letter(letter)
    assert send_due_reminders() == 0
    assert not OwedMail.objects.exists()


def test_reminders_set_by_hours_follow_the_deadline() -> None:
    letter, actor = make_letter(state="circulating"), make_user()
    first, second = timezone.now() + timedelta(days=9), timezone.now() + timedelta(days=12)
    save_room(letter, sign_on_until=first, target=None, actor=actor)
    assert add_reminder(letter, at=first - timedelta(hours=48), hours_before=48, actor=actor)
    fixed = timezone.now() + timedelta(days=1)
    assert add_reminder(letter, at=fixed, actor=actor)
    assert not add_reminder(letter, at=fixed, actor=actor)
    save_room(letter, sign_on_until=second, target=300, actor=actor)
    assert list(Reminder.objects.values_list("at", flat=True)) == [fixed, second - timedelta(hours=48)]


def test_a_reminder_that_was_sent_is_not_removed() -> None:
    letter, actor = invited().letter, make_user()
    sent, waiting = due(letter), make_reminder(letter)
    send_due_reminders()
    assert [remove_reminder(one, actor=actor) for one in (sent, waiting, waiting)] == [False, True, False]


@pytest.mark.django_db(transaction=True)
def test_many_beats_and_workers_remind_once() -> None:
    letter = invited().letter
    due(letter)
    found = at_once(*[send_due_reminders] * 5)
    assert sorted(found) == [0, 0, 0, 0, 1]
    assert OwedMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_reminder_at_once_leave_no_mail_to_who_answered(client: Client) -> None:
    invitations = [
        invited(name=f"Organisation {number}", email=f"o{number}@example.org") for number in range(3)
    ]
    letter = invitations[0].letter
    Invitation.objects.update(letter=letter)
    due(letter)
    answers = [lambda row=row: post(Client(), row, {"verb": "decline"}).status_code for row in invitations]
    at_once(*answers, send_due_reminders)
    assert set(Invitation.objects.values_list("answer", flat=True)) == {"declined"}
    assert not OwedMail.objects.filter(name="remind_organisation").exists()


# --- Real workers, a real mail server ---------------------------------------------------------------------------


def many(letter: Letter, number: int) -> None:
    """Organisations with a contact each, in few inserts."""
    like = make_organisation(letter.lead)
    rows = [
        Organisation(coalition=letter.lead, name=f"Body {one}", name_key=f"body{one}", country=like.country)
        for one in range(number)
    ]
    made = Organisation.objects.bulk_create(rows)
    sealed = [Contact(f"Contact {one}", f"body{one}@example.org").seal() for one in range(number)]
    Invitation.objects.bulk_create(
        Invitation(letter=letter, organisation=row, sealed=contact)
        for row, contact in zip(made, sealed, strict=True)
    )


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_inviting_mails_nobody_twice_and_leaves_nobody_out(
    smtp: MailServer, redis_queue: str, new_worker: Callable[..., Worker]
) -> None:
    number = 400
    letter = make_letter(state="circulating")
    many(letter, number)
    lease = {"REDIS_URL": redis_queue, "MAIL_LEASE": "4", "DELIVERY_LEASE": "4"}
    first = new_worker(**lease).start()
    job = start_invitations(letter, actor=make_user())
    smtp.wait_for(20, seconds=30)
    first.kill()
    Job.objects.update(lease_until=None)
    assert len(smtp.messages) < number
    new_worker(**lease).start()
    unfinished = OwedMail.objects.filter(state__in=["queued", "claimed"])
    wait_until(
        lambda: Job.objects.get().state == "done" and not unfinished.exists(), seconds=60, what="the mails"
    )
    job.refresh_from_db()
    accepted = Counter(message.recipients[0] for message in smtp.messages)
    unknown = OwedMail.objects.filter(state="unknown").count()
    assert (job.done, OwedMail.objects.count()) == (number, number)
    assert set(accepted.values()) == {1}
    # The one in the dead worker's hand may have been taken, or not: a person decides.
    assert unknown <= 2
    assert number - unknown <= len(accepted) <= number


@pytest.mark.django_db(transaction=True)
def test_a_reminder_is_mailed_within_five_seconds_once_by_two_workers_with_a_beat_each(
    smtp: MailServer, redis_queue: str, new_worker: Callable[..., Worker]
) -> None:
    letter = invited(email="silent@example.org").letter
    for _who in range(2):
        new_worker(REDIS_URL=redis_queue).start()
    reminder = make_reminder(letter, at=timezone.now() + timedelta(seconds=2))
    smtp.wait_for(1, to="silent@example.org", seconds=20)
    late = timezone.now() - reminder.at
    assert late < timedelta(seconds=5)
    wait_until(lambda: not OwedMail.objects.exclude(state="sent").exists(), what="the stamp")
    time.sleep(4)  # both beats have come round again
    assert len(smtp.messages) == 1
