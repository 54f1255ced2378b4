"""Every event from every stage of a letter's life: what the table allows happens once, and nothing else happens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from letters import services
from letters.models import AuditEntry, Letter
from letters.transitions import TABLE, Event, Stage, stage_of
from tests.factories import make_letter, make_user

pytestmark = pytest.mark.django_db

SERVICES: dict[Event, Callable[..., bool]] = {
    Event.CIRCULATE: services.circulate_letter,
    Event.RECALL: services.recall_letter,
    Event.SCHEDULE: services.schedule_letter,
    Event.POSTPONE: services.postpone_letter,
    Event.CALL_OFF: services.unschedule_letter,
    Event.OPEN: services.open_letter,
    Event.CLOSE: services.close_letter,
    Event.REOPEN: services.reopen_letter,
    Event.ARCHIVE: services.archive_letter,
}
LATER = timezone.now() + timedelta(days=1)


def letter_in(stage: Stage) -> Letter:
    if stage is not Stage.SCHEDULED:
        return make_letter(state=stage.value)
    letter = make_letter(state="circulating")
    assert services.schedule_letter(letter, opens_at=LATER)
    return letter


def happen(event: Event, letter: Letter, **more: Any) -> bool:
    times = {
        Event.SCHEDULE: {"opens_at": LATER},
        Event.POSTPONE: {"opens_at": LATER + timedelta(hours=1)},
    }
    return SERVICES[event](letter, **times.get(event, {}), **more)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("event", SERVICES)
def test_an_event_happens_where_the_table_has_it_and_nowhere_else(event: Event, stage: Stage) -> None:
    letter = letter_in(stage)
    before = Letter.objects.filter(pk=letter.pk).values().get()
    logged = AuditEntry.objects.count()
    happened = happen(event, letter, actor=make_user())
    assert happened == (stage in TABLE[event].leaves)
    if happened:
        assert stage_of(Letter.objects.get(pk=letter.pk)) == (TABLE[event].reaches or Stage.CIRCULATING)
        assert AuditEntry.objects.count() == logged + 1
    else:
        assert Letter.objects.filter(pk=letter.pk).values().get() == before
        assert AuditEntry.objects.count() == logged


@pytest.mark.parametrize("event", set(SERVICES) - {Event.POSTPONE})
def test_an_event_called_twice_happens_once(event: Event) -> None:
    letter = letter_in(min(TABLE[event].leaves))
    assert happen(event, letter)
    assert not happen(event, letter)


@pytest.mark.parametrize("event", [event for event in TABLE if TABLE[event].before_opening])
def test_once_its_moment_has_come_an_opening_is_neither_moved_nor_called_off(event: Event) -> None:
    letter = letter_in(Stage.SCHEDULED)
    assert not happen(event, letter, now=LATER)
    letter.refresh_from_db()
    assert (letter.opens_at, letter.scheduled_at is not None) == (LATER, True)


def test_a_postponed_letter_keeps_its_edition_and_its_hash() -> None:
    letter = letter_in(Stage.SCHEDULED)
    sha256 = letter.editions.get().sha256
    later, earlier = LATER + timedelta(days=3), LATER - timedelta(hours=3)
    for moment in (later, earlier):
        assert services.postpone_letter(letter, opens_at=moment)
        assert letter.opens_at == moment
    assert letter.editions.get().sha256 == sha256
    assert not Letter.objects.public(earlier - timedelta(seconds=1)).exists()
    assert Letter.objects.public(earlier).exists()


@pytest.mark.parametrize("opens_at", [timezone.now() - timedelta(days=1), LATER + timedelta(days=9)])
def test_a_letter_is_not_postponed_into_the_past_or_beyond_its_end(opens_at: datetime) -> None:
    letter = letter_in(Stage.SCHEDULED)
    Letter.objects.filter(pk=letter.pk).update(closes_at=LATER + timedelta(days=5))
    with pytest.raises(services.NotReady):
        services.postpone_letter(letter, opens_at=opens_at)
    letter.refresh_from_db()
    assert letter.opens_at == LATER


def test_a_letter_that_was_called_off_circulates_again() -> None:
    letter = letter_in(Stage.SCHEDULED)
    services.unschedule_letter(letter)
    assert letter.state == "circulating"
    assert not letter.text_is_frozen()


def test_a_letter_that_was_closed_by_its_time_is_open_again_without_it() -> None:
    letter = make_letter(closes_at=timezone.now() - timedelta(minutes=1))
    services.close_letter(letter)
    assert services.reopen_letter(letter)
    assert letter.is_open()
    assert letter.closed_at is None
