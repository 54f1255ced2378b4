from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries.launching import keep_time
from deliveries.models import Delivery, Occasion
from letters.models import AuditEntry, Letter
from letters.services import schedule_letter
from tests.deliveries.helpers import at_once
from tests.factories import make_letter


def scheduled_letter(*, minutes: int = 1) -> Letter:
    """Frozen, to be opened in so many minutes, and handed over then."""
    letter = make_letter(state="draft")
    schedule_letter(letter, opens_at=timezone.now() + timedelta(minutes=minutes), delivers_at_opening=True)
    return letter


def test_nothing_opens_before_its_time(db: None) -> None:
    letter = scheduled_letter()
    assert keep_time() == 0
    letter.refresh_from_db()
    assert letter.state == "draft"


@pytest.mark.django_db(transaction=True)
def test_several_at_once_open_and_hand_over_exactly_once() -> None:
    letter, later = scheduled_letter(), timezone.now() + timedelta(minutes=2)
    did = at_once(lambda: keep_time(later), times=4)
    letter.refresh_from_db()
    assert sum(map(int, did)) == 1  # type: ignore[arg-type]
    assert letter.state == "open"
    assert Occasion.objects.count() == 1
    assert Delivery.objects.count() == 3
    assert AuditEntry.objects.filter(action="letter opened").count() == 1


def test_a_letter_whose_time_is_over_is_closed_once(db: None) -> None:
    letter = make_letter(closes_at=timezone.now() - timedelta(seconds=1))
    assert (keep_time(), keep_time()) == (1, 0)
    letter.refresh_from_db()
    assert letter.state == "closed"


def test_a_letter_that_opens_and_closes_while_nobody_kept_time_does_both(db: None) -> None:
    letter = scheduled_letter()
    Letter.objects.filter(pk=letter.pk).update(closes_at=timezone.now() + timedelta(minutes=5))
    assert keep_time(timezone.now() + timedelta(minutes=10)) == 2
    letter.refresh_from_db()
    assert letter.state == "closed"
    assert Delivery.objects.count() == 3


def test_one_letter_that_fails_does_not_hold_up_the_others(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = scheduled_letter(), scheduled_letter()
    real = Occasion.objects.create

    def fail_for_first(**values: object) -> Occasion:
        if values["letter"] == first:
            raise RuntimeError
        return real(**values)

    monkeypatch.setattr(Occasion.objects, "create", fail_for_first)
    assert keep_time(timezone.now() + timedelta(minutes=2)) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("draft", "open")
