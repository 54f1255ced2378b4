"""From a draft to the sign-on room, and back; the public sees neither."""

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from letters.models import Letter, User
from letters.services.checks import NotReady
from letters.services.coalitions import record_audit
from letters.transitions import Event, can_happen

CIRCULATED, RECALLED = gettext_noop("letter circulated"), gettext_noop("letter recalled")


@transaction.atomic
def circulate_letter(letter: Letter, *, actor: User | None = None) -> bool:
    """Lets the invited read a draft and answer, once: False if it is no draft. Raises NotReady while its original text
    has no title or no body; the text may be edited all the same."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if not can_happen(locked, Event.CIRCULATE, timezone.now()):
        letter.refresh_from_db()
        return False
    prefetch_related_objects([locked], "editions__texts")
    text = locked.working_edition.text_in(locked.original_language)
    if text is None or not (text.title.strip() and text.body.strip()):
        raise NotReady([_("There is nothing to read yet: write the title and the text of the original.")])
    locked.state = Letter.State.CIRCULATING
    locked.save(update_fields=["state"])
    record_audit(locked.lead, CIRCULATED, letter=locked, actor=actor)
    letter.refresh_from_db()
    return True


@transaction.atomic
def recall_letter(letter: Letter, *, actor: User | None = None) -> bool:
    """Closes the room, once: False if the letter does not circulate, or its opening is scheduled. What was answered
    stays, and the links work again when it circulates again."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    recalled = can_happen(locked, Event.RECALL, timezone.now())
    if recalled:
        locked.state = Letter.State.DRAFT
        locked.save(update_fields=["state"])
        record_audit(locked.lead, RECALLED, letter=locked, actor=actor)
    letter.refresh_from_db()
    return recalled
