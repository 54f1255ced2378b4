"""Confirmations: from rows that owe a mail to a server that took it, against the same messages by bare smtplib."""

import multiprocessing
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from bench.ground import SMALL, Ground, url_of
from bench.rounds import Pace, Samples
from bench.signing import a_signature
from bench.table import Figure, Row
from letters.models import Letter
from signatures.mails import write_for_signatures
from signatures.models import Signature, State
from tests.parts.process import free_port, wait_until
from tests.parts.site import Worker

FLOOR = 0.5
ROUNDS = 3
PATIENCE = 120
_fork = multiprocessing.get_context("fork")


class Sink:
    """An SMTP server in a process of its own that takes every message and keeps nothing but count and time."""

    def __init__(self) -> None:
        self.port = free_port()
        self.count: Any = _fork.Value("q", 0)
        self.first: Any = _fork.Value("d", 0.0)
        self.last: Any = _fork.Value("d", 0.0)
        self.ready: Any = _fork.Event()
        self.process: Any = _fork.Process(target=self._serve, daemon=True)

    def start(self) -> None:
        self.process.start()
        self.ready.wait(10)

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()

    def clear(self) -> None:
        self.count.value, self.first.value = 0, 0.0

    def rate(self) -> float:
        """Messages a second from the first to the last."""
        return (self.count.value - 1) / max(self.last.value - self.first.value, 1e-9)

    def _serve(self) -> None:
        Controller(self, hostname="127.0.0.1", port=self.port).start()
        self.ready.set()
        while True:
            time.sleep(60)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.last.value = time.monotonic()
        self.first.value = self.first.value or self.last.value
        self.count.value += 1
        return "250 OK"


def measure(ground: Ground, pace: Pace) -> list[Row]:
    letter = Letter.objects.get(pk=ground.letters.main)
    Signature.objects.filter(state=State.PENDING).delete()
    samples = Samples()
    with running(ground) as sink:
        for number in range(min(pace.rounds, ROUNDS)):
            owed = [a_signature(letter, f"owed.{number}.{row}@example.org") for row in range(pace.mails)]
            samples.add("bare", push(sink, owed))
            samples.add("worker", work_off(sink, owed))
    measured = Figure("", samples.median("worker"), "/s")
    limit = Figure("bare smtplib", samples.median("bare"), "/s")
    return [Row("confirmations sent", measured, limit, samples.ratio("worker", "bare"), FLOOR)]


@contextmanager
def running(ground: Ground) -> Iterator[Sink]:
    """The sink, and a Celery worker of two processes with its beat."""
    sink = Sink()
    sink.start()
    smtp = f"smtp://127.0.0.1:{sink.port}"
    worker = Worker(DATABASE_URL=url_of(SMALL), REDIS_URL=ground.redis.url, EMAIL_URL=smtp)
    try:
        worker.start()
        yield sink
    finally:
        worker.stop()
        sink.stop()


def push(sink: Sink, owed: list[Signature]) -> float:
    """The mails of these rows, written beforehand, over one connection."""
    mails = [write_one(row) for row in owed[:200]]
    messages = [(mail.from_email, mail.to, mail.message().as_bytes(linesep="\r\n")) for mail in mails]
    sink.clear()
    with smtplib.SMTP("127.0.0.1", sink.port) as connected:
        for number in range(len(owed)):
            connected.sendmail(*messages[number % len(messages)])
    return sink.rate()


def write_one(row: Signature) -> EmailMultiAlternatives:
    row.pk = 1  # so that there is a link; it is never saved as that
    mail = write_for_signatures([row])[0].mails[0]
    row.pk = None
    return mail


def work_off(sink: Sink, owed: list[Signature]) -> float:
    sink.clear()
    with transaction.atomic():
        Signature.objects.bulk_create(owed, batch_size=1000)
    wait_until(lambda: sink.count.value >= len(owed), seconds=PATIENCE, what=f"{len(owed)} mails")
    return sink.rate()
