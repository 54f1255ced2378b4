"""Mail that coalitions owe goes out once, whatever happens to the worker or the server."""

import socket
import threading
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from letters import mailing
from letters.mailing import Post, drop_mail, owe_mail, resend, send_owed_mail, settle_abandoned
from letters.models import Coalition, OwedMail
from tests import factories
from tests.parts.smtp import DROP, MailServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def coalition(db: None) -> Coalition:
    return factories.make_coalition(email="letters@opennet.example.org")


def post(number: int = 1, **fields: Any) -> Post:
    context = {
        "name": f"Amal {number}",
        "coalition": "Open Net",
        "letter_title": "Keep it on",
        "url": "https://x/",
    }
    values = {
        "mark": f"test:{number}",
        "to": f"member{number}@example.org",
        "language": "en",
        "context": context,
    }
    return Post(name="find_signature", **{**values, **fields})


def owe(coalition: Coalition, *numbers: int) -> None:
    owe_mail([post(number) for number in numbers or (1,)], coalition=coalition)


def states() -> list[str]:
    return list(OwedMail.objects.order_by("pk").values_list("state", flat=True))


def make_due() -> None:
    """As if every wait and lease were over."""
    OwedMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def only() -> OwedMail:
    return OwedMail.objects.get()


def test_each_goes_once_over_one_connection(coalition: Coalition, smtp: MailServer) -> None:
    owe(coalition, 1, 2, 3)
    assert send_owed_mail() == 3
    make_due()
    assert send_owed_mail() == 0
    assert states() == ["sent"] * 3
    assert [message.recipients for message in smtp.messages] == [
        [f"member{n}@example.org"] for n in (1, 2, 3)
    ]
    assert len({message.connection for message in smtp.messages}) == 1
    assert smtp.messages[0].message["Reply-To"] == coalition.email
    assert "Amal 1" in smtp.messages[0].body()


def test_a_mark_is_owed_once(coalition: Coalition, smtp: MailServer) -> None:
    owe(coalition)
    owe(coalition)
    owe_mail([post(1, to="other@example.org")], coalition=coalition)
    send_owed_mail()
    owe(coalition)
    send_owed_mail()
    assert [message.recipients for message in smtp.messages] == [["member1@example.org"]]


def test_the_address_and_the_words_rest_sealed(coalition: Coalition) -> None:
    owe(coalition)
    row = OwedMail.objects.values().get()
    assert not [value for value in row.values() if "member1" in str(value) or "Amal" in str(value)]


def test_what_is_not_due_waits(coalition: Coalition, smtp: MailServer) -> None:
    owe_mail([post(due_at=timezone.now() + timedelta(hours=1))], coalition=coalition)
    assert send_owed_mail() == 0
    make_due()
    assert send_owed_mail() == 1


@pytest.mark.parametrize("when", ["451 later", "data 451 later"])
def test_one_put_off_goes_later(coalition: Coalition, smtp: MailServer, when: str) -> None:
    smtp.script("member1@example.org", [when])
    owe(coalition, 1, 2)
    assert send_owed_mail() == 1
    assert states() == ["queued", "sent"]
    waiting = OwedMail.objects.order_by("pk")[0]
    assert (waiting.words, waiting.attempts) == ("451 later", 1)
    assert timedelta(seconds=20) < waiting.due_at - timezone.now() < timedelta(seconds=80)
    make_due()
    send_owed_mail()
    assert len(smtp.to("member1@example.org")) == 1


@pytest.mark.parametrize("when", ["550 <member1@example.org> is nobody here", "data 554 not wanted"])
def test_one_refused_stays_refused_until_a_person_says_again(
    coalition: Coalition, smtp: MailServer, when: str
) -> None:
    smtp.script("member1@example.org", [when])
    owe(coalition)
    send_owed_mail()
    make_due()
    send_owed_mail()
    assert (states(), smtp.messages) == (["refused"], [])
    assert only().words.startswith("55")
    assert "member1" not in only().words
    assert resend(only())
    assert not resend(only())
    send_owed_mail()
    assert states() == ["sent"]
    assert not resend(only())


