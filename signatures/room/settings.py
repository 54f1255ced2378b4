from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from letters.models import Letter, User
from letters.services import record_audit
from signatures.room.reminding import move_reminders

CHANGED = gettext_noop("room settings changed")


@transaction.atomic
def save_room(letter: Letter, *, sign_on_until: datetime | None, target: int | None, actor: User) -> None:
    """Until when answers are wanted, and how many organisations are hoped for; the reminders follow the deadline."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    before = (locked.sign_on_until, locked.target)
    if before != (sign_on_until, target):
        locked.sign_on_until, locked.target = sign_on_until, target
        locked.save(update_fields=["sign_on_until", "target"])
        move_reminders(locked)
        record_audit(locked.lead, CHANGED, letter=locked, actor=actor)
    letter.refresh_from_db()
