"""Sends the deliveries that are owed, each once: reserve, write the mail, claim, send, stamp.

Reserving puts off the row's due time, so that no other worker writes the same mail; a worker that dies there loses
nothing. Claiming comes right before the server is spoken to; a worker that dies from there on leaves a claimed row,
whose lease runs out and whose fate is then a person's to decide. No transaction is open while a server is waited for.
"""

import logging
import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.translation import gettext_noop

from campaign.mail import derive_message_id, mail_connection
from campaign.redaction import redact
from campaign.transport import (
    CannotConnect,
    FateUnknown,
    NotTaken,
    Refused,
    open_connection,
    send_message,
    words_of,
)
from deliveries.ledger import move, write_event
from deliveries.mail import compose_mail, sample_deliveries, write_mail
from deliveries.models import Delivery, State
from letters.models import Letter
from signatures import documents
from signatures.models import Document

logger = logging.getLogger(__name__)

BATCH = 200
BATCH_SECONDS = 300
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=8)
# Twelve attempts that double their distance take about a day.
MOST_ATTEMPTS = 12
DOCUMENT_RETRY = timedelta(minutes=5)
CANDIDATES = 20


def send_owed(letter: Letter | None = None) -> Iterator[Delivery]:
    """Sends what is due, of one letter or of all, and yields each delivery that was tried, as it then stands."""
    settle_abandoned()
    ends = time.monotonic() + BATCH_SECONDS
    with mail_connection() as connection:
        for _ in range(BATCH):
            delivery = reserve_next(letter) if time.monotonic() < ends else None
            if delivery is None:
                return
            reached = hand_over(delivery, connection)
            yield delivery
            if not reached:
                return  # the others would only wait for the same silence


def settle_abandoned() -> int:
    """Claimed rows whose worker is gone become unknown: nobody can tell whether their mail went."""
    over = Delivery.objects.filter(state=State.CLAIMED, due_at__lte=timezone.now())
    words = gettext_noop("the worker that was sending it is gone")
    return sum(
        move(delivery, State.UNKNOWN, words, when={"state": State.CLAIMED, "due_at": delivery.due_at})
        for delivery in list(over)
    )


def reserve_next(letter: Letter | None = None) -> Delivery | None:
    """A queued delivery that no other worker has in hand; its due time is now the end of our lease."""
    owed = Delivery.objects.owed().order_by("due_at", "pk")
    owed = owed.filter(occasion__letter=letter) if letter else owed
    for pk, due_at in list(owed.values_list("pk", "due_at")[:CANDIDATES]):
        if Delivery.objects.filter(pk=pk, state=State.QUEUED, due_at=due_at).update(due_at=lease_end()):
            return Delivery.objects.select_related("occasion__letter", "edition").get(pk=pk)
    return None


def hand_over(delivery: Delivery, connection: BaseEmailBackend) -> bool:
    """Brings one reserved delivery as far as it gets; False when the mail server can't be reached at all."""
    try:
        mail = write_mail(delivery)
        mail.message()
    except Exception as error:  # whatever it is, the row must say so and be tried again
        hold(delivery, error)
        return True
    try:
        open_connection(connection)
    except CannotConnect as error:
        defer(delivery, f"could not connect: {error}", attempts=delivery.attempts + 1)
        return False
    if claim(delivery):
        send_claimed(delivery, mail, connection)
    return True


def claim(delivery: Delivery) -> bool:
    """Takes a reserved delivery for sending; False if our lease on it was over."""
    return move(
        delivery,
        State.CLAIMED,
        when={"state": State.QUEUED, "due_at": delivery.due_at},
        due_at=lease_end(),
        attempts=delivery.attempts + 1,
        message_id=derive_message_id("delivery", delivery.pk),
    )


def send_claimed(delivery: Delivery, mail: EmailMessage, connection: BaseEmailBackend) -> None:
    try:
        words = send_message(connection, mail)
    except NotTaken as error:
        defer(delivery, str(error), attempts=delivery.attempts)
    except Refused as error:
        stamp(delivery, State.REFUSED, str(error))
    except FateUnknown as error:
        stamp(delivery, State.UNKNOWN, str(error))
    else:
        return stamp(delivery, State.ACCEPTED, words)
    # What the server makes of a conversation that went wrong is not worth finding out.
    close_quietly(connection)


def stamp(delivery: Delivery, state: str, words: str) -> None:
    """Writes what became of a claimed delivery, also when its lease was over meanwhile and it counted as unknown."""
    ours = {"state__in": [State.CLAIMED, State.UNKNOWN], "due_at": delivery.due_at}
    if not move(delivery, state, words, when=ours):
        write_event(delivery, state, f"after another decision: {words}")


def defer(delivery: Delivery, words: str, *, attempts: int) -> None:
    """Puts the delivery off, or gives up on it after MOST_ATTEMPTS."""
    if attempts >= MOST_ATTEMPTS:
        state, words, due_at = (
            State.REFUSED,
            f"given up after {attempts} attempts; the last: {words}",
            timezone.now(),
        )
    else:
        state, due_at = State.QUEUED, next_attempt(attempts)
    ours = {"state__in": [State.QUEUED, State.CLAIMED, State.UNKNOWN], "due_at": delivery.due_at}
    move(delivery, state, words, when=ours, due_at=due_at, attempts=attempts)


def hold(delivery: Delivery, error: Exception) -> None:
    """Nothing goes without its document: the delivery waits, and says why once."""
    logger.warning("delivery %s waits: %s", delivery.pk, words_of(error))
    words = f"document failed: {words_of(error)}"
    due_at = timezone.now() + DOCUMENT_RETRY * random.uniform(0.8, 1.2)
    Delivery.objects.filter(pk=delivery.pk, state=State.QUEUED, due_at=delivery.due_at).update(due_at=due_at)
    last = delivery.events.last()
    if last is None or last.detail != redact(words):
        write_event(delivery, State.QUEUED, words)


def next_attempt(attempts: int) -> datetime:
    """When to try again after that many attempts: twice as far each time, a fifth sooner or later by chance."""
    wait = min(FIRST_RETRY * 2 ** (attempts - 1), LONGEST_RETRY)
    return timezone.now() + wait * random.uniform(0.8, 1.2)


def send_trial(letter: Letter, *, to: str, language: str) -> None:
    """Sends the mail as officials would get it in that language, document and all, to somebody of the coalition."""
    sample = sample_deliveries(letter)[language]
    sample.message_id = derive_message_id("trial", letter.pk, timezone.now().isoformat())
    document = documents.build_document(letter, Document.Kind.LETTER, language, purpose="trial")
    with mail_connection() as connection:
        connection.send_messages([compose_mail(sample, document, to=to)])


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.DELIVERY_LEASE)


def close_quietly(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:
        logger.info("closing the mail connection: %s", words_of(error))
