import socket
from collections.abc import Callable
from datetime import timedelta
from threading import Timer
from typing import Any

import pytest
from django.utils import timezone

from campaign import transport
from deliveries import sending
from deliveries.models import Delivery
from deliveries.sending import claim, next_attempt, reserve_next, send_owed, settle_abandoned, stamp
from deliveries.services import make_occasion, resolve_unknown
from letters.models import Letter
from signatures import documents
from tests.deliveries.helpers import Stall, at_once, last_words, make_due, states
from tests.factories import make_letter, make_user
from tests.parts.process import wait_until
from tests.parts.redis import Redis
from tests.parts.site import Worker
from tests.parts.smtp import DROP, MailServer


@pytest.fixture
def handed(letter: Letter) -> Letter:
    """A letter whose three deliveries are queued."""
    make_occasion(letter)
    return letter


def send() -> None:
    for _delivery in send_owed():
        pass


def first() -> Delivery:
    return Delivery.objects.order_by("pk")[0]


def said(delivery: Delivery) -> list[tuple[str, str]]:
    return [(event.state, event.detail) for event in delivery.events.all()]


def test_all_go_over_one_connection_and_are_stamped(handed: Letter, smtp: MailServer) -> None:
    send()
    assert states() == ["accepted"] * 3
    assert len({message.connection for message in smtp.messages}) == 1
    assert [message.recipients for message in smtp.messages] == [
        [d.email] for d in Delivery.objects.order_by("pk")
    ]
    assert [state for state, _detail in said(first())] == ["queued", "claimed", "accepted"]
    assert last_words(first()) == "250 OK"


def test_sending_again_sends_nothing(handed: Letter, smtp: MailServer) -> None:
    send()
    make_due()
    send()
    assert len(smtp.messages) == 3


@pytest.mark.parametrize("when", ["451 come back later", "data 451 come back later"])
def test_451_waits_and_is_accepted_later(handed: Letter, smtp: MailServer, when: str) -> None:
    smtp.script(first().email, [when])
    send()
    assert states() == ["queued", "accepted", "accepted"]
    wait = first().due_at - timezone.now()
    assert timedelta(seconds=40) < wait < timedelta(seconds=75)
    assert said(first())[-1] == ("queued", "451 come back later")
    send()
    assert smtp.to(first().email) == []
    make_due()
    send()
    assert states() == ["accepted"] * 3
    assert len(smtp.to(first().email)) == 1
    assert first().attempts == 2


@pytest.mark.parametrize("when", ["550 no such user", "data 554 not wanted"])
def test_550_is_refused_with_the_servers_words(handed: Letter, smtp: MailServer, when: str) -> None:
    smtp.script(first().email, [when])
    send()
    make_due()
    send()
    assert states() == ["refused", "accepted", "accepted"]
    assert said(first())[-1] == ("refused", when.removeprefix("data "))
    assert smtp.to(first().email) == []


def test_a_servers_words_are_redacted(handed: Letter, smtp: MailServer) -> None:
    smtp.script(first().email, [f"550 <{first().email}> unknown at [192.0.2.7]"])
    send()
    assert said(first())[-1] == ("refused", "550 <<address>> unknown at [<network>]")


def test_a_connection_that_breaks_after_the_content_leaves_it_unknown(
    handed: Letter, smtp: MailServer
) -> None:
    smtp.script(first().email, [DROP])
    send()
    make_due()
    send()
    assert states() == ["unknown", "accepted", "accepted"]
    assert len(smtp.dropped) == 1
    assert smtp.to(first().email) == []
    assert last_words(first()).startswith("SMTPServerDisconnected")


def test_a_server_that_never_answers_the_content_leaves_it_unknown(
    handed: Letter, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "ANSWER_SECONDS", 0.3)
    stall = Stall(smtp, first().email)
    try:
        send()
    finally:
        stall.release()
    assert states() == ["unknown", "accepted", "accepted"]


