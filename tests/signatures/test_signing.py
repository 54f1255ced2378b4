"""Signing, from the form to the confirmed signature, as a browser without JavaScript does it."""

import re
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.test import Client
from django.urls import reverse

from signatures.mailing import send_owed_mail
from signatures.models import Signature
from signatures.person import Person
from signatures.tallies import fold_tallies
from tests.factories import make_letter, make_organisation, make_signature

pytestmark = pytest.mark.django_db

PERSON = {
    "kind": "individual",
    "name": "Ayesha Khan",
    "email": "ayesha@example.net",
    "country": "PK",
    "exposure": "public",
}
ORGANISATION = {
    "kind": "organisation",
    "organisation": "Open Karachi",
    "website": "open-karachi.example.net",
    "country": "PK",
    "name": "Bilal Ahmed",
    "role": "Director",
    "email": "bilal@open-karachi.example.net",
    "has_authority": "on",
}


def post(client: Client, slug: str, data: dict[str, Any], **headers: str) -> Any:
    return client.post(reverse("signatures:sign", args=[slug]), data, headers=headers or None)


def mailed_link(number: int = -1) -> str:
    found = re.search(r"http://testserver(/signatures/\S+/)", str(mail.outbox[number].body))
    assert found, mail.outbox[number].body
    return found.group(1)


def sign_and_get_link(client: Client, slug: str, **changed: str) -> str:
    assert post(client, slug, {**PERSON, **changed}).status_code == 303
    send_owed_mail()
    return mailed_link()


def test_a_person_signs_and_confirms_by_the_mailed_link(client: Client) -> None:
    letter = make_letter()
    link = sign_and_get_link(client, letter.slug)
    page = client.get(link)
    assert "Yes, I sign this letter" in page.text
    answer = client.post(link, {"verb": "confirm"})
    assert answer.status_code == 303
    assert "Thank you: you have signed" in client.get(answer["Location"]).text
    signature = Signature.objects.get()
    assert (signature.state, signature.public_name, signature.verified) == (
        "confirmed",
        "Ayesha Khan",
        "mail",
    )
    assert signature.edition == letter.edition


def test_the_mail_names_the_letter_its_coalition_and_what_confirming_does(client: Client) -> None:
    letter = make_letter(title="A letter on lakes")
    sign_and_get_link(client, letter.slug)
    sent = mail.outbox[0]
    assert sent.to == ["ayesha@example.net"]
    assert sent.reply_to == [letter.lead.email]
    text = str(sent.body)
    assert "A letter on lakes" in text
    assert letter.lead.name in text
    assert "Confirming puts your name under the letter" in text
    assert sent.extra_headers["Message-ID"].startswith("<signature.")


def test_get_and_head_on_a_confirm_link_change_nothing(client: Client) -> None:
    link = sign_and_get_link(client, make_letter().slug)
    before = Signature.objects.values().get()
    for _again in range(3):
        assert client.head(link).status_code == 200
        assert client.get(link).status_code == 200
    assert Signature.objects.values().get() == before


def test_confirming_twice_says_so_and_counts_once(client: Client) -> None:
    link = sign_and_get_link(client, make_letter().slug)
    client.post(link, {"verb": "confirm"})
    again = client.post(link, {"verb": "confirm"}, follow=True)
    assert "There is nothing more to do" in again.text
    fold_tallies()
    assert Signature.objects.confirmed().count() == 1


def test_a_page_of_a_token_is_not_stored_indexed_or_told_to_others(client: Client) -> None:
    link = sign_and_get_link(client, make_letter().slug)
    for response in (client.get(link), client.post(link, {"verb": "confirm"}), client.get(link)):
        assert response["Referrer-Policy"] == "same-origin"
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]


def test_the_thank_you_page_holds_no_token(client: Client) -> None:
    link = sign_and_get_link(client, make_letter().slug)
    page = client.post(link, {"verb": "confirm"}, follow=True)
    assert link.split("/")[2] not in page.text


def test_a_link_used_too_late_offers_a_new_one(client: Client, settings: Any) -> None:
    link = sign_and_get_link(client, make_letter().slug)
    Signature.objects.update(state_at="2020-01-01T00:00Z")
    assert "This link has expired" in client.get(link).text
    assert client.post(link, {"verb": "confirm"}).status_code == 410
    assert client.post(link, {"verb": "renew"}).status_code == 303
    send_owed_mail()
    assert "This link does not work" in client.get(link).text
    client.post(mailed_link(), {"verb": "confirm"})
    assert Signature.objects.confirmed().count() == 1


