"""Mail to signatories by a real Celery worker on a real Redis, through a real SMTP server."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from signatures.mailing import send_owed_mail
from signatures.models import CountryTotal, Signature
from tests.factories import make_letter, make_signature
from tests.parts.process import wait_until
from tests.parts.redis import Redis
from tests.parts.site import Worker
from tests.parts.smtp import MailServer
from tests.signatures.test_signing import PERSON, post

pytestmark = pytest.mark.django_db(transaction=True)


def sign(client: Client, address: str) -> None:
    assert post(client, make_letter().slug, {**PERSON, "email": address}).status_code == 303


@pytest.fixture
def silent_server() -> Iterator[str]:
    """A mail server that takes a connection and never says a word; its URL."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"


def test_a_running_worker_mails_within_two_seconds_of_signing(
    client: Client, worker: Worker, smtp: MailServer
) -> None:
    sign(client, "warm@example.net")
    smtp.wait_for(1)
    started = time.monotonic()
    sign(client, "ayesha@example.net")
    message = smtp.wait_for(1, to="ayesha@example.net", seconds=2)[0]
    assert time.monotonic() - started < 2
    assert message.recipients == ["ayesha@example.net"]


def test_the_worker_counts_a_confirmation_by_itself(client: Client, worker: Worker, smtp: MailServer) -> None:
    sign(client, "ayesha@example.net")
    link = next(word for word in smtp.wait_for(1)[0].body().split() if "/signatures/" in word)
    client.post(link.removeprefix("http://testserver"), {"verb": "confirm"})
    wait_until(lambda: CountryTotal.objects.filter(count=1).exists(), seconds=5, what="the tally")


def test_the_embedded_worker_does_the_same_on_files(
    client: Client, embedded_worker: Worker, smtp: MailServer
) -> None:
    sign(client, "ayesha@example.net")
    assert smtp.wait_for(1)[0].message["Message-ID"]


def test_a_worker_killed_between_claim_and_send_loses_nothing(
    client: Client, redis_queue: str, smtp: MailServer, silent_server: str, new_worker: Callable[..., Worker]
) -> None:
    stuck = Worker(EMAIL_URL=silent_server, REDIS_URL=redis_queue).start()
    try:
        sign(client, "ayesha@example.net")
        wait_until(lambda: Signature.objects.filter(mail_attempts=1).exists(), seconds=10, what="the claim")
    finally:
        stuck.kill()
    Signature.objects.filter(mail_attempts=1).update(mail_due_at="2024-01-01T00:00Z")  # the lease ends
    new_worker(REDIS_URL=redis_queue).start()
    smtp.wait_for(1, to="ayesha@example.net")
    wait_until(lambda: Signature.objects.get().mail_due_at is None, seconds=5, what="the stamp")
    assert len(smtp.to("ayesha@example.net")) == 1


def test_a_claimed_mail_is_nobody_elses_until_its_lease_ends(
    client: Client, worker: Worker, smtp: MailServer
) -> None:
    lease = timezone.now() + timedelta(seconds=3)
    make_signature(state="pending", email="claimed@example.net", mail="confirm", mail_due_at=lease)
    sign(client, "bilal@example.net")
    smtp.wait_for(1, to="bilal@example.net")
    assert smtp.to("claimed@example.net") == []
    assert len(smtp.wait_for(1, to="claimed@example.net")) == 1


def test_redis_restarted_empty_between_signing_and_sending_loses_nothing(
    client: Client, redis_server: Redis, redis_queue: str, smtp: MailServer, new_worker: Callable[..., Worker]
) -> None:
    sign(client, "ayesha@example.net")
    redis_server.restart()
    new_worker(REDIS_URL=redis_queue).start()
    smtp.wait_for(1, to="ayesha@example.net")


def test_signing_works_while_redis_is_down(
    client: Client, redis_server: Redis, redis_queue: str, smtp: MailServer, new_worker: Callable[..., Worker]
) -> None:
    redis_server.stop()
    sign(client, "ayesha@example.net")
    redis_server.start()
    new_worker(REDIS_URL=redis_queue).start()
    smtp.wait_for(1, to="ayesha@example.net")


@pytest.mark.parametrize("reply", ["451 greylisted, come back", "data 451 try later"])
def test_a_mail_deferred_with_451_is_sent_again_later(client: Client, smtp: MailServer, reply: str) -> None:
    sign(client, "ayesha@example.net")
    smtp.script("ayesha@example.net", [reply])
    send_owed_mail()
    row: Any = Signature.objects.get()
    assert smtp.messages == []
    assert row.mail_due_at > row.consented_at
    Signature.objects.update(mail_due_at=row.consented_at)
    send_owed_mail()
    assert len(smtp.to("ayesha@example.net")) == 1
    assert Signature.objects.get().mail_due_at is None


def test_a_mail_refused_with_550_is_not_tried_again(
    client: Client, smtp: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    sign(client, "ayesha@example.net")
    smtp.script("ayesha@example.net", ["550 no such user ayesha@example.net"])
    send_owed_mail()
    send_owed_mail()
    assert smtp.messages == []
    assert Signature.objects.get().mail_due_at is None
    assert "550" in caplog.text
    assert "ayesha" not in caplog.text


def test_a_refused_mail_does_not_hold_up_the_others(client: Client, smtp: MailServer) -> None:
    smtp.script("ayesha@example.net", ["550 no"])
    for name in ("ayesha", "bilal", "chandra"):
        sign(client, f"{name}@example.net")
    send_owed_mail()
    assert {message.recipients[0] for message in smtp.messages} == {
        "bilal@example.net",
        "chandra@example.net",
    }


def test_a_mail_whose_fate_is_unclear_is_sent_again_under_the_same_message_id(
    client: Client, smtp: MailServer
) -> None:
    sign(client, "ayesha@example.net")
    smtp.script("ayesha@example.net", ["drop"])
    send_owed_mail()
    Signature.objects.update(mail_due_at="2024-01-01T00:00Z")
    send_owed_mail()
    assert smtp.dropped[0].message["Message-ID"] == smtp.messages[0].message["Message-ID"]
