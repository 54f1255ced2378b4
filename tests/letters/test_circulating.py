"""A draft that circulates, and is taken back: each one transition, which two people may press at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from letters.models import AuditEntry, Letter
from letters.services import (
    NotReady,
    circulate_letter,
    open_letter,
    recall_letter,
    save_text,
    schedule_letter,
)
from tests.factories import make_letter
from tests.signatures.test_concurrency import at_once

TEXT: dict[str, Any] = {"salutation": "", "closing": "", "asks": ()}


@pytest.mark.django_db
def test_a_draft_circulates_once_and_is_taken_back_once() -> None:
    letter = make_letter(state="draft")
    assert [circulate_letter(letter), circulate_letter(letter)] == [True, False]
    assert letter.state == "circulating"
    assert [recall_letter(letter), recall_letter(letter)] == [True, False]
    assert letter.state == "draft"
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["letter circulated", "letter recalled"]


@pytest.mark.django_db
def test_nothing_to_read_does_not_circulate() -> None:
    letter = make_letter(state="draft")
    letter.edition.texts.update(body=" ")
    with pytest.raises(NotReady):
        circulate_letter(letter)
    letter.refresh_from_db()
    assert letter.state == "draft"


@pytest.mark.django_db
def test_a_letter_that_circulates_can_still_be_edited() -> None:
    letter = make_letter(state="circulating")
    save_text(letter, language="en", title="New title", body="New words.", **TEXT)
    assert Letter.objects.get().working_edition.text_in("en").body == "New words."  # type: ignore[union-attr]


@pytest.mark.django_db
def test_an_open_letter_neither_circulates_nor_is_taken_back() -> None:
    letter = make_letter(state="circulating")
    open_letter(letter)
    assert not recall_letter(letter)
    assert not circulate_letter(letter)
    assert letter.state == "open"


@pytest.mark.django_db
def test_a_scheduled_letter_is_called_off_before_it_is_taken_back() -> None:
    letter = make_letter(state="circulating")
    schedule_letter(letter, opens_at=timezone.now() + timedelta(days=1))
    assert not recall_letter(letter)
    assert letter.state == "circulating"


@pytest.mark.django_db(transaction=True)
def test_a_letter_pressed_by_many_at_once_circulates_once() -> None:
    letter = make_letter(state="draft")
    found = at_once(*[lambda: circulate_letter(Letter.objects.get(pk=letter.pk))] * 5)
    assert sorted(found) == [False] * 4 + [True]
    assert AuditEntry.objects.filter(action="letter circulated").count() == 1