def test_a_server_that_looks_through_the_content_for_long_is_waited_for(
    handed: Letter, smtp: MailServer, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    stall = Stall(smtp, first().email)
    Timer(1, stall.release).start()
    send()
    assert states() == ["accepted"] * 3


def test_an_unknown_one_is_sent_again_by_decision_under_the_same_name(
    handed: Letter, smtp: MailServer
) -> None:
    smtp.script(first().email, [DROP])
    send()
    resolve_unknown(first(), actor=make_user(), resend=True)
    send()
    assert states() == ["accepted"] * 3
    (lost,), (arrived,) = smtp.dropped, smtp.to(first().email)
    assert lost.message["Message-ID"] == arrived.message["Message-ID"] == first().message_id


def test_a_server_that_is_down_puts_off_one_and_leaves_the_others(
    handed: Letter, smtp: MailServer, settings: Any
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = closed.getsockname()[1]
        send()
    assert states() == ["queued"] * 3
    assert [delivery.attempts for delivery in Delivery.objects.order_by("pk")] == [1, 0, 0]
    assert said(first())[-1][1].startswith("could not connect: ConnectionRefusedError")
    settings.EMAIL_PORT = smtp.port
    make_due()
    send()
    assert states() == ["accepted"] * 3


def test_after_twelve_attempts_it_is_given_up(handed: Letter, smtp: MailServer) -> None:
    Delivery.objects.filter(pk=first().pk).update(attempts=11)
    smtp.script(first().email, ["451 still not"])
    send()
    assert said(first())[-1] == ("refused", "given up after 12 attempts; the last: 451 still not")


def test_the_wait_doubles_to_eight_hours() -> None:
    for attempts, minutes in ((1, 1), (2, 2), (5, 16), (11, 480)):
        wait = (next_attempt(attempts) - timezone.now()) / timedelta(minutes=minutes)
        assert 0.79 < wait < 1.21


def test_nothing_goes_without_its_document(
    handed: Letter, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = documents.build_document

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no font")

    monkeypatch.setattr(documents, "build_document", fail)
    send()
    make_due()
    send()
    assert (states(), smtp.messages) == (["queued"] * 3, [])
    assert said(first()) == [("queued", ""), ("queued", "document failed: RuntimeError: no font")]
    assert first().due_at > timezone.now() + timedelta(minutes=3)
    monkeypatch.setattr(documents, "build_document", built)
    make_due()
    send()
    assert states() == ["accepted"] * 3


def test_a_claimed_row_whose_worker_is_gone_becomes_unknown_and_is_not_sent(
    handed: Letter, smtp: MailServer
) -> None:
    reserved = reserve_next()
    assert reserved is not None
    assert claim(reserved)
    assert settle_abandoned() == 0
    make_due()
    send()
    assert states() == ["unknown", "accepted", "accepted"]
    assert smtp.to(reserved.email) == []


def test_an_answer_that_comes_after_the_lease_is_still_written_down(handed: Letter, smtp: MailServer) -> None:
    reserved = reserve_next()
    assert reserved is not None
    assert claim(reserved)
    Delivery.objects.filter(pk=reserved.pk).update(state="unknown")
    stamp(reserved, "accepted", "250 OK")
    assert first().state == "accepted"


def test_who_lost_the_reservation_claims_nothing(handed: Letter) -> None:
    slow = reserve_next()
    assert slow is not None
    make_due()
    assert any(reserve_next() == slow for _ in range(3))
    assert not claim(slow)


def test_reserved_rows_of_a_dead_worker_are_sent_once_their_lease_is_over(
    handed: Letter, smtp: MailServer
) -> None:
    assert reserve_next()
    send()
    assert states() == ["queued", "accepted", "accepted"]
    make_due()
    send()
    assert states() == ["accepted"] * 3
    assert len(smtp.messages) == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_once(smtp: MailServer) -> None:
    letter = make_letter(addressees=4, copies=8)
    make_occasion(letter)
    at_once(send, times=3)
    assert states() == ["accepted"] * 12
    assert sorted(message.recipients[0] for message in smtp.messages) == sorted(
        Delivery.objects.values_list("email", flat=True)
    )


def test_other_backends_serve_too(handed: Letter, mailoutbox: list) -> None:
    send()
    assert states() == ["accepted"] * 3
    assert len(mailoutbox) == 3


def test_a_backend_that_fails_leaves_it_unknown(
    handed: Letter, monkeypatch: pytest.MonkeyPatch, mailoutbox: list
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("provider gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    send()
    assert states() == ["unknown"] * 3


@pytest.mark.django_db(transaction=True)
def test_a_worker_hands_over_by_itself(worker: Worker, smtp: MailServer) -> None:
    make_occasion(make_letter())
    smtp.wait_for(3, seconds=30)
    wait_until(lambda: states() == ["accepted"] * 3, seconds=5, what="the stamps")


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_the_server_has_the_mail_neither_doubles_nor_loses_it(
    new_worker: Callable[..., Worker], redis_queue: str, smtp: MailServer
) -> None:
    letter = make_letter(addressees=1, copies=1)
    stall = Stall(smtp, letter.addressees.all()[0].email)
    worker = new_worker(REDIS_URL=redis_queue, DELIVERY_LEASE="3").start()
    make_occasion(letter)
    assert stall.taken.wait(30)
    wait_until(
        lambda: states() == ["claimed", "accepted"], seconds=15, what="another process to send the other"
    )
    worker.kill()
    stall.release()
    worker.start()
    wait_until(
        lambda: states() == ["unknown", "accepted"], seconds=30, what="a worker that is alive to settle it"
    )
    assert [state for state, _detail in said(first())] == ["queued", "claimed", "unknown"]
    assert len(smtp.messages) <= 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_before_the_server_has_greeted_loses_nothing(
    new_worker: Callable[..., Worker], redis_queue: str, smtp: MailServer
) -> None:
    worker = new_worker(REDIS_URL=redis_queue, DELIVERY_LEASE="3")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        worker.env["EMAIL_URL"] = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        worker.start()
        make_occasion(make_letter(addressees=1, copies=0))
        silent.settimeout(30)
        with silent.accept()[0]:
            worker.kill()
    assert states() == ["queued"]
    worker.env["EMAIL_URL"] = smtp.url
    worker.start()
    wait_until(lambda: states() == ["accepted"], seconds=30, what="a worker that is alive to send it")
    assert len(smtp.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_redis_that_is_down_does_not_keep_a_letter_from_being_handed_over(
    redis_queue: str, redis_server: Redis
) -> None:
    redis_server.stop()
    assert make_occasion(make_letter())
    assert states() == ["queued"] * 3


def test_the_batch_ends_in_time(handed: Letter, smtp: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BATCH_SECONDS", 0)
    send()
    assert states() == ["queued"] * 3
