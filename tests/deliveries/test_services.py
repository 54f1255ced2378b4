import pytest

from deliveries.launching import launch_letter
from deliveries.models import Delivery, Occasion
from deliveries.services import CannotHandOver, make_occasion, mark_answered, resolve_unknown
from letters.models import AuditEntry, Letter
from letters.services import NotReady
from signatures.tallies import fold_tallies
from tests.deliveries.helpers import at_once, last_words
from tests.factories import make_addressee, make_letter, make_user


def test_every_addressee_is_queued_as_they_are_with_the_counts_kept(letter: Letter) -> None:
    fold_tallies()
    occasion = make_occasion(letter)
    assert occasion is not None
    assert (occasion.number, occasion.organisations, occasion.individuals, occasion.countries) == (1, 1, 1, 1)
    deliveries = list(occasion.deliveries.all())
    assert [delivery.kind for delivery in deliveries] == ["to", "to", "cc"]
    for delivery, addressee in zip(deliveries, letter.addressees.all(), strict=True):
        assert (delivery.name, delivery.email) == (addressee.name, addressee.email)
        assert (delivery.edition, delivery.state) == (letter.edition, "queued")
        assert [event.state for event in delivery.events.all()] == ["queued"]


def test_the_second_time_nothing_is_owed(letter: Letter) -> None:
    assert make_occasion(letter)
    assert make_occasion(letter) is None
    assert Delivery.objects.count() == 3


def test_an_addressee_named_later_gets_theirs_and_the_others_nothing(letter: Letter) -> None:
    make_occasion(letter)
    late = make_addressee(letter, kind="cc", position=9)
    occasion = make_occasion(letter)
    assert occasion is not None
    assert [delivery.addressee for delivery in occasion.deliveries.all()] == [late]


def test_again_owes_it_to_everybody_but_once_for_two_who_saw_the_same_page(letter: Letter) -> None:
    make_occasion(letter)
    again = make_occasion(letter, again=True, after=1)
    assert again is not None
    assert again.deliveries.count() == 3
    assert make_occasion(letter, again=True, after=1) is None


def test_a_letter_that_is_not_public_is_not_handed_over(db: None) -> None:
    with pytest.raises(CannotHandOver):
        make_occasion(make_letter(state="draft"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [False, True])
def test_two_who_press_at_once_hand_over_once(again: bool) -> None:
    letter = make_letter()
    if again:
        make_occasion(letter)
    before = Occasion.objects.count()
    made = at_once(lambda: make_occasion(letter, again=again, after=before), times=4)
    assert sum(occasion is not None for occasion in made) == 1
    assert Occasion.objects.count() == before + 1
    assert Delivery.objects.count() == 3 * (before + 1)


def test_launching_opens_and_hands_over_in_one_transaction(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = make_letter(state="draft")
    launch_letter(letter, delivers=True)
    assert letter.state == "open"
    assert letter.occasions.get().kind == "opening"
    assert Delivery.objects.count() == 3

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    other = make_letter(state="draft", delivers_at_opening=True)
    monkeypatch.setattr("deliveries.services._queue_deliveries", fail)
    with pytest.raises(RuntimeError):
        launch_letter(other)
    other.refresh_from_db()
    assert other.state == "draft"


def test_launching_without_handing_over_sends_nothing(db: None) -> None:
    launch_letter(make_letter(state="draft"))
    assert not Delivery.objects.exists()


def test_a_letter_with_problems_is_not_launched_and_keeps_its_wish(db: None) -> None:
    letter = make_letter(state="draft", addressees=0, copies=0)
    with pytest.raises(NotReady):
        launch_letter(letter, delivers=True)
    letter.refresh_from_db()
    assert (letter.state, letter.delivers_at_opening) == ("draft", False)


@pytest.mark.parametrize(
    ("resend", "state", "words", "action"),
    [
        (True, "queued", "sent again by decision", "delivery sent again"),
        (False, "accepted", "marked as arrived", "delivery marked as arrived"),
    ],
)
def test_a_person_decides_on_an_unknown_one_once(
    letter: Letter, resend: bool, state: str, words: str, action: str
) -> None:
    actor, delivery = make_user(), unknown_delivery(letter)
    assert resolve_unknown(delivery, actor=actor, resend=resend)
    assert not resolve_unknown(delivery, actor=actor, resend=not resend)
    delivery.refresh_from_db()
    assert delivery.state == state
    assert last_words(delivery) == words
    assert AuditEntry.objects.filter(action=action, actor=actor).count() == 1


def test_an_answer_is_noted_for_what_may_have_arrived_only(letter: Letter) -> None:
    actor, delivery = make_user(), unknown_delivery(letter)
    assert mark_answered(delivery, actor=actor, note="They will meet us")
    assert last_words(delivery) == "They will meet us"
    queued = Delivery.objects.filter(state="queued").first()
    assert queued is not None
    assert not mark_answered(queued, actor=actor)


def unknown_delivery(letter: Letter) -> Delivery:
    make_occasion(letter)
    delivery = Delivery.objects.all()[0]
    Delivery.objects.filter(pk=delivery.pk).update(state="unknown")
    return delivery