def test_a_letter_closed_before_confirming_says_so_and_counts_nothing(client: Client) -> None:
    letter = make_letter()
    link = sign_and_get_link(client, letter.slug)
    letter.state = "closed"
    letter.save()
    assert "This letter closed before you confirmed" in client.get(link).text
    assert client.post(link, {"verb": "confirm"}).status_code == 409
    assert Signature.objects.get().state == "pending"


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "W10.1abc.zzz", "é", "a" * 5000])
def test_a_broken_link_gets_its_own_page(client: Client, token: str) -> None:
    response = client.get(f"/signatures/{token}/")
    assert response.status_code == 404
    assert "This link does not work" in response.text


def test_a_second_mail_from_a_second_signing_opens_the_signature_that_stands(client: Client) -> None:
    letter = make_letter()
    first = sign_and_get_link(client, letter.slug)
    second = sign_and_get_link(client, letter.slug, name="Ayesha K.")
    client.post(second, {"verb": "confirm"})
    page = client.get(first)
    assert "There is nothing more to do" in page.text
    assert "Ayesha K." in page.text


def test_signing_again_after_confirming_mails_the_link_to_the_standing_signature(client: Client) -> None:
    letter = make_letter()
    client.post(sign_and_get_link(client, letter.slug), {"verb": "confirm"})
    link = sign_and_get_link(client, letter.slug, name="Somebody Else")
    assert mail.outbox[-1].subject.startswith("You have signed already")
    assert "Ayesha Khan" in client.get(link).text


def test_the_answer_is_the_same_for_an_address_that_has_signed(client: Client) -> None:
    letter = make_letter()
    make_signature(letter, email="known@example.net")
    answers = [
        post(client, letter.slug, {**PERSON, "email": f"{who}@example.net"}) for who in ("known", "new")
    ]
    assert answers[0].headers == answers[1].headers
    assert answers[0].content == answers[1].content
    url = reverse("signatures:lost_link", args=[letter.slug, "en"])
    asked = [client.post(url, {"email": f"{who}@example.net"}) for who in ("known", "new")]
    assert asked[0].headers == asked[1].headers


def test_signing_is_one_insert(client: Client, django_assert_num_queries: Any) -> None:
    letter = make_letter()
    post(client, letter.slug, PERSON)
    with django_assert_num_queries(1) as queries:
        post(client, letter.slug, PERSON)
    assert queries.captured_queries[0]["sql"].startswith('INSERT INTO "signatures_signature"')


def test_no_address_is_stored_in_clear(client: Client) -> None:
    letter = make_letter()
    client.post(sign_and_get_link(client, letter.slug), {"verb": "confirm"})
    row = Signature.objects.values().get()
    assert "ayesha@example.net" not in str(
        {key: bytes(v) if isinstance(v, memoryview) else v for key, v in row.items()}
    )
    assert Person.open(Signature.objects.get().sealed).email == "ayesha@example.net"


def test_nothing_about_a_pending_signature_is_in_clear(client: Client) -> None:
    post(client, make_letter().slug, {**PERSON, "role": "Nurse"})
    row = Signature.objects.get()
    assert (row.public_name, row.public_detail, bytes(row.sort_key)) == ("", "", b"")


def test_nobody_is_bombed_with_mail_through_the_site(client: Client) -> None:
    letters = [make_letter() for _number in range(3)]
    for _again in range(6):
        for letter in letters:
            post(client, letter.slug, PERSON)
    send_owed_mail()
    assert len(mail.outbox) == 8
    assert Signature.objects.filter(mail_due_at__isnull=False).count() == len(letters)
    send_owed_mail()
    assert len(mail.outbox) == 8


def test_a_lost_link_is_mailed_again_to_who_has_one(client: Client) -> None:
    letter = make_letter()
    make_signature(letter, email="known@example.net", name="Known Signer")
    url = reverse("signatures:lost_link", args=[letter.slug, "en"])
    for address in ("known@example.net", "unknown@example.net"):
        assert client.post(url, {"email": address}).status_code == 303
    send_owed_mail()
    assert [message.to for message in mail.outbox] == [["known@example.net"]]
    assert "Known Signer" in client.get(mailed_link()).text


