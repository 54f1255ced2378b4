"""A change of substance makes a new edition, and who stands under the one before is asked to stand under it too."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from campaign.queue import wake_once_a_second
from letters.jobs import job_step, start_job
from letters.models import Job, Letter, User
from letters.models.letter import State as LetterState
from letters.services import record_audit
from signatures.documents import mark_documents_changed
from signatures.models import EditionTotal, Kind, Mail, Signature, State
from signatures.services import FOLD, SEND_MAIL

ASK = "ask_to_stand"
BATCH = 1000
ABLE = (State.CONFIRMED, State.WAITING, State.QUARANTINED)


def ask_to_stand(letter: Letter, *, actor: User | None = None) -> Job:
    """Owes a mail, in a job of steps, to each confirmed signatory who stands under an older edition than the newest.
    Call it once for an edition, in the transaction that publishes it."""
    number = letter.edition.number
    older = EditionTotal.objects.filter(letter=letter, number__lt=number)
    total = sum(max(count, 0) for count in older.values_list("count", flat=True))
    detail = {"edition": number}
    record_audit(letter.lead, gettext_noop("signatories asked"), letter=letter, actor=actor, detail=detail)
    return start_job(letter.lead, ASK, letter=letter, total=total, actor=actor, number=number, after={})


@job_step(ASK)
def ask_some(job: Job) -> int:
    """The next BATCH by id, organisations before people. A mail that is owed still, which only tells of an approval,
    gives way to this one; whether there is an address to ask at is the mail worker's to find."""
    for kind in Kind.values:
        if found := _next(job, kind):
            job.detail["after"][kind] = found[-1]
            owed = {"mail": Mail.STAND, "mail_due_at": timezone.now(), "mail_attempts": 0}
            Signature.objects.filter(pk__in=found).update(**owed)
            transaction.on_commit(lambda: wake_once_a_second(SEND_MAIL))
            return len(found)
    return 0


def _next(job: Job, kind: str) -> list[int]:
    number, after = job.detail["number"], job.detail["after"].get(kind, 0)
    rows = Signature.objects.filter(letter=job.letter, kind=kind, state=State.CONFIRMED, pk__gt=after)
    rows = rows.filter(edition__number__lt=number).order_by("pk").select_for_update(of=("self",))
    return list(rows.values_list("pk", flat=True)[:BATCH])


def stand_under(signature: Signature, *, number: int) -> bool:
    """Puts a signature under the newest edition, if that has this number, which the signatory read; False otherwise,
    and for one that does not stand. Whoever stands there already stays."""
    with transaction.atomic():
        rows = Signature.objects.select_related("letter", "edition").select_for_update(of=("self",))
        row = rows.get(pk=signature.pk)
        edition = row.letter.edition
        if edition.number != number or row.state not in ABLE or row.letter.state == LetterState.ARCHIVED:
            return False
        if row.edition.number < number:
            _move(row, edition.pk)
    transaction.on_commit(lambda: wake_once_a_second(FOLD))
    return True


def _move(row: Signature, edition_id: int) -> None:
    row.edition_id, row.untallied = edition_id, row.untallied or row.state == State.CONFIRMED
    if row.mail == Mail.STAND:
        row.mail, row.mail_due_at = Mail.NONE, None
    row.save(update_fields=["edition", "untallied", "mail", "mail_due_at"])
    mark_documents_changed(row.letter_id)
