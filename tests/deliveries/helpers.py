import asyncio
import threading
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from deliveries.models import Delivery
from tests.parts.smtp import MailServer


def at_once(act: Callable[[], object], *, times: int) -> list[object]:
    """What `act` gives in as many threads, let go together, each with a connection of its own."""
    barrier, given = threading.Barrier(times), []

    def run() -> None:
        barrier.wait()
        try:
            given.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(given) == times
    return given


def make_due() -> None:
    """As if the waits of all that is unfinished were over: retries, reservations and leases alike."""
    Delivery.objects.unfinished().update(due_at=timezone.now())


def states() -> list[str]:
    """Of all deliveries, in the order they were made."""
    return [delivery.state for delivery in Delivery.objects.order_by("pk")]


class Stall:
    """Makes the SMTP server silent once it has the message to an address, until `release`; `taken` says it is there."""

    def __init__(self, server: MailServer, address: str) -> None:
        self._address = address
        self.taken, self._released = threading.Event(), threading.Event()
        self._answer = server.handle_DATA
        server.handle_DATA = self._handle  # type: ignore[method-assign]
        self._server = server

    def release(self) -> None:
        self._released.set()
        self._server.handle_DATA = self._answer  # type: ignore[method-assign]

    async def _handle(self, server, session, envelope) -> str:  # type: ignore[no-untyped-def]
        stalls = envelope.rcpt_tos == [self._address]
        if stalls:
            self.taken.set()
        while stalls and not self._released.is_set():
            await asyncio.sleep(0.01)
        return await self._answer(server, session, envelope)


def last_words(delivery: Delivery) -> str:
    """The detail of its newest event."""
    event = delivery.events.last()
    assert event is not None
    return event.detail