def test_a_lost_link_is_that_of_the_standing_signature_not_of_one_withdrawn_before(client: Client) -> None:
    letter = make_letter()
    make_signature(letter, email="known@example.net", name="Former Name", state="withdrawn")
    make_signature(letter, email="known@example.net", name="Present Name")
    client.post(reverse("signatures:lost_link", args=[letter.slug, "en"]), {"email": "known@example.net"})
    send_owed_mail()
    assert len(mail.outbox) == 1
    assert "Present Name" in client.get(mailed_link()).text


def test_plus_addresses_and_dots_of_a_known_provider_are_one_signatory(client: Client) -> None:
    letter = make_letter()
    client.post(sign_and_get_link(client, letter.slug, email="ayesha.khan@gmail.com"), {"verb": "confirm"})
    sign_and_get_link(client, letter.slug, email="Ayesha.K.han+letters@googlemail.com")
    assert mail.outbox[-1].subject.startswith("You have signed already")
    sign_and_get_link(client, letter.slug, email="a.yesha@example.net")
    assert mail.outbox[-1].subject.startswith("Please confirm")


def test_a_signatory_changes_exposure_name_and_country(client: Client) -> None:
    link = sign_and_get_link(client, make_letter().slug, role="Nurse")
    client.post(link, {"verb": "confirm"})
    assert Signature.objects.get().public_detail == "Nurse"
    answer = client.post(
        link,
        {"verb": "change", "name": "Ayesha Noor Khan", "country": "GB", "exposure": "initials"},
        follow=True,
    )
    assert "Changed." in answer.text
    row = Signature.objects.get()
    assert (row.public_name, row.public_detail, row.country) == ("A. N. K.", "", "GB")


def test_a_bad_change_keeps_what_was_typed(client: Client) -> None:
    link = sign_and_get_link(client, make_letter().slug)
    client.post(link, {"verb": "confirm"})
    answer = client.post(
        link, {"verb": "change", "name": "<b>Ayesha</b>", "country": "GB", "exposure": "initials"}
    )
    assert answer.status_code == 422
    assert "Links and markup are not allowed here." in answer.text
    assert "&lt;b&gt;Ayesha&lt;/b&gt;" in answer.text


def test_withdrawing_asks_once_and_can_be_followed_by_signing_again(client: Client) -> None:
    letter = make_letter()
    link = sign_and_get_link(client, letter.slug)
    client.post(link, {"verb": "confirm"})
    assert "Yes, withdraw my signature" in client.post(link, {"verb": "withdraw"}).text
    assert Signature.objects.get().state == "confirmed"
    assert "Withdrawn." in client.post(link, {"verb": "withdraw", "sure": "yes"}, follow=True).text
    row = Signature.objects.get()
    assert (row.state, row.public_name) == ("withdrawn", "")
    client.post(sign_and_get_link(client, letter.slug), {"verb": "confirm"})
    assert Signature.objects.confirmed().count() == 1


def test_a_signatory_downloads_their_data(client: Client) -> None:
    link = sign_and_get_link(client, make_letter().slug, role="Nurse", wants_updates="on")
    data = client.get(link + "data.json").json()
    assert data["person"] == {"name": "Ayesha Khan", "email": "ayesha@example.net", "role": "Nurse"}
    assert data["wants_updates"] is True


def test_an_organisation_waits_for_the_desk_after_its_mail_is_confirmed(client: Client) -> None:
    letter = make_letter()
    assert post(client, letter.slug, ORGANISATION).status_code == 303
    send_owed_mail()
    answer = client.post(mailed_link(), {"verb": "confirm"}, follow=True)
    assert "looks at your organisation" in answer.text
    row = Signature.objects.get()
    assert (row.state, row.public_name, row.organisation) == ("waiting", "", None)


