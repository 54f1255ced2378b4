"""One decision on many rows of the queue: some that were chosen, at once; or all that wait, by a worker in batches."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from campaign.sealing import CannotOpen
from letters.jobs import job_step, start_job
from letters.models import Coalition, Job, Letter, User
from letters.services import record_audit
from signatures.commented import Settled
from signatures.decisions import make_decision
from signatures.models import Decision
from signatures.services import AlreadySigned, WrongState
from signatures.to_decide import SOURCES, Cursor, NeedsLook, Source, beyond

BATCH = 50


def decide_chosen(
    source: Source, rows: Iterable[Any], verb: str, *, coalition: Coalition, actor: User, reason: str = ""
) -> Decision:
    """Decides on these now; one that meanwhile is decided, or that needs a look of its own, is passed over."""
    with transaction.atomic():
        decision = make_decision(coalition, verb, actor=actor, reason=reason)
        _decide_each(source, rows, decision, actor)
    return decision


def decide_all(
    source: Source,
    verb: str,
    *,
    coalition: Coalition,
    letter: Letter | None,
    until: datetime,
    actor: User,
    reason: str = "",
) -> Decision:
    """Has a worker decide on all that waited at `until`, as the preview told."""
    with transaction.atomic():
        decision = make_decision(coalition, verb, actor=actor, reason=reason)
        total = source.until(source.waiting(coalition, letter), until).count()
        decision.job = start_job(
            coalition,
            "decide_in_bulk",
            letter=letter,
            total=total,
            actor=actor,
            decision=decision.pk,
            source=source.name,
            until=until.isoformat(),
            after="",
        )
        decision.save(update_fields=["job"])
        record_audit(
            coalition,
            "decided in bulk",
            letter=letter,
            actor=actor,
            detail={"decision": decision.pk, "verb": verb, "source": source.name, "waiting": total},
        )
    return decision


@job_step("decide_in_bulk")
def decide_step(job: Job) -> int:
    """The next BATCH in the queue's order; what is passed over is not asked again."""
    source = SOURCES[job.detail["source"]]
    decision = Decision.objects.select_related("made_by").get(pk=job.detail["decision"])
    waiting = source.until(
        source.waiting(job.coalition, job.letter), datetime.fromisoformat(job.detail["until"])
    )
    rows = list(beyond(waiting, Cursor.of(job.detail["after"]))[:BATCH])
    if decision.undone_at or decision.made_by is None or not rows:
        return 0
    _decide_each(source, rows, decision, decision.made_by)
    job.detail["after"] = str(Cursor(rows[-1].letter_id, rows[-1].pk))
    return len(rows)


def _decide_each(source: Source, rows: Iterable[Any], decision: Decision, actor: User) -> None:
    decide, passed_over = source.verbs[decision.verb], 0
    for row in rows:
        try:
            with transaction.atomic():
                decide(row, actor, decision.reason, decision)
        except (WrongState, AlreadySigned, CannotOpen, NeedsLook, Settled):
            passed_over += 1
    if passed_over:
        Decision.objects.filter(pk=decision.pk).update(passed_over=F("passed_over") + passed_over)
