"""The room at the desk: the board, who is invited, and what members do with links, mails and reminders."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letters.models import AuditEntry, Job, Letter, OwedMail
from letters.services import open_letter, save_text
from signatures.models import Invitation, Reminder
from signatures.room.board import board_of, region_name, region_of
from tests.conftest import MemberClient
from tests.factories import (
    make_invitation,
    make_letter,
    make_link,
    make_mail,
    make_member,
    make_organisation,
    make_reminder,
    make_signature,
)
from tests.signatures.room import SIGN, invited, page, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return make_letter(state="circulating", coalition=member_client.coalition)


def url(letter: Letter, name: str = "room", *args: Any) -> str:
    return reverse(f"desk:{name}", args=[letter.lead.slug, letter.pk, *args])


def seen(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def place(letter: Letter, name: str, country: str, **fields: Any) -> Invitation:
    organisation = make_organisation(letter.lead, name=name, country=country)
    defaults: dict[str, Any] = {"invited_at": timezone.now()}
    return make_invitation(letter, organisation=organisation, **{**defaults, **fields})


def signed(letter: Letter, name: str, country: str, state: str = "confirmed", **fields: Any) -> Invitation:
    row = place(letter, name, country, answer="signed", **fields)
    row.signature = make_signature(letter, kind="organisation", organisation=row.organisation, state=state)
    row.save()
    return row


# --- The board ------------------------------------------------------------------------------------------------


def test_the_board_counts_answers_by_country_and_region(letter: Letter) -> None:
    signed(letter, "A", "PK")
    signed(letter, "B", "IN", opened_at=timezone.now())
    signed(letter, "C", "PK", state="waiting")
    place(letter, "D", "PK", answer="declined")
    place(letter, "E", "FR", answer="change")
    place(letter, "F", "FR")
    place(letter, "G", "FR", invited_at=None)
    place(letter, "H", "FR", invited_at=None, sealed=None)
    place(letter, "I", "FR", revoked_at=timezone.now())
    board = board_of(letter, "en")
    numbers = board.numbers
    assert (numbers.listed, numbers.invited, numbers.opened) == (9, 7, 1)
    assert (numbers.signed, numbers.waiting, numbers.declined, numbers.change) == (2, 1, 1, 1)
    assert (numbers.silent, numbers.uninvited, numbers.unreachable, numbers.revoked) == (1, 1, 1, 1)
    regions = {place.name: place.numbers.signed for place in board.regions}
    assert regions == {"Southern Asia": 2, "Western Europe": 0}
    assert [place.name for place in board.countries] == ["Pakistan", "India", "France"]


@pytest.mark.parametrize(
    ("country", "name"),
    [("PK", "Southern Asia"), ("KE", "Eastern Africa"), ("US", "Northern America"), ("", "—")],
)
def test_a_country_lies_in_a_region(country: str, name: str) -> None:
    assert region_name(region_of(country), "en") == name


def test_the_board_shows_the_target_and_the_time_left(member_client: MemberClient, letter: Letter) -> None:
    signed(letter, "A", "PK")
    Letter.objects.update(target=4, sign_on_until=timezone.now() + timedelta(hours=48, minutes=1))
    words = seen(member_client, url(letter, "room_board"))
    assert '<progress max="4" value="1"' in words
    assert "1 signed of 4 hoped for" in words
    assert "48 hours left" in words


def test_the_board_tells_who_signed_an_earlier_text(member_client: MemberClient, letter: Letter) -> None:
    post(Client(), invited(letter), SIGN)
    assert board_of(letter, "en").numbers.outdated == 0
    words: dict[str, Any] = {"title": "Keep it on", "salutation": "", "closing": "", "asks": []}
    save_text(letter, language="en", body="Other words.", **words)
    assert "1 signed before the text was changed" in seen(member_client, url(letter))
    assert "Open Karachi" in seen(member_client, url(letter) + "?show=outdated")


def test_the_page_asks_the_same_number_of_queries_whatever_its_length(
    member_client: MemberClient, letter: Letter, django_assert_num_queries: Any
) -> None:
    whole, board = url(letter), url(letter, "room_board")
    for rows in (1, 3):
        for number in range(rows):
            row = signed(letter, f"Organisation {rows} {number}", ("PK", "IN", "FR")[number])
            make_mail(letter, f"invite:{row.pk}:1", state="unknown")
        with django_assert_num_queries(15):
            seen(member_client, whole)
        with django_assert_num_queries(10):
            seen(member_client, board)


def test_an_empty_room_says_what_comes_first(member_client: MemberClient, letter: Letter) -> None:
    assert "Import your member organisations" in seen(member_client, url(letter))


# --- The list -------------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_answer_country_and_beginning(
    member_client: MemberClient, letter: Letter
) -> None:
    signed(letter, "Bytes of Lahore", "PK")
    place(letter, "Bytes of Delhi", "IN", answer="declined")
    place(letter, "Open Karachi", "PK")
    names = ("Bytes of Lahore", "Bytes of Delhi", "Open Karachi")

    def listed(query: str) -> list[str]:
        words = seen(member_client, url(letter) + query)
        return [name for name in names if name in words]

    assert listed("?show=signed") == ["Bytes of Lahore"]
    assert listed("?show=silent") == ["Open Karachi"]
    assert listed("?country=PK") == ["Bytes of Lahore", "Open Karachi"]
    assert listed("?q=BYTES of") == ["Bytes of Lahore", "Bytes of Delhi"]
    assert listed("?q=bytes&country=IN&show=declined") == ["Bytes of Delhi"]
    assert listed("?show=nonsense&country=XX&after=x") == list(names)
    assert "There is none." in seen(member_client, url(letter) + "?q=zebra")


def test_the_list_is_read_on_by_name(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signatures.room.listing.ON_A_PAGE", 2)
    for name in ("Delta", "Alpha", "Charlie", "Bravo", "Echo"):
        place(letter, name, "PK")
    found, address = [], url(letter)
    for _page in range(3):
        words = seen(member_client, address)
        found.append(re.findall(r"<bdi>(Alpha|Bravo|Charlie|Delta|Echo)</bdi>", words))
        following = re.search(r'rel="next" href="(\?[^#]*)', words)
        address = url(letter) + (following[1].replace("&amp;", "&") if following else "")
    assert found == [["Alpha", "Bravo"], ["Charlie", "Delta"], ["Echo"]]


# --- Circulating, inviting --------------------------------------------------------------------------------------


def test_a_draft_is_let_circulate_and_taken_back(member_client: MemberClient) -> None:
    letter = make_letter(state="draft", coalition=member_client.coalition)
    member_client.post(url(letter, "room_circulate"))
    assert Letter.objects.get().state == "circulating"
    member_client.post(url(letter, "room_recall"))
    assert Letter.objects.get().state == "draft"


def test_what_stands_in_the_way_of_circulating_is_told(member_client: MemberClient) -> None:
    letter = make_letter(state="draft", coalition=member_client.coalition)
    letter.edition.texts.update(title="")
    member_client.post(url(letter, "room_circulate"))
    assert "nothing to read yet" in seen(member_client, url(letter))


def test_inviting_tells_what_would_be_sent_before_it_is(member_client: MemberClient, letter: Letter) -> None:
    for language in ("ur", "ur", "en"):
        make_invitation(letter, language=language)
    make_invitation(letter, sealed=None)
    answer = member_client.post(url(letter, "room_invite"), {"who": "all", "action": "preview"})
    words = re.sub(r"\s+", " ", answer.content.decode())
    assert "3 mails will be sent" in words
    assert "<bdi>اردو</bdi>: 2" in words
    assert "1 organisation has no contact" in words
    assert not Job.objects.exists()
    sent = member_client.post(url(letter, "room_invite"), {"who": "all", "action": "send"})
    job = Job.objects.get()
    assert (job.kind, job.total, job.created_by) == ("send_invitations", 3, member_client.user)
    assert sent["Location"] == reverse("desk:job", args=[letter.lead.slug, job.pk])
    assert AuditEntry.objects.get(action="invitations started").detail == {"job": job.pk, "mails": 3}


def test_those_that_are_chosen_are_told_and_no_others(member_client: MemberClient, letter: Letter) -> None:
    chosen, _other = make_invitation(letter), make_invitation(letter)
    data = {"chosen": [chosen.pk], "action": "preview"}
    assert b"1 mail will be sent" in member_client.post(url(letter, "room_invite"), data).content
    member_client.post(url(letter, "room_invite"), {**data, "action": "send"})
    assert Job.objects.get().detail["chosen"] == [chosen.pk]


def test_choosing_nobody_is_told(member_client: MemberClient, letter: Letter) -> None:
    make_invitation(letter)
    answer = member_client.post(url(letter, "room_invite"), {"action": "preview"})
    assert answer.status_code == 422
    assert b"Choose at least one" in answer.content


def test_nobody_is_invited_to_a_draft(member_client: MemberClient) -> None:
    letter = make_letter(state="draft", coalition=member_client.coalition)
    make_invitation(letter)
    member_client.post(url(letter, "room_invite"), {"who": "all", "action": "send"})
    assert not Job.objects.exists()


# --- Deadline, target, reminders ----------------------------------------------------------------------------------


def test_deadline_and_target_are_set_in_the_zone_that_was_chosen(
    member_client: MemberClient, letter: Letter
) -> None:
    data = {"sign_on_until": "2099-02-08T18:00", "zone": "Asia/Karachi", "target": "300"}
    member_client.post(url(letter, "room_settings"), data)
    letter.refresh_from_db()
    assert letter.sign_on_until is not None
    assert (letter.sign_on_until.isoformat(), letter.target) == ("2099-02-08T13:00:00+00:00", 300)
    assert 'value="2099-02-08T18:00"' in seen(member_client, url(letter, "room_settings"))


@pytest.mark.parametrize("data", [{"target": "0"}, {"sign_on_until": "soon"}, {"zone": "Mars/Olympus"}])
def test_what_makes_no_sense_is_told_at_its_field(
    member_client: MemberClient, letter: Letter, data: dict[str, str]
) -> None:
    answer = member_client.post(url(letter, "room_settings"), {"zone": "UTC", "target": "7", **data})
    assert answer.status_code == 422
    assert b"is-invalid" in answer.content
    assert Letter.objects.get().target is None


def test_a_reminder_is_set_by_hours_or_by_a_moment(member_client: MemberClient, letter: Letter) -> None:
    deadline = timezone.now() + timedelta(days=5)
    Letter.objects.update(sign_on_until=deadline)
    address = url(letter, "room_reminders")
    member_client.post(address, {"hours_before": "48", "zone": "UTC"})
    assert Reminder.objects.get().at == deadline - timedelta(hours=48)
    moment = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    member_client.post(address, {"at": moment, "zone": "UTC"})
    assert Reminder.objects.count() == 2
    assert "48 hours before the deadline" in seen(member_client, address)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"hours_before": "6"},
        {"hours_before": "6", "at": "2099-01-01T00:00"},
        {"at": "2001-01-01T00:00"},
        {"hours_before": "-1"},
    ],
)
def test_a_reminder_that_makes_no_sense_is_refused(
    member_client: MemberClient, letter: Letter, data: dict[str, str]
) -> None:
    answer = member_client.post(url(letter, "room_reminders"), {"zone": "UTC", **data})
    assert answer.status_code == 422
    assert not Reminder.objects.exists()


def test_a_reminder_after_the_deadline_is_refused(member_client: MemberClient, letter: Letter) -> None:
    Letter.objects.update(sign_on_until=timezone.now() + timedelta(hours=5))
    for data in ({"at": "2099-01-01T00:00"}, {"hours_before": "6"}):
        answer = member_client.post(url(letter, "room_reminders"), {"zone": "UTC", **data})
        assert answer.status_code == 422


def test_a_reminder_is_removed(member_client: MemberClient, letter: Letter) -> None:
    reminder = make_reminder(letter)
    member_client.post(url(letter, "room_reminder_remove", reminder.pk))
    assert not Reminder.objects.exists()


# --- One organisation -------------------------------------------------------------------------------------------


def test_an_organisations_page_shows_its_openings_links_and_mails(
    member_client: MemberClient, letter: Letter
) -> None:
    row = invited(letter)
    make_link(row, name="Bilal", email="bilal@example.net")
    make_mail(letter, f"invite:{row.pk}:1", state="unknown", words="421 gone")
    page(Client(), row)
    post(Client(), row, {"verb": "decline", "reason": "Our board says no."})
    words = seen(member_client, url(letter, "room_invitation", row.pk))
    for said in ("Open Karachi", "a@example.org", "bilal@example.net", "421 gone", "Our board says no."):
        assert said in words


@pytest.mark.parametrize(
    ("role", "sees"), [("owner", True), ("editor", True), ("moderator", False), ("viewer", False)]
)
def test_addresses_are_shown_only_to_who_may_invite(letter: Letter, role: str, sees: bool) -> None:
    row = invited(letter)
    make_link(row, email="bilal@example.net")
    make_mail(letter, f"invite:{row.pk}:1", state="refused", words="550 no such mailbox")
    client = Client()
    client.force_login(make_member(letter.lead, role=role).user)
    words = seen(client, url(letter, "room_invitation", row.pk)) + seen(client, url(letter))
    assert ("a@example.org" in words, "bilal@example.net" in words) == (sees, sees)


def test_a_viewer_does_not_read_why_an_organisation_declined(letter: Letter) -> None:
    row = invited(letter)
    post(Client(), row, {"verb": "decline", "reason": "Our board says no."})
    client = Client()
    client.force_login(make_member(letter.lead, role="viewer").user)
    assert "Our board" not in seen(client, url(letter, "room_invitation", row.pk))


def test_links_are_ended_renewed_and_revoked_from_the_page(
    member_client: MemberClient, letter: Letter
) -> None:
    row = invited(letter)
    link = make_link(row)
    member_client.post(url(letter, "room_link_end", row.pk, link.pk))
    assert page(Client(), row, link).status_code == 410
    member_client.post(url(letter, "room_renew", row.pk))
    assert page(Client(), row).status_code == 410
    row.refresh_from_db()
    assert page(Client(), row).status_code == 200
    member_client.post(url(letter, "room_revoke", row.pk))
    assert page(Client(), row).status_code == 410
    member_client.post(url(letter, "room_restore", row.pk))
    assert page(Client(), row).status_code == 200
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "invitation link ended",
        "invitation link renewed",
        "invitation revoked",
        "invitation restored",
    ]


def test_a_link_of_another_organisation_is_not_ended_here(
    member_client: MemberClient, letter: Letter
) -> None:
    row, other = invited(letter), make_link(invited(letter, name="Other"))
    assert member_client.post(url(letter, "room_link_end", row.pk, other.pk)).status_code == 404


def test_an_organisation_of_another_letter_is_not_found(member_client: MemberClient, letter: Letter) -> None:
    assert member_client.get(url(letter, "room_invitation", invited().pk)).status_code == 404


def test_no_link_is_renewed_after_the_launch(member_client: MemberClient, letter: Letter) -> None:
    row = invited(letter)
    open_letter(letter)
    member_client.post(url(letter, "room_renew", row.pk))
    assert not OwedMail.objects.exists()


def test_a_stuck_mail_is_shown_and_sent_again_once(member_client: MemberClient, letter: Letter) -> None:
    row = invited(letter)
    mail = make_mail(letter, f"invite:{row.pk}:1", state="unknown", words="connection lost")
    assert "connection lost" in seen(member_client, url(letter))
    for _again in range(2):
        member_client.post(url(letter, "room_mail_resend", mail.pk))
    mail.refresh_from_db()
    assert mail.state == "queued"
    assert AuditEntry.objects.filter(action="mail sent again").count() == 1


def test_another_letters_mail_is_not_sent_again_here(member_client: MemberClient, letter: Letter) -> None:
    mail = make_mail(invited().letter, "invite:1:1", state="unknown")
    assert member_client.post(url(letter, "room_mail_resend", mail.pk)).status_code == 404


def test_the_audit_log_names_no_organisation_and_no_address(
    member_client: MemberClient, letter: Letter
) -> None:
    row = invited(letter)
    for name in ("room_renew", "room_revoke", "room_restore"):
        member_client.post(url(letter, name, row.pk))
    written = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert str(row.pk) in written
    assert "Karachi" not in written
    assert "@" not in written


def test_the_time_left_is_told_in_urdu(member_client: MemberClient, letter: Letter) -> None:
    Letter.objects.update(sign_on_until=timezone.now() + timedelta(hours=30, minutes=1))
    page = member_client.get(url(letter, "room_board"), headers={"Accept-Language": "ur"}).content.decode()
    assert "30 گھنٹے" in page