def test_a_mailbox_on_the_domain_of_a_reviewed_organisation_is_approved_by_it(client: Client) -> None:
    letter = make_letter()
    known: dict[str, Any] = {"name": "Open Karachi", "website": "https://open-karachi.example.net"}
    organisation = make_organisation(
        letter.lead, **known, domain="example.net", verified_at="2024-01-01T00:00Z"
    )
    post(client, letter.slug, ORGANISATION)
    send_owed_mail()
    client.post(mailed_link(), {"verb": "confirm"})
    row = Signature.objects.get()
    assert (row.state, row.verified, row.organisation) == ("confirmed", "domain", organisation)
    assert row.public_website == "https://open-karachi.example.net"


@pytest.mark.parametrize(
    "changed",
    [{"email": "bilal@gmail.com"}, {"email": "bilal@other.example.org"}, {"organisation": "Open Lahore"}],
    ids=["free mail", "another domain", "another name"],
)
def test_a_recorded_organisation_waits_when_anything_does_not_match(
    client: Client, changed: dict[str, str]
) -> None:
    letter = make_letter()
    known: dict[str, Any] = {"name": "Open Karachi", "website": "https://open-karachi.example.net"}
    make_organisation(letter.lead, **known, domain="example.net", verified_at="2024-01-01T00:00Z")
    post(client, letter.slug, {**ORGANISATION, **changed})
    send_owed_mail()
    client.post(mailed_link(), {"verb": "confirm"})
    assert Signature.objects.get().state == "waiting"


def test_signing_for_an_organisation_needs_the_statement_of_authority(client: Client) -> None:
    answer = post(
        client, make_letter().slug, {key: v for key, v in ORGANISATION.items() if key != "has_authority"}
    )
    assert answer.status_code == 422
    assert "sign as a person instead" in answer.text
    assert "Open Karachi" in answer.text


def test_a_letter_for_organisations_alone_takes_no_person(client: Client) -> None:
    letter = make_letter(accepts_individuals=False)
    answer = post(client, letter.slug, PERSON)
    assert answer.status_code == 422
    assert not Signature.objects.exists()


def test_a_closed_letter_takes_no_signature(client: Client) -> None:
    letter = make_letter(state="closed")
    answer = post(client, letter.slug, PERSON)
    assert answer.status_code == 409
    assert "This letter is closed" in answer.text


def test_a_draft_cannot_be_signed(client: Client) -> None:
    assert post(client, make_letter(state="draft").slug, PERSON).status_code == 404


def test_a_form_posted_from_another_site_is_refused(client: Client) -> None:
    slug = make_letter().slug
    assert post(client, slug, PERSON, Sec_Fetch_Site="cross-site").status_code == 403
    assert post(client, slug, PERSON, Origin="https://evil.example").status_code == 403
    assert post(client, slug, PERSON, Origin="null").status_code == 403
    assert not Signature.objects.exists()


def test_a_form_without_a_witness_is_accepted_and_scored(client: Client) -> None:
    slug = make_letter().slug
    post(client, slug, PERSON)
    post(client, slug, PERSON, Sec_Fetch_Site="same-origin")
    assert list(Signature.objects.order_by("pk").values_list("score", flat=True)) == [1, 0]


def test_signing_in_urdu_is_answered_and_mailed_in_urdu(client: Client) -> None:
    letter = make_letter(languages=("en", "ur"))
    url = reverse("signatures:sign_in", args=[letter.slug, "ur"])
    assert 'dir="rtl"' in client.get(url).text
    answer = client.post(url, {**PERSON, "name": "عائشہ خان"}, follow=True)
    assert 'lang="ur" dir="rtl"' in answer.text
    send_owed_mail()
    assert mail.outbox[0].extra_headers["Content-Language"] == "ur"
    client.post(mailed_link(), {"verb": "confirm"})
    assert Signature.objects.get().public_name == "عائشہ خان"


def test_public_pages_of_signing_carry_no_cookie(client: Client) -> None:
    letter = make_letter()
    for name in ("sign_in", "sent", "thanks", "lost_link", "link_sent"):
        response = client.get(reverse(f"signatures:{name}", args=[letter.slug, "en"]))
        assert response.status_code == 200
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")


def test_a_lost_key_is_told_as_such_and_not_as_a_failure(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    link = sign_and_get_link(client, make_letter().slug)
    settings.SEAL_KEYS = [Fernet.generate_key().decode()]
    for answer in (client.get(link), client.get(link + "data.json")):
        assert answer.status_code == 503
        assert "cannot be shown just now" in answer.text
    assert "no key in SEAL_KEYS opens" in caplog.text
