"""Mail to signatories: rows say what is owed, a batch is claimed, sent over one connection, and stamped.

A claim moves `mail_due_at` to the end of its lease; a worker that dies leaves the row due again then. What was sent
and not stamped goes out a second time under the same Message-ID.
"""

import logging
import random
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from campaign.mail import mail_connection
from campaign.redaction import redact
from campaign.sealing import CannotOpen
from signatures.breakdowns import stamp_mailed
from signatures.mails import Owed, write_for_requests, write_for_signatures
from signatures.models import LinkRequest, Mail, Signature, State
from signatures.public import Literal
from signatures.quotas import charge, refund

logger = logging.getLogger(__name__)
BATCH = 100
ATTEMPTS = 12
# How long a mail server that cannot be reached is left alone, in seconds.
REST = 20


@dataclass
class Outcome:
    """What became of a claimed batch, by primary key: settled (those of them that were sent are in `sent` too, and
    in `asked` if that asked to confirm), over its address's quota, deferred by the server, or never tried."""

    settled: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    over_quota: list[int] = field(default_factory=list)
    deferred: list[int] = field(default_factory=list)
    untried: list[int] = field(default_factory=list)
    broken: bool = False


def send_owed_mail() -> int:
    """Sends all mail that is owed to signatories; returns how many rows it settled."""
    settled = 0
    with mail_connection() as connection:
        while outcome := _send_next_batch(connection):
            settled += len(outcome.settled)
            if outcome.broken:
                break
    return settled


def _send_next_batch(connection: BaseEmailBackend) -> Outcome | None:
    """What one person waits for goes before what many are asked, after each batch of that anew."""
    return (
        _send_signature_batch(connection, Signature.objects.exclude(mail=Literal(Mail.STAND)))
        or _send_request_batch(connection)
        or _send_signature_batch(connection, Signature.objects.filter(mail=Literal(Mail.STAND)))
    )


def _send_signature_batch(connection: BaseEmailBackend, rows: QuerySet[Signature]) -> Outcome | None:
    with _claimed(rows) as (batch, lease):
        if not batch:
            return None
        outcome = _send(*_written(write_for_signatures, batch), connection)
        # A row whose claim was overwritten is owed something newer, and stays owed.
        mine = Signature.objects.filter(mail_due_at=lease)
        stamp_mailed(mine, outcome.sent, outcome.asked)
        _put_to_tomorrow([row for row in batch if row.pk in outcome.over_quota], lease)
        mine.filter(pk__in=outcome.settled).update(mail=Mail.NONE, mail_due_at=None, mail_attempts=0)
        _put_off(Signature, batch, outcome, lease)
        return outcome


def _send_request_batch(connection: BaseEmailBackend) -> Outcome | None:
    with _claimed(LinkRequest.objects.all()) as (batch, lease):
        if not batch:
            return None
        outcome = _send(*_written(write_for_requests, batch), connection)
        LinkRequest.objects.filter(pk__in=[*outcome.settled, *outcome.over_quota]).delete()
        _put_off(LinkRequest, batch, outcome, lease)
        return outcome


@contextmanager
def _claimed(rows: QuerySet[Any]) -> Iterator[tuple[list[Any], datetime]]:
    """The next of these rows that are due, and until when they are ours alone."""
    now = timezone.now()
    lease = now + timedelta(seconds=settings.MAIL_LEASE)
    with transaction.atomic():
        due = rows.filter(mail_due_at__lte=now).order_by("mail_due_at")
        batch = list(due.select_for_update(skip_locked=True)[:BATCH])
        mine = rows.model.objects.filter(pk__in=[row.pk for row in batch])
        mine.update(mail_due_at=lease, mail_attempts=F("mail_attempts") + 1)
    yield batch, lease


def _written(write: Callable[[list[Any]], list[Owed]], batch: list[Any]) -> tuple[list[Owed], list[int]]:
    """The mails of a batch, and the primary keys of rows that no key opens, which hold up nobody else's."""
    try:
        return write(batch), []
    except CannotOpen:
        logger.error("a mail cannot be written: no key in SEAL_KEYS opens its row")
    owed: list[Owed] = []
    for row in batch:
        with suppress(CannotOpen):
            owed += write([row])
    written = {one.row.pk for one in owed}
    return owed, [row.pk for row in batch if row.pk not in written]


