"""The clock with real processes: several workers, beats that run twice by mistake, and workers that are killed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaign.celery import app
from campaign.queue import wake
from deliveries.models import Delivery, Occasion
from letters.models import AuditEntry, Letter
from letters.services import schedule_letter
from tests.factories import make_letter, make_signature
from tests.parts.process import wait_until
from tests.parts.redis import Redis
from tests.parts.site import Worker
from tests.parts.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

KEEP_TIME = "deliveries.tasks.keep_time"
PROMISED = timedelta(seconds=5)


def scheduled(seconds: float) -> Letter:
    letter = make_letter(state="circulating")
    make_signature(letter, kind="organisation")
    opens_at = timezone.now() + timedelta(seconds=seconds)
    assert schedule_letter(letter, opens_at=opens_at, delivers_at_opening=True)
    return letter


def opened_once(letter: Letter) -> timedelta:
    """How late it was opened, having made sure that it was once, with everything that belongs to it."""
    letter.refresh_from_db()
    entry = AuditEntry.objects.get(letter=letter, action="letter opened")
    occasion = Occasion.objects.get(letter=letter)
    assert (letter.state, letter.listed_at_opening, occasion.organisations) == ("open", 1, 1)
    assert occasion.deliveries.count() == 3
    assert letter.opened_at
    return entry.at - letter.opened_at


def all_open(letters: list[Letter]) -> bool:
    return not Letter.objects.filter(pk__in=[letter.pk for letter in letters]).exclude(state="open").exists()


def test_two_workers_and_two_beats_open_and_close_in_time_and_once(
    redis_queue: str, new_worker: Callable[..., Worker], smtp: MailServer
) -> None:
    for name in ("first", "second"):
        new_worker(name=name, REDIS_URL=redis_queue).start()
    closes_at = timezone.now() + timedelta(seconds=3)
    closing = make_letter(closes_at=closes_at)
    letters = [scheduled(3), scheduled(3), scheduled(4)]
    wait_until(lambda: all_open(letters), seconds=20, what="the openings")
    assert all(opened_once(letter) < PROMISED for letter in letters)
    wait_until(lambda: Letter.objects.get(pk=closing.pk).state == "closed", seconds=5, what="the closing")
    closed = AuditEntry.objects.get(letter=closing, action="letter closed")
    assert closed.at - closes_at < PROMISED
    wait_until(lambda: not Delivery.objects.unfinished().exists(), seconds=60, what="the mails")
    recipients = [message.recipients[0] for message in smtp.messages]
    assert sorted(recipients) == sorted(Delivery.objects.values_list("email", flat=True))
    assert Delivery.objects.count() == 9


@contextmanager
def standstill() -> Iterator[None]:
    """Nobody else writes what the launch writes last (PostgreSQL), or anything (SQLite)."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE letters_auditentry IN EXCLUSIVE MODE")
        yield


def is_launching() -> bool:
    """Whether a worker is in the midst of the launch, its letter already locked and written (on SQLite: about to)."""
    if connection.vendor != "postgresql":
        tasks = (app.control.inspect(timeout=0.5).active() or {}).values()
        return any(task["name"] == KEEP_TIME for of_worker in tasks for task in of_worker)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'letters_auditentry'::regclass"
        )
        return cursor.fetchone() is not None


def test_a_worker_killed_in_the_midst_of_a_launch_leaves_it_whole_to_the_next(
    redis_server: Redis,
    redis_queue: str,
    new_worker: Callable[..., Worker],
    smtp: MailServer,
) -> None:
    letter = scheduled(0.2)
    for number in range(2):
        worker = new_worker(name=f"killed{number}", REDIS_URL=redis_queue)
        with standstill():
            redis_server.clear()  # so that the clock is the first that this worker hears of
            wake(KEEP_TIME)
            worker.start()
            wait_until(is_launching, seconds=20, what="the launch")
            worker.kill()
        letter.refresh_from_db()
        assert (letter.state, Occasion.objects.count()) == ("circulating", 0)
    new_worker(name="next", REDIS_URL=redis_queue).start()
    wait_until(lambda: all_open([letter]), seconds=20, what="the opening")
    opened_once(letter)
    wait_until(lambda: not Delivery.objects.unfinished().exists(), seconds=60, what="the mails")
    assert sorted(message.recipients[0] for message in smtp.messages) == sorted(
        Delivery.objects.values_list("email", flat=True)
    )
