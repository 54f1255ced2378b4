"""A letter's life as one table: which event leads from which stage to which, and what a member must be allowed for it.

The services guard themselves by it, under a lock on the letter's row: an event that does not leave the stage in which
the letter is changes nothing and says so, whoever calls it and however often.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from letters.models import Letter
from letters.models.letter import State
from letters.roles import May


class Stage(StrEnum):
    """Where a letter is: its state, and `scheduled` for one that is hidden still and has an opening promised."""

    DRAFT = "draft"
    CIRCULATING = "circulating"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Event(StrEnum):
    CIRCULATE = "circulate"
    RECALL = "recall"
    SCHEDULE = "schedule"
    POSTPONE = "postpone"
    CALL_OFF = "call off"
    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Transition:
    """`reaches` is None where the letter goes back to the state, draft or circulating, that it kept all along."""

    leaves: frozenset[Stage]
    reaches: Stage | None
    may: May
    # Whether it is too late for it once the promised moment of opening has come.
    before_opening: bool = False


def _from(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


HIDDEN_STAGES = _from(Stage.DRAFT, Stage.CIRCULATING)

TABLE: dict[Event, Transition] = {
    Event.CIRCULATE: Transition(_from(Stage.DRAFT), Stage.CIRCULATING, May.INVITE),
    Event.RECALL: Transition(_from(Stage.CIRCULATING), Stage.DRAFT, May.INVITE),
    Event.SCHEDULE: Transition(HIDDEN_STAGES, Stage.SCHEDULED, May.LAUNCH),
    Event.POSTPONE: Transition(_from(Stage.SCHEDULED), Stage.SCHEDULED, May.LAUNCH, before_opening=True),
    Event.CALL_OFF: Transition(_from(Stage.SCHEDULED), None, May.LAUNCH, before_opening=True),
    Event.OPEN: Transition(HIDDEN_STAGES | {Stage.SCHEDULED}, Stage.OPEN, May.LAUNCH),
    Event.CLOSE: Transition(_from(Stage.OPEN), Stage.CLOSED, May.LAUNCH),
    Event.REOPEN: Transition(_from(Stage.CLOSED), Stage.OPEN, May.LAUNCH),
    Event.ARCHIVE: Transition(_from(Stage.CLOSED), Stage.ARCHIVED, May.LAUNCH),
}


def stage_of(letter: Letter) -> Stage:
    if letter.state in (State.DRAFT, State.CIRCULATING) and letter.scheduled_at:
        return Stage.SCHEDULED
    return Stage(letter.state)


def can_happen(letter: Letter, event: Event, now: datetime) -> bool:
    """Whether the event leaves the stage that this row, which the caller has locked, is in."""
    transition = TABLE[event]
    if stage_of(letter) not in transition.leaves:
        return False
    return not (transition.before_opening and letter.is_public(now))
