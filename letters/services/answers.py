"""Recording what officials answered to a letter's asks; an entry is never changed, only retracted."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from letters.models import Addressee, Ask, AskAnswer, AskAnswerNote, Letter, User
from letters.services.coalitions import record_audit

ACTIONS = (gettext_noop("answer recorded"), gettext_noop("answer retracted"))


@transaction.atomic
def record_answer(
    ask: Ask,
    *,
    addressee: Addressee,
    state: str,
    said_on: date,
    source_url: str = "",
    notes: Mapping[str, str] | None = None,
    actor: User | None = None,
) -> AskAnswer:
    """Adds an entry, public at once; `notes` are by language. The same, sent twice, is one."""
    letter = ask.letter
    told = {"state": state, "said_on": said_on, "source_url": source_url}
    Letter.objects.select_for_update().get(pk=letter.pk)
    found = AskAnswer.objects.standing().filter(ask=ask, addressee=addressee, **told).first()
    written = {language: note for language, note in (notes or {}).items() if note}
    if found and {note.language: note.text for note in found.notes.all()} == written:
        return found
    answer = AskAnswer.objects.create(ask=ask, addressee=addressee, recorded_by=actor, **told)
    AskAnswerNote.objects.bulk_create(
        AskAnswerNote(answer=answer, language=language, text=note) for language, note in written.items()
    )
    _record(answer, "answer recorded", actor)
    return answer


@transaction.atomic
def retract_answer(answer: AskAnswer, *, now: datetime | None = None, actor: User | None = None) -> bool:
    """Takes an entry out of what the public reads, once; the desk keeps it."""
    retracted = AskAnswer.objects.standing().filter(pk=answer.pk).update(retracted_at=now or timezone.now())
    if retracted:
        _record(answer, "answer retracted", actor)
    return bool(retracted)


def _record(answer: AskAnswer, action: str, actor: User | None) -> None:
    letter = answer.ask.letter
    detail = {
        "answer": answer.pk,
        "ask": answer.ask.number,
        "addressee": answer.addressee_id,
        "state": answer.state,
    }
    record_audit(letter.lead, action, letter=letter, actor=actor, detail=detail)
