"""The ground the other tests stand on, tested by itself."""

import smtplib
from typing import Any

import pytest
from django.core.mail import EmailMessage, send_mail
from django.db import connection
from playwright.sync_api import Page

from letters.models import Letter
from signatures.models import Signature
from tests import factories
from tests.conftest import MemberClient
from tests.parts.site import Server, Worker
from tests.parts.smtp import DROP, MailServer
from tests.settings import DATABASE


@pytest.mark.django_db
def test_the_database_is_the_one_asked_for() -> None:
    assert connection.vendor == ("sqlite" if DATABASE == "sqlite" else "postgresql")


@pytest.mark.django_db
def test_factories_make_a_letter_that_can_be_signed() -> None:
    letter = factories.make_letter(languages=["en", "ur"])
    factories.make_signature(letter, name="Ada Lovelace", exposure="initials")
    factories.make_signature(letter, kind="organisation")
    assert Letter.objects.open().get() == letter
    assert letter.edition.sha256
    assert (len(letter.to_and_cc()[0]), len(letter.to_and_cc()[1]), letter.asks.count()) == (2, 1, 3)
    assert Signature.objects.listed().individuals().get().public_name == "A. L."
    assert Signature.objects.listed().organisations().get().public_website


def test_mail_is_received_as_a_server_receives_it(smtp: MailServer) -> None:
    send_mail("سلام", "Hello", None, ["one@example.org"])
    (received,) = smtp.wait_for(1, to="ONE@example.org")
    assert (received.subject, received.body().strip()) == ("سلام", "Hello")


def test_refusals_follow_the_script(smtp: MailServer) -> None:
    smtp.script("one@example.org", ["451 later", "data 451 later", DROP, "250", "550 no"])
    answers = [_answer_to(EmailMessage("s", "b", None, ["one@example.org"])) for _ in range(6)]
    assert answers == [451, 451, "disconnected", 250, 550, 250]
    assert (len(smtp.messages), len(smtp.dropped)) == (2, 1)


def _answer_to(mail: EmailMessage) -> int | str:
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        return next(iter(error.recipients.values()))[0]
    except smtplib.SMTPServerDisconnected:
        return "disconnected"
    except smtplib.SMTPResponseException as error:
        return error.smtp_code
    return 250


def test_a_killed_worker_can_be_started_again(worker: Worker) -> None:
    worker.kill()
    worker.restart()
    assert " ready." in worker.output()


def test_the_embedded_worker_starts(embedded_worker: Worker) -> None:
    assert " ready." in embedded_worker.output()


def test_the_site_is_served_by_granian(served: Server, new_page: Any) -> None:
    page: Page = new_page(width=360, height=740, language="ur")
    response = page.goto(served.url + "/healthz")
    assert response is not None
    assert response.status == 200


def test_a_member_is_signed_in(member_client: MemberClient) -> None:
    assert member_client.session["_auth_user_id"] == str(member_client.user.pk)
