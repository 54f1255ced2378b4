"""Verbs of a member who looks through what waits: persons of a notable name, reported names, and taking back what was
decided."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from campaign.sealing import CannotOpen
from letters.jobs import cancel_job, job_step, start_job
from letters.models import Job, User
from letters.services import record_audit
from signatures.commented import unsettle_comment
from signatures.decisions import Standing, Verb, make_decision, record_decided, settle_report
from signatures.models import DecidedComment, DecidedSignature, Decision, Kind, Report, Signature, State
from signatures.services import WrongState, _enter, _locked, _note

BATCH = 50
Outcome = DecidedSignature.Outcome


def approve_person(signature: Signature, *, actor: User, within: Decision | None = None) -> Signature:
    """Lets a person of a notable name stand under the letter; they are told by mail. Raises WrongState."""
    with transaction.atomic():
        row = _locked(signature)
        if row.state == State.CONFIRMED:
            return row
        if row.state != State.WAITING or row.kind != Kind.INDIVIDUAL:
            raise WrongState(row)
        before = Standing.of(row)
        _enter(row, State.CONFIRMED, mail=True)
        record_decided(within or make_decision(row.letter.lead, Verb.APPROVE, actor=actor), row, before)
        _note(row, "name approved", actor)
    return row


def keep_signature(signature: Signature, *, actor: User, within: Decision | None = None) -> Signature:
    """Keeps a reported signature: what was hidden is listed again, and no report hides it a second time; no mail is
    sent. Raises WrongState when there is no report to decide."""
    with transaction.atomic():
        row = _locked(signature)
        report = settle_report(row, Report.Decision.KEPT, actor=actor)
        if report is None or row.state not in (State.CONFIRMED, State.QUARANTINED):
            raise WrongState(row)
        before = Standing.of(row)
        if row.state == State.QUARANTINED:
            _enter(row, State.CONFIRMED)
        decision = within or make_decision(row.letter.lead, Verb.KEEP, actor=actor)
        record_decided(decision, row, before, report=report)
        _note(row, "reported signature kept", actor)
    return row


# --- Undo ---------------------------------------------------------------------------------------------------


def mails_leave_at(decision: Decision) -> datetime:
    """Until then nobody has been told, if it was decided on one signature; a long one tells as it goes."""
    return decision.made_at + timedelta(seconds=settings.UNDO_SECONDS)


def last_decision(row: Signature) -> Decision | None:
    """The decision by which the signature stands as it does, if that can be undone."""
    rows = row.decided.filter(outcome=Outcome.STANDS, stands_since=row.state_at)
    last = rows.select_related("decision").order_by("-pk").first()
    return last.decision if last else None


def outcomes_of(decision: Decision) -> dict[str, int]:
    """How many rows a decision touched, by what has become of it."""
    return dict(decision.touched().order_by().values_list("outcome").annotate(Count("pk")))


def undo_decision(decision: Decision, *, actor: User) -> bool:
    """Stops what is still being decided, and puts everything back that has not changed since; many of them in a
    job. False if it was undone before."""
    with transaction.atomic():
        if decision.job:
            cancel_job(decision.job)
        now = timezone.now()
        first = Decision.objects.filter(pk=decision.pk, undone_at=None).update(undone_at=now, undone_by=actor)
        if not first:
            return False
        rows = decision.touched().count()
        what = "comments" if decision.is_on_comments else "signatures"
        record_audit(
            decision.coalition,
            "decision undone",
            actor=actor,
            detail={"decision": decision.pk, what: rows},
        )
        decision.refresh_from_db()
        if rows > BATCH:
            decision.undo_job = start_job(
                decision.coalition, "undo_decision", total=rows, actor=actor, decision=decision.pk
            )
            decision.save(update_fields=["undo_job"])
        else:
            _undo_some(decision)
    return True


@job_step("undo_decision")
def undo_step(job: Job) -> int:
    return _undo_some(Decision.objects.get(pk=job.detail["decision"]))


def _undo_some(decision: Decision) -> int:
    rows = decision.touched().filter(outcome=Outcome.STANDS)
    batch: list[DecidedSignature | DecidedComment] = list(rows.order_by("pk")[:BATCH])
    for one in batch:
        one.outcome = (
            unsettle_comment(one, decision) if isinstance(one, DecidedComment) else _undo_one(one, decision)
        )
        one.save(update_fields=["outcome"])
    return len(batch)


def _undo_one(one: DecidedSignature, decision: Decision) -> str:
    try:
        with transaction.atomic():
            row = _locked(one.signature)
            if row.state_at != one.stands_since:
                return Outcome.CHANGED
            _put_back(row, one)
            _note(row, "decision undone", decision.undone_by, decision=decision.pk)
    except (IntegrityError, CannotOpen):  # its place was taken meanwhile; or no key opens it any more
        return Outcome.CHANGED
    return Outcome.UNDONE


def _put_back(row: Signature, one: DecidedSignature) -> None:
    row.state_reason = one.reason_before
    if row.state != one.state_before:
        organisation = one.organisation_before_id
        _enter(row, one.state_before, verified=one.verified_before, organisation_id=organisation)
    if one.report:
        one.report.decision, one.report.decided_at, one.report.decided_by = "", None, None
        one.report.save(update_fields=["decision", "decided_at", "decided_by"])
    if one.reviewed:
        one.reviewed.verified_at, one.reviewed.verified_by, one.reviewed.evidence = None, None, ""
        one.reviewed.save(update_fields=["verified_at", "verified_by", "evidence"])
