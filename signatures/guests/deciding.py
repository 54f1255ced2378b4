"""What members do with an import: bring a list, say which organisations are the same, and add them."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_noop

from campaign import sealing
from letters.jobs import SEALED_DAYS, cancel_job, start_job
from letters.models import Coalition, Letter, User
from letters.services import record_audit
from signatures.guests.reading import read_columns
from signatures.guests.steps import ADD, IMPORT, decided, finish
from signatures.models import GuestImport, ImportRow

State = ImportRow.State
# What this module records. It is kept in English, and translated where it is shown.
ACTIONS = (
    gettext_noop("list of organisations brought"),
    gettext_noop("list of organisations discarded"),
    gettext_noop("organisations added"),
)


class NotReady(Exception):
    """The import is not, or no longer, at the point where this can be done."""


@transaction.atomic
def start_import(
    coalition: Coalition,
    *,
    text: str,
    encoding: str,
    letter: Letter | None,
    actor: User,
    spoken: str = "en",
    after: str = "",
) -> GuestImport:
    """Keeps the list sealed, and lets a worker read it. `after`, with %s for the import's id, is where its page leads
    when it is done; countries may be named in the language `spoken`."""
    guest_import = GuestImport.objects.create(
        coalition=coalition, letter=letter, encoding=encoding, columns=read_columns(text), created_by=actor
    )
    guest_import.job = start_job(
        coalition,
        IMPORT,
        letter=letter,
        sealed=sealing.seal_bytes(text.encode()),
        actor=actor,
        guests=guest_import.pk,
        spoken=_spoken(spoken, letter),
        next=after % guest_import.pk,
    )
    guest_import.save(update_fields=["job"])
    _audit(guest_import, "list of organisations brought", actor)
    return guest_import


def _spoken(language: str, letter: Letter | None) -> list[str]:
    """The languages, besides those always understood, in which the list may name countries."""
    return sorted({language, letter.original_language if letter else language} - {"en", "fr", "ur"})


def decide_row(row: ImportRow, *, choice: str) -> ImportRow:
    """`different` for an organisation of its own, `out` to leave it out, `undo`, or the number of the candidate that it
    is the same as. Raises NotReady, and ValueError for another choice."""
    with transaction.atomic():
        _locked(row.guest_import, GuestImport.State.READY)
        row = ImportRow.objects.select_for_update().get(pk=row.pk)
        if not row.candidates:
            raise NotReady
        changes = _changes(row, choice)
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=list(changes))
    return row


def _changes(row: ImportRow, choice: str) -> dict[str, Any]:
    undecided = {"organisation_id": None, "same_as_line": None}
    states = {"different": State.NEW, "out": State.SKIPPED, "undo": State.ALIKE}
    if choice in states:
        return undecided | {"state": states[choice]}
    if not choice.isdecimal() or int(choice) >= len(row.candidates):
        raise ValueError(f"{choice!r} is no choice")
    chosen = row.candidates[int(choice)]
    return {
        "state": State.MERGED,
        "organisation_id": chosen.get("organisation"),
        "same_as_line": chosen.get("line"),
    }


@transaction.atomic
def decide_rest(guest_import: GuestImport, *, seen: int) -> int:
    """Says of all rows that are to be decided that each is an organisation of its own; how many. Raises NotReady also
    when they are not as many as were `seen`."""
    _locked(guest_import, GuestImport.State.READY)
    rest = guest_import.rows.filter(state=State.ALIKE)
    if rest.count() != seen:
        raise NotReady
    return rest.update(state=State.NEW)


def counts_of(guest_import: GuestImport) -> dict[str, int]:
    """How many rows are in each state."""
    counted = guest_import.rows.order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(State.values, 0) | dict(counted)


@transaction.atomic
def start_adding(guest_import: GuestImport, *, actor: User) -> GuestImport:
    """Lets a worker add what was decided. Raises NotReady while a row is to be decided, and when it was begun."""
    row = GuestImport.objects.select_for_update(of=("self",)).select_related("job", "letter", "coalition")
    guest_import = row.get(pk=guest_import.pk)
    if not may_add(guest_import) or guest_import.rows.filter(state=State.ALIKE).exists():
        raise NotReady
    before = guest_import.job
    guest_import.state = GuestImport.State.ADDING
    guest_import.job = start_job(
        guest_import.coalition,
        ADD,
        letter=guest_import.letter,
        total=decided(guest_import).count(),
        actor=actor,
        guests=guest_import.pk,
        next=before.detail.get("next", "") if before else "",
    )
    guest_import.save(update_fields=["state", "job"])
    _audit(guest_import, "organisations added", actor)
    return guest_import


def may_add(guest_import: GuestImport) -> bool:
    """Read and not begun, or begun and cancelled in the middle."""
    if guest_import.state == GuestImport.State.ADDING:
        return bool(guest_import.job and guest_import.job.state == "cancelled")
    return guest_import.state == GuestImport.State.READY


def discard_import(guest_import: GuestImport, *, actor: User) -> None:
    """Forgets the rows of a list that was not added; what was added already stays. Raises NotReady for one that is
    over, or being added."""
    with transaction.atomic():
        row = GuestImport.objects.select_for_update(of=("self",)).select_related("job")
        guest_import = row.get(pk=guest_import.pk)
        if guest_import.state == GuestImport.State.DISCARDED:
            return
        if guest_import.state != GuestImport.State.READING and not may_add(guest_import):
            raise NotReady
        if guest_import.job:
            cancel_job(guest_import.job)
        guest_import.rows.all().delete()
        finish(guest_import, GuestImport.State.DISCARDED)
        _audit(guest_import, "list of organisations discarded", actor)


def destroy_old() -> int:
    """Imports of a month ago, with the contacts that their rows hold: how many."""
    old = timezone.now() - timedelta(days=SEALED_DAYS)
    return GuestImport.objects.filter(created_at__lt=old).delete()[0]


def _locked(guest_import: GuestImport, state: str) -> GuestImport:
    """Raises NotReady unless it is in that state."""
    found = GuestImport.objects.select_for_update().filter(pk=guest_import.pk, state=state).first()
    if found is None:
        raise NotReady
    return found


def _audit(guest_import: GuestImport, action: str, actor: User) -> None:
    record_audit(
        guest_import.coalition,
        action,
        letter=guest_import.letter,
        actor=actor,
        detail={"import": guest_import.pk},
    )
