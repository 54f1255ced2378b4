"""From a draft to the sign-on room, and back; the public sees neither."""

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from letters.models import Letter, User
from letters.services.checks import NotReady
from letters.services.coalitions import record_audit

CIRCULATED, RECALLED = gettext_noop("letter circulated"), gettext_noop("letter recalled")


@transaction.atomic
def circulate_letter(letter: Letter, *, actor: User | None = None) -> bool:
    """Lets the invited read a draft and answer, once: False if it is no draft. Raises NotReady while its original text
    has no title or no body; the text may be edited all the same, and a scheduled letter stays scheduled."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if locked.state != Letter.State.DRAFT or locked.is_public():
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
    circulating = Letter.objects.filter(
        pk=letter.pk, state=Letter.State.CIRCULATING, scheduled_at__isnull=True
    )
    recalled = bool(circulating.update(state=Letter.State.DRAFT))
    if recalled:
        record_audit(letter.lead, RECALLED, letter=letter, actor=actor)
    letter.refresh_from_db()
    return recalled