def test_given_up_after_twelve_attempts(coalition: Coalition, smtp: MailServer) -> None:
    owe(coalition)
    OwedMail.objects.update(attempts=mailing.MOST_ATTEMPTS - 1)
    smtp.script("member1@example.org", ["451 still not"])
    send_owed_mail()
    assert states() == ["refused"]
    assert only().words == "given up after 12 attempts; the last: 451 still not"


def test_a_connection_that_breaks_after_the_content_leaves_it_unknown(
    coalition: Coalition, smtp: MailServer
) -> None:
    smtp.script("member1@example.org", [DROP])
    owe(coalition, 1, 2)
    send_owed_mail()
    make_due()
    send_owed_mail()
    assert states() == ["unknown", "sent"]
    assert smtp.to("member1@example.org") == []
    assert resend(OwedMail.objects.get(mark="test:1"))
    send_owed_mail()
    (lost,), (arrived,) = smtp.dropped, smtp.to("member1@example.org")
    assert lost.message["Message-ID"] == arrived.message["Message-ID"]


class Killed(BaseException):
    """A worker's end in the middle of its work, which no handler catches."""


def test_killed_between_the_claim_and_the_stamp_it_is_unknown_and_a_persons_to_send(
    coalition: Coalition, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: Any) -> None:
        raise Killed

    owe(coalition, 1, 2)
    with monkeypatch.context() as patched:
        patched.setattr(mailing, "send_message", die)
        with pytest.raises(Killed):
            send_owed_mail()
    assert states() == ["claimed", "queued"]
    assert settle_abandoned() == 0
    make_due()
    send_owed_mail()
    assert states() == ["unknown", "sent"]
    assert smtp.to("member1@example.org") == []
    resend(OwedMail.objects.get(mark="test:1"))
    send_owed_mail()
    assert len(smtp.to("member1@example.org")) == 1


def test_a_server_that_cannot_be_reached_costs_the_others_no_attempt(
    coalition: Coalition, smtp: MailServer, settings: Any
) -> None:
    owe(coalition, 1, 2)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = closed.getsockname()[1]
        assert send_owed_mail() == 0
    assert states() == ["queued"] * 2
    assert [mail.attempts for mail in OwedMail.objects.order_by("pk")] == [0, 0]
    assert "could not connect" in OwedMail.objects.order_by("pk")[0].words
    settings.EMAIL_PORT = smtp.port
    make_due()
    assert send_owed_mail() == 2


def test_one_that_cannot_be_written_holds_up_no_other(coalition: Coalition, smtp: MailServer) -> None:
    owe_mail([post(1, to="two\nlines@example.org"), post(2)], coalition=coalition)
    send_owed_mail()
    assert states() == ["refused", "sent"]
    assert only_words("test:1").startswith("could not be written")


def only_words(mark: str) -> str:
    return OwedMail.objects.get(mark=mark).words


def test_what_is_dropped_before_it_began_never_goes(coalition: Coalition, smtp: MailServer) -> None:
    owe(coalition, 1, 2)
    assert drop_mail(marks=["test:1", "test:none"]) == 1
    send_owed_mail()
    assert drop_mail(marks=["test:2"]) == 0
    assert [message.recipients for message in smtp.messages] == [["member2@example.org"]]


def test_what_is_dropped_under_a_worker_that_reserved_it_does_not_go(
    coalition: Coalition, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(coalition)
    reserve = mailing._reserve

    def reserve_then_drop() -> list[OwedMail]:
        batch = reserve()
        drop_mail(marks=["test:1"])
        return batch

    monkeypatch.setattr(mailing, "_reserve", reserve_then_drop)
    assert send_owed_mail() == 0
    assert smtp.messages == []


def test_two_workers_at_once_send_each_mail_once(coalition: Coalition, smtp: MailServer) -> None:
    owe(coalition, *range(1, 31))
    gate = threading.Barrier(3)

    def work() -> None:
        with closing(connection):
            gate.wait()
            send_owed_mail()

    workers = [threading.Thread(target=work) for _worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert states() == ["sent"] * 30
    assert sorted(m.recipients[0] for m in smtp.messages) == sorted(
        f"member{n}@example.org" for n in range(1, 31)
    )


def test_nothing_is_owed_by_a_transaction_that_fails(coalition: Coalition, smtp: MailServer) -> None:
    with transaction.atomic():
        owe(coalition)
        transaction.set_rollback(True)
    assert send_owed_mail() == 0
    assert smtp.messages == []
