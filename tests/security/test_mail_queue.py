"""One signature that cannot be mailed keeps no other from its mail, and has none sent twice."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from letters.models import Letter
from signatures.mailing import send_owed_mail
from signatures.models import LinkRequest, Signature
from signatures.person import Person
from tests import factories

pytestmark = pytest.mark.django_db


def owe(letter: Letter, email: str) -> Signature:
    return factories.make_signature(
        letter, state="pending", email=email, mail="confirm", mail_due_at=timezone.now()
    )


def test_an_address_that_cannot_be_written_holds_up_nobody(mailoutbox: list) -> None:
    letter = factories.make_letter()
    rows = [
        owe(letter, email) for email in ("a@example.org", "\u00fc" * 40 + "@example.org", "b@example.org")
    ]
    send_owed_mail()
    send_owed_mail()
    assert [mail.to for mail in mailoutbox] == [["a@example.org"], ["b@example.org"]]
    assert [Signature.objects.get(pk=row.pk).mail_due_at is None for row in rows] == [True, False, True]


def test_a_row_that_no_key_opens_holds_up_nobody(settings: Any, mailoutbox: list) -> None:
    letter = factories.make_letter()
    ours = settings.SEAL_KEYS
    settings.SEAL_KEYS = [Fernet.generate_key().decode()]
    lost = Person(name="Lost", email="lost@example.org").seal()
    settings.SEAL_KEYS = ours
    for email in ("a@example.org", "b@example.org"):
        owe(letter, email)
    Signature.objects.filter(pk=owe(letter, "c@example.org").pk).update(sealed=lost)
    LinkRequest.objects.create(letter=letter, sealed=lost, language="en")
    factories.make_signature(letter, email="d@example.org")
    LinkRequest.objects.create(
        letter=letter, sealed=Person(name="", email="d@example.org").seal(), language="en"
    )
    send_owed_mail()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["a@example.org", "b@example.org", "d@example.org"]
