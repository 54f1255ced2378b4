"""Mail of a coalition to one mailbox each: owed in the transaction that is the reason for it, then sent once.

A mail is claimed right before the server is spoken to, and stamped after. One whose worker died in between, or whose
connection broke after the content, is `unknown`: a person decides whether it goes again.
"""

import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from campaign import sealing
from campaign.mail import derive_message_id, mail_connection, render_mail
from campaign.queue import wake
from campaign.redaction import redact
from campaign.transport import CannotConnect, FateUnknown, NotTaken, Refused, open_connection, send_message
from letters.models import Coalition, Job, Letter, OwedMail

logger = logging.getLogger(__name__)

SEND_MAIL = "letters.tasks.send_owed_mail"
BATCH = 100
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=4)
MOST_ATTEMPTS = 12
State = OwedMail.State


@dataclass(frozen=True)
class Post:
    """A mail to be owed: the folder of its templates, what it is about, to whom, and the values it prints (JSON)."""

    name: str
    mark: str
    to: str
    language: str
    context: dict[str, Any]
    due_at: datetime = field(default_factory=timezone.now)


def owe_mail(
    posts: Iterable[Post], *, coalition: Coalition, letter: Letter | None = None, job: Job | None = None
) -> None:
    """Writes what is owed; one whose mark is there already is owed no second time. Wakes the worker after commit."""
    rows = [
        OwedMail(
            coalition=coalition,
            letter=letter,
            job=job,
            name=post.name,
            mark=post.mark,
            language=post.language,
            sealed=sealing.seal({"to": post.to, "reply_to": coalition.email, "context": post.context}),
            due_at=post.due_at,
        )
        for post in posts
    ]
    OwedMail.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(lambda: wake(SEND_MAIL))


def drop_mail(*, marks: Iterable[str]) -> int:
    """Forgets what is owed and not begun: for a link that was revoked, or an answer that came before the reminder."""
    return OwedMail.objects.filter(mark__in=list(marks), state=State.QUEUED).delete()[0]


def resend(mail: OwedMail) -> bool:
    """A person's decision on one that was refused or whose fate is unknown; False if somebody decided before."""
    stuck = OwedMail.objects.filter(pk=mail.pk, state__in=[State.UNKNOWN, State.REFUSED])
    done = stuck.update(
        state=State.QUEUED, state_at=timezone.now(), due_at=timezone.now(), attempts=0, words=""
    )
    transaction.on_commit(lambda: wake(SEND_MAIL))
    return bool(done)


def send_owed_mail() -> int:
    """Sends what is owed, each once, over one connection; how many were taken."""
    settle_abandoned()
    sent = 0
    with mail_connection() as connection:
        while batch := _reserve():
            for mail in batch:
                if not _send_reserved(mail, connection):
                    return sent
                sent += mail.state == State.SENT
    return sent


def settle_abandoned() -> int:
    """Claimed mails whose worker is gone: nobody can tell whether they went."""
    over = OwedMail.objects.filter(state=State.CLAIMED, due_at__lte=timezone.now())
    return over.update(
        state=State.UNKNOWN, state_at=timezone.now(), words="the worker that was sending it is gone"
    )


def _reserve() -> list[OwedMail]:
    """The next mails due, for as long as the lease lasts."""
    lease = timezone.now() + timedelta(seconds=settings.MAIL_LEASE)
    with transaction.atomic():
        batch = list(
            OwedMail.objects.owed().order_by("due_at", "pk").select_for_update(skip_locked=True)[:BATCH]
        )
        OwedMail.objects.filter(pk__in=[mail.pk for mail in batch]).update(due_at=lease)
    for mail in batch:
        mail.due_at = lease
    return batch


def _send_reserved(mail: OwedMail, connection: BaseEmailBackend) -> bool:
    """Brings one reserved mail as far as it gets; False when the mail server cannot be reached at all."""
    try:
        message = _written(mail)
        message.message()
    except Exception as error:  # whatever is wrong with one mail, the others go out
        logger.error("mail %s cannot be written: %s", mail.pk, type(error).__name__)
        _move(mail, State.REFUSED, f"could not be written: {type(error).__name__}", leaving=State.QUEUED)
        return True
    try:
        open_connection(connection)
    except CannotConnect as error:
        _defer(mail, f"could not connect: {error}", leaving=State.QUEUED)
        return False
    lease = timezone.now() + timedelta(seconds=settings.DELIVERY_LEASE)
    if _move(mail, State.CLAIMED, "", leaving=State.QUEUED, due_at=lease, attempts=mail.attempts + 1):
        _send_claimed(mail, message, connection)
    return True


def _written(mail: OwedMail) -> EmailMessage:
    sealed = sealing.open_sealed(mail.sealed)
    return render_mail(
        mail.name,
        sealed["context"],
        to=sealed["to"],
        language=mail.language,
        message_id=derive_message_id(mail.name, mail.pk, mail.mark),
        reply_to=sealed["reply_to"],
    )


def _send_claimed(mail: OwedMail, message: EmailMessage, connection: BaseEmailBackend) -> None:
    try:
        words = send_message(connection, message)
    except NotTaken as error:
        _defer(mail, str(error), leaving=State.CLAIMED)
    except Refused as error:
        _move(mail, State.REFUSED, str(error), leaving=State.CLAIMED)
    except FateUnknown as error:
        _move(mail, State.UNKNOWN, str(error), leaving=State.CLAIMED)
    else:
        _move(mail, State.SENT, words, leaving=State.CLAIMED)
        return
    # What the server makes of a conversation that went wrong is not worth finding out.
    try:
        connection.close()
    except OSError:
        logger.info("closing the mail connection failed")


def _defer(mail: OwedMail, words: str, *, leaving: str) -> None:
    if mail.attempts >= MOST_ATTEMPTS:
        _move(
            mail,
            State.REFUSED,
            f"given up after {mail.attempts} attempts; the last: {words}",
            leaving=leaving,
        )
        return
    wait = min(FIRST_RETRY * 2**mail.attempts, LONGEST_RETRY) * random.uniform(0.8, 1.2)
    _move(mail, State.QUEUED, words, leaving=leaving, due_at=timezone.now() + wait)


def _move(mail: OwedMail, state: str, words: str, *, leaving: str, **changes: Any) -> bool:
    """Moves the mail if it is still as we hold it."""
    values = {"state": state, "state_at": timezone.now(), "words": redact(words)[:500], **changes}
    if not OwedMail.objects.filter(pk=mail.pk, state=leaving, due_at=mail.due_at).update(**values):
        return False
    for name, value in values.items():
        setattr(mail, name, value)
    return True
