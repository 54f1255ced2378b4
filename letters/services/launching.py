"""From a draft to the public, and back only until the moment; then to its end."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from letters.models import Letter, User
from letters.models.letter import HIDDEN
from letters.services.checks import NotReady, letter_problems
from letters.services.coalitions import SLUG_BASE, next_free, record_audit
from letters.services.editions import freeze_edition, thaw_edition
from letters.transitions import TABLE, Event, can_happen

SLUG_ATTEMPTS = 5


@transaction.atomic
def open_letter(
    letter: Letter,
    *,
    now: datetime | None = None,
    opened_at: datetime | None = None,
    actor: User | None = None,
) -> bool:
    """Freezes the edition and opens the letter, once: False if it was open before. Raises NotReady for a draft.

    A scheduled letter opens at the time it promised, however late this is called; if its slug was taken meanwhile it
    gets a numbered one rather than failing. `opened_at` says that it opened earlier, elsewhere. `letter` itself is
    brought up to date.
    """
    now = now or timezone.now()
    locked = _lock(letter)
    if not can_happen(locked, Event.OPEN, now):
        letter.refresh_from_db()
        return False
    if locked.scheduled_at is None and (problems := letter_problems(locked, now=opened_at or now)):
        raise NotReady(problems)
    edition = freeze_edition(locked, now=now)
    is_late = bool(locked.scheduled_at and locked.opens_at and locked.opens_at <= now)
    locked.opened_at = opened_at or (locked.opens_at if is_late else now)
    locked.opens_at, locked.state = locked.opened_at, Letter.State.OPEN
    wanted = locked.slug
    _save_at_a_free_slug(locked)
    detail = {"edition": str(edition), "sha256": edition.sha256, "slug": locked.slug, "wanted_slug": wanted}
    record_audit(locked.lead, "letter opened", letter=locked, actor=actor, detail=detail)
    letter.refresh_from_db()
    return True


@transaction.atomic
def schedule_letter(
    letter: Letter,
    *,
    opens_at: datetime | None = None,
    now: datetime | None = None,
    delivers_at_opening: bool | None = None,
    actor: User | None = None,
) -> bool:
    """Freezes the edition and promises an opening (`opens_at`, else the letter's own), once: False if it was scheduled
    or open before. Raises NotReady, also for a moment that is past."""
    now = now or timezone.now()
    locked = _lock(letter)
    if not can_happen(locked, Event.SCHEDULE, now):
        letter.refresh_from_db()
        return False
    locked.opens_at = opens_at or locked.opens_at
    if delivers_at_opening is not None:
        locked.delivers_at_opening = delivers_at_opening
    problems = letter_problems(locked, now=now)
    if locked.opens_at is None or locked.opens_at <= now:
        raise NotReady([*problems, _("The opening must be in the future.")])
    if problems:
        raise NotReady(problems)
    locked.scheduled_at = now
    locked.save(update_fields=["opens_at", "delivers_at_opening", "scheduled_at"])
    edition = freeze_edition(locked, now=now)
    detail = {"edition": str(edition), "sha256": edition.sha256, "opens_at": locked.opens_at.isoformat()}
    record_audit(locked.lead, "letter scheduled", letter=locked, actor=actor, detail=detail)
    letter.refresh_from_db()
    return True


@transaction.atomic
def postpone_letter(
    letter: Letter, *, opens_at: datetime, now: datetime | None = None, actor: User | None = None
) -> bool:
    """Promises another time, earlier or later, for an opening that is scheduled; the edition stays frozen under its
    hash. False once its moment has come, or if there was none. Raises NotReady for a time that is past, or after the
    letter's end."""
    now = now or timezone.now()
    locked = _lock(letter)
    happens = can_happen(locked, Event.POSTPONE, now)
    if happens and locked.opens_at != opens_at:
        if opens_at <= now:
            raise NotReady([_("The opening must be in the future.")])
        if locked.closes_at and locked.closes_at <= opens_at:
            raise NotReady([_("The letter would close before it opens, or has closed already.")])
        detail = {"from": _iso(locked.opens_at), "opens_at": opens_at.isoformat()}
        locked.opens_at = opens_at
        locked.save(update_fields=["opens_at"])
        action = gettext_noop("opening postponed")
        record_audit(locked.lead, action, letter=locked, actor=actor, detail=detail)
    letter.refresh_from_db()
    return happens


@transaction.atomic
def unschedule_letter(letter: Letter, *, now: datetime | None = None, actor: User | None = None) -> bool:
    """Calls a scheduled opening off and thaws the edition; False once its moment has come, or if there was none."""
    locked = _lock(letter)
    called_off = can_happen(locked, Event.CALL_OFF, now or timezone.now())
    if called_off:
        Letter.objects.filter(pk=locked.pk).update(scheduled_at=None)
        thaw_edition(locked)
        record_audit(locked.lead, "opening called off", letter=locked, actor=actor)
    letter.refresh_from_db()
    return called_off


@transaction.atomic
def close_letter(letter: Letter, *, now: datetime | None = None, actor: User | None = None) -> bool:
    """Ends the signing, once: False if the letter is not open. It stays public."""
    now = now or timezone.now()
    return _enter(letter, Event.CLOSE, gettext_noop("letter closed"), now, actor, closed_at=now)


@transaction.atomic
def reopen_letter(
    letter: Letter,
    *,
    closes_at: datetime | None = None,
    now: datetime | None = None,
    actor: User | None = None,
) -> bool:
    """Undoes a closing, once: False if the letter is not closed. It stays open until `closes_at`, or until somebody
    closes it. Raises NotReady for a time that is past."""
    now = now or timezone.now()
    if closes_at and closes_at <= now:
        raise NotReady([_("The letter would close before it opens, or has closed already.")])
    action = gettext_noop("letter reopened")
    return _enter(letter, Event.REOPEN, action, now, actor, closed_at=None, closes_at=closes_at)


@transaction.atomic
def archive_letter(letter: Letter, *, now: datetime | None = None, actor: User | None = None) -> bool:
    """Ends the letter's life, once: False if it is not closed. It stays readable, and has no more editions."""
    return _enter(letter, Event.ARCHIVE, gettext_noop("letter archived"), now or timezone.now(), actor)


def _enter(
    letter: Letter, event: Event, action: str, now: datetime, actor: User | None, **values: Any
) -> bool:
    """Takes a letter where the table says, with a line in the audit log; whether the event could happen."""
    locked = _lock(letter)
    happens = can_happen(locked, event, now)
    if happens:
        Letter.objects.filter(pk=locked.pk).update(state=TABLE[event].reaches, **values)
        record_audit(locked.lead, action, letter=locked, actor=actor)
    letter.refresh_from_db()
    return happens


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _lock(letter: Letter) -> Letter:
    return Letter.objects.select_for_update().get(pk=letter.pk)


def _save_at_a_free_slug(letter: Letter) -> None:
    """Two letters may go public under one slug in the same moment, so the database has the last word."""
    wanted = letter.slug
    for attempt in range(SLUG_ATTEMPTS):
        rivals = Letter.objects.exclude(state__in=HIDDEN).filter(slug__startswith=wanted[:SLUG_BASE])
        letter.slug = next_free(wanted, set(rivals.values_list("slug", flat=True)))
        try:
            with transaction.atomic():
                letter.save(update_fields=["slug", "state", "opens_at", "opened_at"])
            return
        except IntegrityError:
            if attempt == SLUG_ATTEMPTS - 1:
                raise
