"""The launch as one act, by a person or by the clock: the letter opens, those who signed are listed, and the deliveries
are queued, in one transaction or not at all."""

import logging
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from campaign.queue import wake
from deliveries.checks import launch_checks
from deliveries.models import OccasionKind
from deliveries.services import make_occasion
from letters.models import Letter, User
from letters.models.letter import HIDDEN, LetterQuerySet
from letters.services import Check, Weight, close_letter, open_letter, schedule_letter
from signatures.models import Signature
from signatures.tallies import fold_tallies

logger = logging.getLogger(__name__)

FOLD, BUILD = "signatures.tasks.fold_tallies", "signatures.tasks.build_documents"


class Unaccepted(Exception):
    """There are warnings that the person who launches has not accepted; `checks` are all there are."""

    def __init__(self, checks: list[Check]) -> None:
        super().__init__(" ".join(check.text for check in checks))
        self.checks = checks


def launch_letter(
    letter: Letter,
    *,
    now: datetime | None = None,
    delivers: bool | None = None,
    accepting: Collection[str] | None = None,
    actor: User | None = None,
) -> bool:
    """Opens the letter, lists who signed while it was hidden and, where it is to be handed over as it opens, writes the
    deliveries owed, or does nothing.

    `delivers` changes whether it is to be; `accepting` are the codes of the warnings that a person passes over, None
    for who is not asked. False if it was open before; raises NotReady as open_letter does, and Unaccepted.
    """
    fold_tallies()  # so that the officials are told of all who signed in the room
    with transaction.atomic():
        if delivers is not None:
            Letter.objects.filter(pk=letter.pk, state__in=HIDDEN).update(delivers_at_opening=delivers)
        if accepting is not None:
            _require_accepted(letter, accepting)
        return _open(letter, now=now, actor=actor)


@transaction.atomic
def schedule_launch(
    letter: Letter,
    *,
    opens_at: datetime,
    delivers: bool,
    accepting: Collection[str],
    actor: User | None = None,
) -> bool:
    """Freezes the letter for an opening by the clock; as launch_letter otherwise."""
    _require_accepted(letter, accepting)
    return schedule_letter(letter, opens_at=opens_at, delivers_at_opening=delivers, actor=actor)


def keep_time(now: datetime | None = None) -> int:
    """Opens the letters that are due and closes those whose time is over; how many it did.

    Several may run at once: each letter is taken under a lock, and looked at again once it is held.
    """
    now = now or timezone.now()
    due = Letter.objects.due_to_open(now)
    if due.exists():
        fold_tallies()
    opened = _each_due(due, lambda letter: _open(letter, now=now))
    return opened + _each_due(Letter.objects.due_to_close(now), lambda letter: close_letter(letter, now=now))


def _require_accepted(letter: Letter, accepting: Collection[str]) -> None:
    """One that came up since the person looked is shown to them first; what blocks is open_letter's to refuse."""
    if letter.state not in HIDDEN:
        return
    warnings = [check for check in launch_checks(letter) if check.weight is Weight.WARNS]
    if {check.code for check in warnings} - set(accepting):
        raise Unaccepted(warnings)


def _open(letter: Letter, *, now: datetime | None, actor: User | None = None) -> bool:
    opened = open_letter(letter, now=now, actor=actor)
    if opened:
        _list_organisations(letter)
        if letter.delivers_at_opening:
            make_occasion(letter, kind=OccasionKind.OPENING, actor=actor)
        for task in (FOLD, BUILD):
            transaction.on_commit(partial(wake, task))
    return opened


def _list_organisations(letter: Letter) -> None:
    """Those that stand under it are public with it; how many is kept, so that who comes later is shown as late."""
    letter.listed_at_opening = Signature.objects.confirmed().organisations().filter(letter=letter).count()
    letter.save(update_fields=["listed_at_opening"])


def _each_due(due: LetterQuerySet, act: Callable[[Letter], object]) -> int:
    """Does `act` to each letter that is due, each in a transaction of its own; how many it did."""
    return sum(_take(due.filter(pk=letter_id), act) for letter_id in list(due.values_list("pk", flat=True)))


def _take(due: LetterQuerySet, act: Callable[[Letter], object]) -> bool:
    try:
        with transaction.atomic():
            letter = due.select_for_update(skip_locked=True).first()
            if letter is not None:
                act(letter)
            return letter is not None
    except Exception:  # one letter that cannot be opened must not hold up the others
        logger.exception("a letter that is due could not be opened or closed")
        return False
