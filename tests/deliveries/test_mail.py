from email.utils import parseaddr
from typing import Any

import pytest
from django.utils import timezone

from deliveries.mail import LARGEST_ATTACHMENT, NAMED_IN_MAIL
from deliveries.models import Delivery
from deliveries.sending import send_owed
from deliveries.services import make_occasion
from letters.models import Addressee, Letter, LetterCoalition
from signatures.models import Document
from signatures.tallies import fold_tallies
from tests.deliveries.helpers import make_due
from tests.factories import TITLES, make_coalition, make_letter, make_organisation, make_signature
from tests.parts.smtp import MailServer, Received


@pytest.fixture
def letter(db: None, settings: Any) -> Letter:
    """In English and Urdu; the first addressee reads Urdu, the second German, which the letter is not in."""
    settings.SITE_URL = "https://letters.example"
    coalition = make_coalition(name="Réseau ouvert", email="team@coalition.example")
    body = "We write about **the elections**.\n\n.A line that begins with a dot\n\n- and [a law](https://law.example/1)"
    letter = make_letter(coalition=coalition, languages=("en", "ur"), copies=2, body=body)
    for position, language in enumerate(("ur", "de", "en", "ur")):
        Addressee.objects.filter(letter=letter, position=position).update(language=language)
    for name in ("Zebra Fund", "Älpha e. V.", "Ärzte & <Co>", "میڈیا میٹرز"):
        make_signature(letter, kind="organisation", organisation=make_organisation(coalition, name=name))
    make_signature(letter, kind="organisation", exposure="counted")
    make_signature(letter, email="private.signer@home.example")
    fold_tallies()
    return letter


def hand_over(letter: Letter, smtp: MailServer) -> list[Received]:
    """The mails as the server received them, by addressee's order."""
    make_occasion(letter)
    list(send_owed())
    return smtp.messages


def test_headers(letter: Letter, smtp: MailServer) -> None:
    urdu, english, *_copies = hand_over(letter, smtp)
    delivery = Delivery.objects.order_by("pk")[0]
    assert urdu.message["Message-ID"] == delivery.message_id
    assert urdu.message["Message-ID"].startswith("<delivery.")
    assert (urdu.message["Content-Language"], english.message["Content-Language"]) == ("ur", "en")
    assert urdu.message["From"] == "Réseau ouvert via Undersigned <letters@undersigned.test>"
    assert urdu.message["Reply-To"] == "team@coalition.example"
    assert parseaddr(urdu.message["To"]) == (delivery.name, delivery.email)
    assert TITLES["ur"] in urdu.subject
    assert english.subject == f"Open letter: {TITLES['en']}"
    assert urdu.message["Date"]
    assert urdu.message["Auto-Submitted"] is None
    assert urdu.sender == "letters@undersigned.test"


def test_it_shows_no_address_but_the_readers_own_and_the_coalitions(letter: Letter, smtp: MailServer) -> None:
    addresses = set(letter.addressees.values_list("email", flat=True)) | {"private.signer@home.example"}
    for received in hand_over(letter, smtp):
        whole = received.data.decode() + "".join(received.body(kind) for kind in ("plain", "html"))
        assert {address for address in addresses if address in whole} == set(received.recipients)


def test_it_names_all_addressees_and_says_who_is_in_copy(letter: Letter, smtp: MailServer) -> None:
    received = hand_over(letter, smtp)
    for message in received:
        for addressee in letter.addressees.all():
            assert all(addressee.name in message.body(kind) for kind in ("plain", "html"))
    copied = ["You receive this open letter in copy" in message.body() for message in received]
    assert copied[:3] == [False, False, True]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_it_holds_the_letter_the_asks_the_counts_and_the_organisations(
    letter: Letter, smtp: MailServer, kind: str
) -> None:
    body = hand_over(letter, smtp)[1].body(kind)
    assert TITLES["en"] in body
    assert "Commit in public to an open internet" in body
    assert "5 organisations and 1 person from 1 country" in body
    assert "https://letters.example/letters/" in body
    assert letter.edition.sha256 in body
    assert "https://law.example/1" in body
    assert "**" not in body
    names = [
        "Älpha e. V.",
        "Ärzte &amp; &lt;Co&gt;" if kind == "html" else "Ärzte & <Co>",
        "Zebra Fund",
        "میڈیا میٹرز",
    ]
    places = [body.index(name) for name in names]
    assert places == sorted(places)
    assert "Pakistan" in body
    assert "\n.A line that begins with a dot" in body or kind == "html"


def test_who_reads_urdu_gets_it_in_urdu_and_right_to_left(letter: Letter, smtp: MailServer) -> None:
    received = hand_over(letter, smtp)[0]
    assert TITLES["ur"] in received.body()
    assert "کھلے انٹرنیٹ کا عوامی وعدہ کریں" in received.body()
    assert '<html lang="ur" dir="rtl">' in received.body("html")
    assert "/ur/" in received.body()
    assert "پاکستان" in received.body()


def test_one_document_is_attached(letter: Letter, smtp: MailServer) -> None:
    for received in hand_over(letter, smtp):
        (document,) = received.attachments()
        assert document.get_content_type() == "application/pdf"
        assert document.get_filename() == f"{letter.slug}-edition-1.0.pdf"
        assert document.get_content().startswith(b"%PDF")
    purposes = set(Document.objects.values_list("language", "purpose"))
    occasion = letter.occasions.get()
    assert purposes == {("en", f"occasion-{occasion.pk}"), ("ur", f"occasion-{occasion.pk}")}


def test_a_document_that_is_too_large_is_linked(letter: Letter, smtp: MailServer) -> None:
    occasion = make_occasion(letter)
    assert occasion
    list(send_owed())
    smtp.clear()
    Document.objects.update(size=LARGEST_ATTACHMENT + 1)
    Delivery.objects.update(state="queued")
    make_due()
    list(send_owed())
    assert len(smtp.messages) == 4
    for received in smtp.messages:
        assert received.attachments() == []
        assert f"https://letters.example/letters/{letter.slug}/signatories.pdf" in received.body()


def test_very_many_organisations_are_cut_with_a_word_about_it(
    letter: Letter, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deliveries.mail.NAMED_IN_MAIL", 3)
    assert NAMED_IN_MAIL == 400
    english = hand_over(letter, smtp)[1]
    assert "and 1 more, named in the attached list" in english.body()
    assert "and 1 more, named in the attached list" in english.body("html")


def test_before_anybody_signed_it_does_not_count(db: None, smtp: MailServer) -> None:
    received = hand_over(make_letter(), smtp)[0]
    assert "organisation" not in received.body()


def test_all_who_publish_the_letter_are_named(letter: Letter, smtp: MailServer) -> None:
    for name, accepted_at in (("Press Union", timezone.now()), ("Still Asked", None)):
        LetterCoalition.objects.create(
            letter=letter, coalition=make_coalition(name=name), accepted_at=accepted_at
        )
    body = hand_over(Letter.objects.get(pk=letter.pk), smtp)[1].body()
    assert f"Published together by {letter.lead.name} · Press Union." in body
    assert "Still Asked" not in body
