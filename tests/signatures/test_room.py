"""The sign-on room as the invited see it, by the link that was mailed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from letters.models import Comment, Letter, OwedMail
from letters.services import open_letter, recall_letter, save_text
from signatures.links import own_url
from signatures.models import Invitation, InvitationLink, Opening, Signature
from signatures.retention import destroy_expired
from signatures.room.answering import AlreadyIn, sign
from signatures.room.links import read_token, room_path
from signatures.room.openings import KEPT
from signatures.services import approve_organisation, remove_signature, restore_signature
from signatures.tallies import fold_tallies
from tests.factories import make_letter, make_link, make_organisation, make_signature, make_user
from tests.signatures.room import SIGN, invited, mailed, page, post
from tests.signatures.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation() -> Invitation:
    return invited()


def reread(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_related("letter", "signature").get(pk=invitation.pk)


# --- The page -----------------------------------------------------------------------------------------------


def test_the_link_opens_the_embargoed_letter(client: Client, invitation: Invitation) -> None:
    deadline = datetime(2099, 2, 8, 13, 0, tzinfo=UTC)
    Letter.objects.update(sign_on_until=deadline)
    answer = page(client, invitation)
    words = answer.content.decode()
    assert answer.status_code == 200
    assert "Keep the internet on" in words
    assert "Commit in public to an open internet" in words
    assert "Under embargo" in words
    assert invitation.letter.lead.name in words
    assert "February 8, 2099, 6:00" in words
    assert "Pakistan Standard Time" in words


def test_the_page_is_kept_by_nobody_and_tells_nobody(client: Client, invitation: Invitation) -> None:
    answer = page(client, invitation)
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert not answer.cookies
    assert b"csrf" not in answer.content


def test_the_letter_is_read_in_the_organisations_language_or_the_one_it_chooses(client: Client) -> None:
    invitation = invited(make_letter(state="circulating", languages=["en", "ur"]), language="ur")
    urdu = page(client, invitation).content.decode()
    assert '<html lang="ur" dir="rtl">' in urdu
    assert "انٹرنیٹ بند نہ کیا جائے" in urdu
    english = client.get(room_path(invitation) + "?lang=en").content.decode()
    assert '<html lang="en" dir="ltr">' in english


def test_a_language_that_the_letter_lacks_falls_to_the_original(client: Client) -> None:
    invitation = invited(make_letter(state="circulating", languages=["fr"]), language="ur")
    assert '<html lang="fr" dir="ltr">' in page(client, invitation).content.decode()


def test_organisations_already_in_are_named_unless_they_chose_not_to_be(
    client: Client, invitation: Invitation
) -> None:
    lead = invitation.letter.lead
    for name, exposure in (("Bytes of Lahore", "public"), ("Hidden Hands", "counted")):
        organisation = make_organisation(lead, name=name)
        make_signature(invitation.letter, kind="organisation", organisation=organisation, exposure=exposure)
    fold_tallies()
    words = page(client, invitation).content.decode()
    assert "Bytes of Lahore" in words
    assert "Hidden Hands" not in words
    assert "2 organisations have signed" in words


@pytest.mark.parametrize("token", ["a", "x" * 60, "é", "[1]"])
def test_a_broken_link_says_what_to_do(client: Client, token: str) -> None:
    answer = client.get(f"/room/{token}/")
    assert answer.status_code == 404
    assert b"newer mail" in answer.content


def test_a_link_of_another_kind_opens_no_room(client: Client, invitation: Invitation) -> None:
    signature = make_signature(invitation.letter)
    token = own_url(signature).split("/signatures/")[1].strip("/")
    assert client.get(f"/room/{token}/").status_code == 404


def test_the_room_asks_the_same_number_of_queries_however_many_are_in(
    client: Client, invitation: Invitation, django_assert_num_queries: Any
) -> None:
    for rows in (1, 3):
        for _number in range(rows):
            make_signature(invitation.letter, kind="organisation")
        with django_assert_num_queries(14):
            page(client, invitation)


# --- Signing ------------------------------------------------------------------------------------------------


def test_an_organisation_signs_and_stands_at_once(
    client: Client, invitation: Invitation, mailbox: list[EmailMessage]
) -> None:
    answer = post(client, invitation, SIGN)
    assert answer.status_code == 303
    signature = Signature.objects.get()
    assert (signature.state, signature.origin, signature.verified) == ("confirmed", "invited", "mail")
    assert signature.organisation == invitation.organisation
    assert signature.public_name == "Open Karachi"
    row = reread(invitation)
    assert (row.answer, row.signature) == ("signed", signature)
    assert "<bdi>Open Karachi</bdi> has signed" in client.get(answer["Location"]).content.decode()
    mailed()
    assert mailbox[0].to == ["a@example.org"]
    link = next(word for word in str(mailbox[0].body).split() if "/signatures/" in word)
    assert "Open Karachi" in client.get(link.removeprefix("http://testserver")).content.decode()


def test_a_reviewed_organisations_mailbox_on_its_domain_is_told_as_such(
    client: Client, invitation: Invitation
) -> None:
    invitation.organisation.verified_at = timezone.now()
    invitation.organisation.save()
    post(client, invitation, SIGN)
    assert Signature.objects.get().verified == "domain"


@pytest.mark.parametrize("missing", ["organisation", "name", "role", "has_authority"])
def test_what_is_missing_is_told_and_nothing_typed_is_lost(
    client: Client, invitation: Invitation, missing: str
) -> None:
    words = {**SIGN, "organisation": "Open Karachi (Sindh)", "name": "Ayesha of the night shift"}
    answer = post(client, invitation, {key: value for key, value in words.items() if key != missing})
    assert answer.status_code == 422
    kept = [words[key] for key in ("organisation", "name") if key != missing]
    assert all(word in answer.content.decode() for word in kept)
    assert not Signature.objects.exists()
    assert reread(invitation).answer == ""


def test_the_name_may_be_written_as_it_should_appear(client: Client, invitation: Invitation) -> None:
    post(client, invitation, {**SIGN, "organisation": "Open Karachi – اوپن کراچی"})
    assert Signature.objects.get().state == "confirmed"
    assert Signature.objects.get().public_name == "Open Karachi – اوپن کراچی"


def test_a_name_that_is_not_the_organisations_waits_for_a_person(
    client: Client, invitation: Invitation
) -> None:
    post(client, invitation, {**SIGN, "organisation": "Ministry of Silence"})
    signature = Signature.objects.get()
    assert (signature.state, signature.public_name) == ("waiting", "")


def test_an_organisation_may_be_counted_without_its_name(client: Client, invitation: Invitation) -> None:
    post(client, invitation, {**SIGN, "exposure": "counted"})
    assert (Signature.objects.get().state, Signature.objects.get().public_name) == ("confirmed", "")
    assert post(client, invited(name="Other"), {**SIGN, "exposure": "initials"}).status_code == 422


def test_who_signed_already_changes_nothing_by_signing_again(client: Client, invitation: Invitation) -> None:
    post(client, invitation, SIGN)
    answer = post(client, invitation, {**SIGN, "name": "Somebody else"})
    assert "had signed already" in client.get(answer["Location"]).content.decode()
    assert Signature.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_who_sign_at_once_leave_one_signature() -> None:
    invitation = invited()
    links = [None, *(make_link(invitation, email=f"c{number}@example.org") for number in range(3))]
    visits = [read_token(room_path(invitation, link).split("/")[2]) for link in links]
    words: dict[str, Any] = {
        "organisation": "Open Karachi",
        "name": "Ayesha",
        "role": "Director",
        "language": "en",
    }
    found = at_once(*[lambda visit=visit: sign(visit, **words) for visit in visits])
    assert sum(isinstance(one, Signature) for one in found) == 1
    assert sum(isinstance(one, AlreadyIn) for one in found) == 3
    assert Signature.objects.get() == Invitation.objects.get().signature


@pytest.mark.django_db(transaction=True)
def test_an_organisation_that_stands_by_another_way_is_told_so(client: Client) -> None:
    invitation = invited()
    make_signature(invitation.letter, kind="organisation", organisation=invitation.organisation)
    answer = post(client, invitation, SIGN)
    assert answer["Location"].endswith("done=in")
    assert Signature.objects.count() == 1


# --- Other answers, and answers that change ---------------------------------------------------------------------


def test_an_organisation_declines_and_may_sign_after_all(client: Client, invitation: Invitation) -> None:
    post(client, invitation, {"verb": "decline", "reason": "Our board says no."})
    assert reread(invitation).answer == "declined"
    assert b"board" not in bytes(reread(invitation).reason or b"")
    post(client, invitation, SIGN)
    assert reread(invitation).answer == "signed"


def test_a_signature_is_taken_back_until_the_launch(client: Client, invitation: Invitation) -> None:
    post(client, invitation, SIGN)
    post(client, invitation, {"verb": "decline"})
    assert reread(invitation).answer == "declined"
    assert Signature.objects.get().state == "withdrawn"
    post(client, invitation, SIGN)
    assert Signature.objects.confirmed().count() == 1


def test_a_wish_for_a_change_is_a_comment_beside_the_draft(client: Client, invitation: Invitation) -> None:
    post(client, invitation, {"verb": "change", "body": "Name the law in ask 2."})
    comment = Comment.objects.get()
    assert (comment.body, comment.organisation) == ("Name the law in ask 2.", "Open Karachi")
    assert comment.invitation_id == invitation.pk
    assert reread(invitation).answer == "change"


def test_who_signed_and_asks_for_a_change_stays_signed(client: Client, invitation: Invitation) -> None:
    post(client, invitation, SIGN)
    post(client, invitation, {"verb": "change", "body": "A comma."})
    assert reread(invitation).answer == "signed"
    assert Signature.objects.get().state == "confirmed"


def test_a_text_that_was_changed_later_is_told_to_who_signed(client: Client, invitation: Invitation) -> None:
    post(client, invitation, SIGN)
    assert b"was changed after" not in page(client, invitation).content
    words: dict[str, Any] = {"title": "Keep it on", "salutation": "", "closing": "", "asks": ["One"]}
    save_text(invitation.letter, language="en", body="Other words.", **words)
    assert b"was changed after" in page(client, invitation).content
    post(client, invitation, {"verb": "stand"})
    assert b"was changed after" not in page(client, invitation).content


def test_a_translation_that_is_added_changes_nobodys_text(client: Client, invitation: Invitation) -> None:
    post(client, invitation, SIGN)
    words: dict[str, Any] = {"title": "انٹرنیٹ", "salutation": "", "closing": "", "asks": []}
    save_text(invitation.letter, language="ur", body="متن", **words)
    assert b"was changed after" not in page(client, invitation).content


def test_an_unknown_verb_is_refused(client: Client, invitation: Invitation) -> None:
    assert post(client, invitation, {"verb": "launch"}).status_code == 422


def test_a_post_from_another_site_is_refused(client: Client, invitation: Invitation) -> None:
    answer = client.post(room_path(invitation), SIGN, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not Signature.objects.exists()


# --- Passing it on ----------------------------------------------------------------------------------------------

COLLEAGUE = {"verb": "pass", "colleague": "Bilal", "address": "bilal@example.net"}


def link_of(mail: EmailMessage) -> str:
    words = str(mail.body).split()
    return next(word for word in words if "/room/" in word).removeprefix("http://testserver")


def test_a_colleague_gets_a_link_of_their_own_and_the_passer_is_told(
    client: Client, invitation: Invitation, mailbox: list[EmailMessage]
) -> None:
    post(client, invitation, COLLEAGUE)
    mailed()
    passed, told = sorted(mailbox, key=lambda mail: mail.to != ["bilal@example.net"])
    assert link_of(passed) != link_of(told)
    assert told.to == ["a@example.org"]
    assert "Bilal" in str(told.body)
    assert client.get(link_of(passed)).status_code == 200
    assert "Bilal" in page(client, invitation).content.decode()


def test_a_colleague_elsewhere_signs_and_waits_for_a_person(
    client: Client, invitation: Invitation, mailbox: list[EmailMessage]
) -> None:
    link = make_link(invitation, email="bilal@gmail.com")
    post(client, invitation, SIGN, link)
    signature = Signature.objects.get()
    assert (signature.state, signature.public_name) == ("waiting", "")
    approved = approve_organisation(signature, actor=make_user())
    assert (approved.state, approved.organisation) == ("confirmed", invitation.organisation)
    mailed()
    assert "looks at the signature" in str(mailbox[0].body)


def test_a_waiting_signature_that_was_removed_waits_again_when_it_is_restored(
    client: Client, invitation: Invitation
) -> None:
    post(client, invitation, SIGN, make_link(invitation, email="bilal@gmail.com"))
    signature, actor = Signature.objects.get(), make_user()
    remove_signature(signature, actor=actor, reason="not theirs")
    assert restore_signature(signature, actor=actor).state == "waiting"


def test_a_colleague_on_the_organisations_domain_signs_at_once(
    client: Client, invitation: Invitation
) -> None:
    post(client, invitation, SIGN, make_link(invitation, email="bilal@example.org"))
    assert Signature.objects.get().state == "confirmed"


def test_the_registered_contact_need_not_wait_behind_a_colleague(
    client: Client, invitation: Invitation
) -> None:
    post(client, invitation, SIGN, make_link(invitation, email="bilal@gmail.com"))
    post(client, invitation, SIGN)
    assert sorted(Signature.objects.values_list("state", flat=True)) == ["confirmed", "withdrawn"]
    assert reread(invitation).signature == Signature.objects.confirmed().get()


def test_a_link_is_passed_to_one_mailbox_once_and_to_five_at_most(
    client: Client, invitation: Invitation
) -> None:
    for number in range(5):
        address = f"c{number}@example.net"
        assert post(client, invitation, {**COLLEAGUE, "address": address}).status_code == 303
        assert post(client, invitation, {**COLLEAGUE, "address": address}).status_code == 422
    assert post(client, invitation, COLLEAGUE).status_code == 422
    assert InvitationLink.objects.count() == 5
    assert OwedMail.objects.filter(name="pass_link").count() == 5


def test_the_own_page_is_offered_only_to_whose_mailbox_it_is(client: Client, invitation: Invitation) -> None:
    colleague = make_link(invitation, email="bilal@example.org")
    post(client, invitation, SIGN, colleague)
    assert "/signatures/" not in page(client, invitation).content.decode()
    assert "/signatures/" in page(client, invitation, colleague).content.decode()


# --- The own page of a letter that is hidden --------------------------------------------------------------------


def own(client: Client, **data: str) -> Any:
    path = own_url(Signature.objects.get()).removeprefix("http://testserver")
    return client.post(path, data) if data else client.get(path)


def test_the_receipts_link_shows_the_signature_and_nothing_of_the_letter(
    client: Client, invitation: Invitation
) -> None:
    make_letter(slug=invitation.letter.slug, title="Another public letter")
    post(client, invitation, SIGN)
    answer = own(client)
    assert answer.status_code == 200
    words = answer.content.decode()
    assert "<bdi>Open Karachi</bdi> has signed" in words
    assert "Keep the internet on" not in words
    assert "Another public letter" not in words
    assert invitation.letter.slug not in words


def test_by_the_receipts_link_the_organisation_withdraws(client: Client, invitation: Invitation) -> None:
    post(client, invitation, SIGN)
    assert b"Yes, withdraw" in own(client, verb="withdraw").content
    own(client, verb="withdraw", sure="yes")
    assert Signature.objects.get().state == "withdrawn"
    assert reread(invitation).answer == "declined"


@pytest.mark.parametrize("verb", ["confirm", "change", "renew", "nonsense"])
def test_no_other_verb_breaks_the_own_page_of_a_hidden_letter(
    client: Client, invitation: Invitation, verb: str
) -> None:
    post(client, invitation, SIGN)
    assert own(client, verb=verb).status_code in (200, 303, 422)
    assert Signature.objects.get().state == "confirmed"


# --- Recalled, launched, ended ----------------------------------------------------------------------------------


def test_a_letter_that_was_taken_back_shows_nothing_and_takes_no_answer(
    client: Client, invitation: Invitation
) -> None:
    recall_letter(invitation.letter)
    answer = page(client, invitation)
    assert answer.status_code == 403
    assert b"Keep the internet on" not in answer.content
    post(client, invitation, SIGN)
    assert not Signature.objects.exists()


def test_after_the_launch_the_link_leads_to_the_letter(client: Client, invitation: Invitation) -> None:
    open_letter(invitation.letter)
    answer = page(client, invitation)
    assert (answer.status_code, answer["Location"]) == (302, invitation.letter.get_absolute_url())
    post(client, invitation, SIGN)
    assert not Signature.objects.exists()


def test_after_the_launch_who_signed_sees_that_they_stand_under_it(
    client: Client, invitation: Invitation
) -> None:
    post(client, invitation, SIGN)
    open_letter(invitation.letter)
    fold_tallies()
    assert b"<bdi>Open Karachi</bdi> stands under it" in page(client, invitation).content
    public = client.get(invitation.letter.get_absolute_url()).content.decode()
    assert "Open Karachi" in public
    assert Signature.objects.get().edition == Letter.objects.get().edition


def test_an_answer_is_taken_after_the_deadline_until_the_launch(
    client: Client, invitation: Invitation
) -> None:
    Letter.objects.update(sign_on_until=timezone.now() - timedelta(hours=1))
    assert b"That is past" in page(client, invitation).content
    post(client, invitation, SIGN)
    assert Signature.objects.get().state == "confirmed"


def test_an_ended_link_says_what_to_do_and_takes_no_answer(client: Client, invitation: Invitation) -> None:
    Invitation.objects.update(link_version=2)
    answer = page(client, invitation)
    assert answer.status_code == 410
    assert invitation.letter.lead.email in answer.content.decode()
    assert b"Keep the internet on" not in answer.content
    assert post(client, invitation, SIGN).status_code == 410
    assert not Signature.objects.exists()


# --- The log of openings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "method"),
    [
        ({}, "opened"),
        ({"Sec-Purpose": "prefetch;prerender"}, "prefetched"),
        ({"User-Agent": "Mozilla/5.0 (compatible; Proofpoint scanner)"}, "scanned"),
        ({"User-Agent": ""}, "scanned"),
    ],
)
def test_each_opening_is_logged_and_decides_nothing(
    client: Client, invitation: Invitation, headers: dict[str, str], method: str
) -> None:
    client.get(room_path(invitation), headers={"user-agent": "Mozilla/5.0", **headers})
    assert Opening.objects.get().method == method
    row = reread(invitation)
    assert (row.answer, row.signature, row.answered_at) == ("", None, None)
    assert (row.opened_at is not None) == (method == "opened")


def test_a_look_without_reading_is_logged_as_such(client: Client, invitation: Invitation) -> None:
    client.head(room_path(invitation))
    assert Opening.objects.get().method == "head"
    assert reread(invitation).opened_at is None


def test_the_log_is_bounded_and_counts_what_it_folds(client: Client, invitation: Invitation) -> None:
    for _number in range(KEPT + 3):
        page(client, invitation)
    assert Opening.objects.count() == KEPT
    assert reread(invitation).older_openings == 3


def test_the_log_holds_no_network_address_and_no_browser() -> None:
    names = {field.name for field in Opening._meta.get_fields()}
    assert names == {"id", "invitation", "link", "method", "at"}


def test_openings_are_destroyed_after_half_a_year(client: Client, invitation: Invitation) -> None:
    page(client, invitation)
    page(client, invitation)
    old = Opening.objects.earliest("pk")
    Opening.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=181))
    destroy_expired()
    assert Opening.objects.count() == 1