def _send(batch: list[Owed], unwritten: list[int], connection: BaseEmailBackend) -> Outcome:
    outcome = Outcome(deferred=list(unwritten))
    # Half the lease is kept back, so that no other worker begins on what this one still holds.
    until = timezone.now() + timedelta(seconds=settings.MAIL_LEASE / 2)
    for owed, may in zip(batch, _allowed(batch), strict=True):
        if not may:
            (outcome.over_quota if owed.mails else outcome.settled).append(owed.row.pk)
            continue
        outcome.broken = outcome.broken or timezone.now() > until or not _opens(connection)
        if outcome.broken:
            outcome.untried.append(owed.row.pk)
        else:
            _send_one(owed, connection, outcome)
    # Charged again as they are tried again: a server that puts a mail off for hours must not use its quota up.
    unsent = {*outcome.untried, *outcome.deferred}
    refund([owed.address for owed in batch if owed.row.pk in unsent and owed.is_counted])
    return outcome


def _allowed(batch: list[Owed]) -> list[bool]:
    """Whether each has mails to send that its address's quota lets through."""
    counted = [owed for owed in batch if owed.is_counted]
    may = dict(zip(map(id, counted), charge([owed.address for owed in counted]), strict=True))
    return [bool(owed.mails) and may.get(id(owed), True) for owed in batch]


def _opens(connection: BaseEmailBackend) -> bool:
    """Opens the connection if it is not; a server that will not let us in has said nothing of any mail."""
    try:
        connection.open()
    except OSError as error:  # an SMTPException is one
        logger.warning("the mail server cannot be reached: %s", type(error).__name__)
        return False
    return True


def _send_one(owed: Owed, connection: BaseEmailBackend, outcome: Outcome) -> None:
    try:
        connection.send_messages(owed.mails)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        logger.warning("mail for %s refused: %s", owed.row, redact(str(error)))
        is_final = _code_of(error) >= 500
        (outcome.settled if is_final else outcome.deferred).append(owed.row.pk)
    except OSError as error:  # disconnected, out of time, or the sender refused: not this mail's own fault
        logger.warning("mail for %s not sent: %s", owed.row, redact(f"{type(error).__name__} {error}"))
        outcome.deferred.append(owed.row.pk)
        outcome.broken = True
    except Exception as error:  # whatever is wrong with one mail, the others go out, and are not sent twice
        logger.error("mail for %s cannot be sent: %s", owed.row, type(error).__name__)
        outcome.deferred.append(owed.row.pk)
    else:
        outcome.settled.append(owed.row.pk)
        outcome.sent.append(owed.row.pk)
        if owed.asks:
            outcome.asked.append(owed.row.pk)


def _code_of(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _words in error.recipients.values()), default=450)
    return int(error.smtp_code)


def _put_to_tomorrow(rows: list[Signature], lease: datetime) -> None:
    """Owes one mail for an address and letter again in a day, when the quota is a new one, and drops the others: who
    uses up somebody's quota delays their mail, and neither ends it nor makes a heap of it."""
    for row in rows:
        siblings = Signature.objects.filter(address_digest=row.address_digest, state=State.PENDING)
        waits = siblings.filter(mail_due_at__gt=lease).exists()
        mine = Signature.objects.filter(pk=row.pk, mail_due_at=lease)
        if waits:
            mine.update(mail=Mail.NONE, mail_due_at=None)
        else:
            mine.update(mail_due_at=timezone.now() + timedelta(days=1), mail_attempts=0)


def _put_off(model: type[Any], batch: list[Any], outcome: Outcome, lease: datetime) -> None:
    """What was deferred is owed again after a pause that doubles, with jitter, and after the last attempt no more.
    What was not tried is owed again soon, for as long as it takes: an outage is no attempt."""
    deferred = set(outcome.deferred)
    for row in batch:
        if row.pk in deferred:
            pause = min(2**row.mail_attempts * 5, 3600) * random.uniform(0.8, 1.2)
            again = timezone.now() + timedelta(seconds=pause) if row.mail_attempts < ATTEMPTS else None
            _owe_again(model, row.pk, lease, again)
    soon = timezone.now() + timedelta(seconds=REST * random.uniform(0.8, 1.2))
    untried = model.objects.filter(pk__in=outcome.untried, mail_due_at=lease)
    untried.update(mail_due_at=soon, mail_attempts=F("mail_attempts") - 1)


def _owe_again(model: type[Any], pk: int, lease: datetime, again: datetime | None) -> None:
    mine = model.objects.filter(pk=pk, mail_due_at=lease)
    if again is None and model is LinkRequest:
        mine.delete()
    else:
        mine.update(mail_due_at=again)
