"""Reminders: at times that the desk sets, to those who have not answered, each once."""

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from campaign.sealing import CannotOpen
from letters.mailing import Post, drop_mail, owe_mail
from letters.models import Letter, User
from letters.services import record_audit
from signatures.models import Invitation, Reminder
from signatures.room.mails import Writer, remind_mark

logger = logging.getLogger(__name__)

OWED_AT_ONCE = 500
SET, DROPPED = gettext_noop("reminder set"), gettext_noop("reminder removed")


@transaction.atomic
def add_reminder(letter: Letter, *, at: datetime, actor: User, hours_before: int | None = None) -> bool:
    """False if there is one at that very time."""
    try:
        with transaction.atomic():
            reminder = Reminder.objects.create(letter=letter, at=at, hours_before=hours_before)
    except IntegrityError:
        return False
    detail = {"reminder": reminder.pk, "at": at.isoformat()}
    record_audit(letter.lead, SET, letter=letter, actor=actor, detail=detail)
    return True


@transaction.atomic
def remove_reminder(reminder: Reminder, *, actor: User) -> bool:
    """False once it was sent, or if it is gone."""
    removed, _rows = Reminder.objects.filter(pk=reminder.pk, sent_at=None).delete()
    if removed:
        letter = reminder.letter
        record_audit(letter.lead, DROPPED, letter=letter, actor=actor, detail={"reminder": reminder.pk})
    return bool(removed)


def send_due_reminders() -> int:
    """Owes the mails of every reminder whose time has come; how many mails."""
    letters = list(Reminder.objects.due().values_list("letter_id", flat=True).distinct())
    return sum(_send_for(pk) for pk in letters)


@transaction.atomic
def _send_for(letter_id: int) -> int:
    """A claim and what it owes are one transaction: whatever dies leaves both or neither. Of several that came due
    together, as after a night without a worker, only the last one mails."""
    due = list(Reminder.objects.due().filter(letter_id=letter_id).order_by("at"))
    claimed = [
        row for row in due if Reminder.objects.filter(pk=row.pk, sent_at=None).update(sent_at=timezone.now())
    ]
    if not claimed:
        return 0
    letter = Letter.objects.prefetch_related("publishers__coalition", "editions__texts").get(pk=letter_id)
    if letter.is_public() or (letter.sign_on_until and letter.sign_on_until <= timezone.now()):
        return 0
    mails = _owe(letter, claimed[-1])
    Reminder.objects.filter(pk=claimed[-1].pk).update(mails=mails)
    return mails


def _owe(letter: Letter, reminder: Reminder) -> int:
    """Locks the silent while it writes: who answers meanwhile waits, and then finds the mail to be dropped."""
    silent = letter.invitations.silent().filter(sealed__isnull=False).order_by("pk")
    rows = silent.select_related("organisation").select_for_update(of=("self",), no_key=True)
    writer, owed = Writer(letter), 0
    found = list(rows)
    for start in range(0, len(found), OWED_AT_ONCE):
        batch = found[start : start + OWED_AT_ONCE]
        posts = [post for row in batch if (post := _reminder_to(writer, row, reminder))]
        owe_mail(posts, coalition=letter.lead, letter=letter)
        owed += len(posts)
    return owed


def _reminder_to(writer: Writer, row: Invitation, reminder: Reminder) -> Post | None:
    try:
        post = writer.remind(row, reminder)
    except CannotOpen:
        logger.error("no key in SEAL_KEYS opens the contact of invitation %s", row.pk)
        return None
    return post if post.to else None


def drop_reminders(invitation: Invitation) -> None:
    """Those that wait to be sent to an organisation that needs none any more; under a lock on its row."""
    reminders = Reminder.objects.filter(letter_id=invitation.letter_id, sent_at__isnull=False)
    drop_mail(marks=[remind_mark(invitation.pk, pk) for pk in reminders.values_list("pk", flat=True)])


def move_reminders(letter: Letter) -> None:
    """Those set by hours before the deadline follow it; one that another holds the place of stays where it is."""
    if letter.sign_on_until is None:
        return
    for row in Reminder.objects.filter(letter=letter, sent_at=None, hours_before__isnull=False):
        at = letter.sign_on_until - timedelta(hours=row.hours_before or 0)
        if not Reminder.objects.filter(letter=letter, at=at).exists():
            Reminder.objects.filter(pk=row.pk, sent_at=None).update(at=at)
