"""What a decision leaves behind so that it can be undone: how each signature stood before it."""

from typing import NamedTuple, Self

from django.utils import timezone

from letters.models import Coalition, User
from signatures.models import DecidedSignature, Decision, Organisation, Report, Signature

Verb = Decision.Verb


class Standing(NamedTuple):
    """What a decision changes of a signature."""

    state: str
    reason: str
    verified: str
    organisation_id: int | None

    @classmethod
    def of(cls, row: Signature) -> Self:
        return cls(row.state, row.state_reason, row.verified, row.organisation_id)


def make_decision(coalition: Coalition, verb: str, *, actor: User, reason: str = "") -> Decision:
    return Decision.objects.create(coalition=coalition, verb=verb, made_by=actor, reason=reason)


def record_decided(
    decision: Decision,
    row: Signature,
    before: Standing,
    *,
    reviewed: Organisation | None = None,
    report: Report | None = None,
) -> None:
    """Once `row` stands as decided, and in the same transaction."""
    DecidedSignature.objects.create(
        decision=decision,
        signature=row,
        state_before=before.state,
        reason_before=before.reason,
        verified_before=before.verified,
        organisation_before_id=before.organisation_id,
        reviewed=reviewed,
        report=report,
        stands_since=row.state_at,
    )


def settle_report(row: Signature, outcome: str, *, actor: User) -> Report | None:
    """Decides the report of a signature that waits, if one does."""
    report = Report.objects.select_for_update().filter(signature=row, decided_at=None).first()
    if report:
        report.decision, report.decided_at, report.decided_by = outcome, timezone.now(), actor
        report.save(update_fields=["decision", "decided_at", "decided_by"])
    return report


def waited_when_removed(row: Signature) -> bool:
    """Whether a removed signature had been waiting for a decision."""
    removals = DecidedSignature.objects.filter(
        signature=row, decision__verb=Verb.REMOVE, outcome=DecidedSignature.Outcome.STANDS
    )
    return removals.order_by("-pk").values_list("state_before", flat=True).first() == "waiting"
