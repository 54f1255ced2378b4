"""Anybody may say that a name on the signatory list should not be there. A person decides; until then the name of a
person is hidden, but only so many at once, so that nobody empties a list by reporting all of it."""

from django.db import transaction
from django.db.models import F

from campaign import sealing
from signatures.models import Kind, Report, Signature, State
from signatures.models.signature import LISTED
from signatures.public import key_of
from signatures.services import _enter, _locked

# Names of one letter that are hidden at once for the sake of reports which nobody has decided.
HIDDEN_AT_ONCE = 20


def listed_row(letter_id: int, kind: str, reference: str) -> Signature | None:
    """The named row of the list that has the reference (see `Signatory.reference`), by the list's index. It ends in
    random bytes, so that none is guessed from another; who is hidden and listed again is named anew."""
    key = key_of(reference)
    rows = Signature.objects.filter(letter_id=letter_id, kind=kind, sort_key=key).exclude(public_name="")
    return rows.filter(state=State.CONFIRMED, exposure__in=LISTED).first() if key else None


def report_signature(letter_id: int, *, kind: str, reference: str, reason: str, words: str = "") -> bool:
    """Writes a report of a listed name down, and hides the name if it may; False if it names none, or was reported
    already and waits."""
    found = listed_row(letter_id, kind, reference)
    if found is None:
        return False
    with transaction.atomic():
        row = _locked(found)
        if row.state != State.CONFIRMED:
            return False
        if Report.objects.filter(signature=row, decided_at=None).update(times=F("times") + 1):
            return False
        hides = _may_hide(row)
        Report.objects.create(
            letter_id=letter_id,
            signature=row,
            reason=reason,
            words=sealing.seal_bytes(words.encode()) if words else None,
            hides=hides,
        )
        if hides:
            _enter(row, State.QUARANTINED)
    return True


def _may_hide(row: Signature) -> bool:
    """Not what a member looked at before: an organisation, or a name that was reported once and kept."""
    if row.kind == Kind.ORGANISATION or row.reports.filter(decision=Report.Decision.KEPT).exists():
        return False
    waiting = Report.objects.filter(
        letter_id=row.letter_id, decided_at=None, hides=True, signature__state=State.QUARANTINED
    )
    return len(waiting.values_list("pk")[:HIDDEN_AT_ONCE]) < HIDDEN_AT_ONCE
