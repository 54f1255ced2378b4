"""How mails to signatories are written and handed to the server; tests/signatures/test_worker.py has the worker."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from campaign.mail import render_mail
from letters.models import Letter
from signatures.mailing import send_owed_mail
from signatures.models import AddressQuota, Signature
from tests.factories import make_letter, make_signature
from tests.parts.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)


def owe(letter: Letter, **fields: Any) -> Signature:
    due = {"state": "pending", "mail": "confirm", "mail_due_at": "2024-01-01T00:00Z"}
    return make_signature(letter, **{**due, **fields})


def test_a_batch_goes_over_one_connection(smtp: MailServer) -> None:
    letter = make_letter()
    for _number in range(3):
        owe(letter)
    assert send_owed_mail() == 3
    assert len({message.connection for message in smtp.messages}) == 1


def test_a_server_that_lets_nobody_in_leaves_every_mail_owed(
    smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: EmailBackend) -> bool:
        raise smtplib.SMTPAuthenticationError(535, b"bad credentials")

    owe(make_letter())
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "open", refuse)
        assert send_owed_mail() == 0
    assert Signature.objects.get().mail_due_at is not None
    Signature.objects.update(mail_due_at="2024-01-01T00:00Z")
    assert send_owed_mail() == 1


def test_each_mail_names_its_own_signatory(smtp: MailServer) -> None:
    letter = make_letter()
    owe(letter, name="Ayesha & Co", email="ayesha@example.org")
    owe(letter, name="بلال", email="bilal@example.org")
    send_owed_mail()
    (first,), (second,) = smtp.to("ayesha@example.org"), smtp.to("bilal@example.org")
    assert "Ayesha & Co" in first.body()
    assert "Ayesha &amp; Co" in first.body("html")
    assert "بلال" in second.body()
    assert "بلال" in second.body("html")
    assert first.body().split("/signatures/")[1] != second.body().split("/signatures/")[1]


def test_what_is_personal_is_escaped_in_html_alone_and_filled_in_once() -> None:
    personal = {"name": "<b>{{ url }}</b>", "signs_as": "x", "url": "https://example.org/?a=1&b=2"}
    context = {"coalition": "C", "letter_title": "T", "is_pending": True}
    mail = render_mail(
        "find_signature", context, personal=personal, to="a@example.org", language="en", message_id="<1@x>"
    )
    html = str(mail.alternatives[0][0])
    assert "<b>{{ url }}</b>" in mail.body
    assert "https://example.org/?a=1&b=2" in mail.body
    assert "&lt;b&gt;{{ url }}&lt;/b&gt;" in html
    assert "https://example.org/?a=1&amp;b=2" in html


def test_an_outage_is_no_attempt_and_costs_nothing_of_a_quota(smtp: MailServer, settings: Any) -> None:
    owe(make_letter(), email="ayesha@example.net")
    settings.EMAIL_PORT = 1
    for _hour in range(20):
        send_owed_mail()
        Signature.objects.update(mail_due_at="2024-01-01T00:00Z")
    assert Signature.objects.get().mail_attempts == 0
    assert set(AddressQuota.objects.values_list("count", flat=True)) == {0}
    settings.EMAIL_PORT = smtp.port
    send_owed_mail()
    assert len(smtp.to("ayesha@example.net")) == 1


def test_a_sender_that_is_refused_loses_no_mail(smtp: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: EmailBackend, _mails: Any) -> int:
        raise smtplib.SMTPSenderRefused(550, b"not from here", "letters@undersigned.test")

    owe(make_letter())
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", refuse)
        send_owed_mail()
    assert Signature.objects.get().mail_due_at is not None


def test_a_server_that_puts_a_mail_off_does_not_use_up_its_quota(smtp: MailServer) -> None:
    owe(make_letter(), email="ayesha@example.net")
    smtp.script("ayesha@example.net", ["451 later"] * 10)
    for _attempt in range(11):
        Signature.objects.update(mail_due_at="2024-01-01T00:00Z")
        send_owed_mail()
    assert len(smtp.to("ayesha@example.net")) == 1
    assert list(AddressQuota.objects.values_list("count", flat=True)) == [1]


def test_a_decision_is_mailed_however_often_others_had_the_address_mailed(smtp: MailServer) -> None:
    letter = make_letter()
    for _again in range(9):
        owe(letter, email="ayesha@example.net")
    send_owed_mail()
    assert len(smtp.to("ayesha@example.net")) == 8
    owe(letter, email="ayesha@example.net", state="removed", mail="decision", state_reason="An insult.")
    send_owed_mail()
    assert "An insult." in smtp.to("ayesha@example.net")[-1].body()


def test_over_its_quota_an_address_gets_one_mail_a_letter_a_day_later(smtp: MailServer) -> None:
    letter, other = make_letter(), make_letter()
    for _again in range(12):
        owe(letter, email="ayesha@example.net")
    owe(other, email="ayesha@example.net")
    send_owed_mail()
    assert len(smtp.messages) == 8
    waiting = Signature.objects.filter(mail_due_at__gt=timezone.now() + timedelta(hours=23))
    assert sorted(waiting.values_list("letter_id", flat=True)) == [letter.pk, other.pk]
    assert Signature.objects.filter(mailed_at__isnull=False).count() == 8
    AddressQuota.objects.all().delete()  # as with the day
    Signature.objects.filter(mail_due_at__isnull=False).update(mail_due_at="2024-01-01T00:00Z")
    send_owed_mail()
    assert len(smtp.messages) == 10
    assert not Signature.objects.filter(mail_due_at__isnull=False).exists()
