"""What happens when two do the same at once: real threads, each on its own connection, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from signatures import services
from signatures.models import CountryTotal, Organisation, Signature, Tally
from signatures.tallies import fold_tallies, recount_tallies
from tests.factories import make_letter, make_organisation, make_signature, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """What each returns, or the exception it raises, when all start together."""
    gate = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        with closing(connection):
            gate.wait()
            try:
                return verb()
            except Exception as error:
                return error

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def pending(letter: Any, *, email: str = "ayesha@example.net", **fields: Any) -> Signature:
    return make_signature(letter, state="pending", email=email, **fields)


def confirming(signature: Signature) -> Callable[[], Signature]:
    return lambda: services.confirm(signature)


def test_one_link_confirmed_by_many_at_once_counts_once() -> None:
    signature = pending(make_letter())
    results = at_once(*[confirming(signature)] * 6)
    assert {result.pk for result in results} == {signature.pk}
    fold_tallies()
    assert list(CountryTotal.objects.values_list("count", flat=True)) == [1]


def test_two_mails_of_one_address_confirmed_at_once_leave_one_signature() -> None:
    letter = make_letter()
    rows = [pending(letter) for _number in range(4)]
    results = at_once(*[confirming(row) for row in rows])
    standing = Signature.objects.confirmed().get()
    assert {result.pk for result in results} == {standing.pk}
    others = Signature.objects.exclude(pk=standing.pk)
    assert set(others.values_list("state", "superseded_by")) == {("pending", standing.pk)}


def waiting(letter: Any, organisation: Organisation, **fields: Any) -> Signature:
    row = make_signature(letter, kind="organisation", state="waiting", organisation=organisation, **fields)
    Signature.objects.filter(pk=row.pk).update(organisation=None)
    return row


def test_one_organisation_approved_for_two_representatives_at_once_stands_once() -> None:
    letter, actor = make_letter(), make_user()
    organisation = make_organisation(letter.lead)
    rows = [waiting(letter, organisation) for _number in range(2)]
    results = at_once(
        *[
            lambda row=row: services.approve_organisation(row, actor=actor, organisation=organisation)
            for row in rows
        ]
    )
    assert Signature.objects.confirmed().count() == 1
    assert sum(isinstance(result, services.AlreadySigned) for result in results) == 1


def test_the_same_new_organisation_approved_twice_at_once_is_recorded_once() -> None:
    letter, actor = make_letter(), make_user()
    rows = [
        waiting(letter, make_organisation(letter.lead, name="Open Karachi", country=c)) for c in ("PK", "IN")
    ]
    Signature.objects.update(country="PK")
    Organisation.objects.all().delete()
    results = at_once(*[lambda row=row: services.approve_organisation(row, actor=actor) for row in rows])
    assert Organisation.objects.count() == 1
    assert sum(isinstance(result, services.AlreadySigned) for result in results) == 1


def test_a_known_organisation_confirmed_by_two_representatives_at_once_stands_once() -> None:
    letter = make_letter()
    organisation = make_organisation(letter.lead, verified_at=timezone.now())
    rows = [
        pending(letter, kind="organisation", organisation=organisation, email=f"{name}@example.org")
        for name in ("ayesha", "bilal")
    ]
    Signature.objects.update(organisation=None)
    results = at_once(*[confirming(row) for row in rows])
    assert sorted(result.state for result in results) == ["confirmed", "waiting"]
    assert Signature.objects.confirmed().get().organisation == organisation
    assert Signature.objects.filter(state="waiting", organisation=None, verified="mail").count() == 1


def test_an_impostor_with_anothers_organisation_blocks_nobody() -> None:
    letter, actor = make_letter(), make_user()
    organisation = make_organisation(letter.lead)
    impostor, owner = (waiting(letter, organisation) for _who in range(2))
    services.refuse_signature(impostor, actor=actor, reason="not yours")
    assert services.approve_organisation(owner, actor=actor, organisation=organisation).state == "confirmed"


def test_somebody_who_signs_with_anothers_address_blocks_nobody() -> None:
    letter = make_letter()
    for _again in range(5):
        pending(letter, name="Impostor")
    mine = pending(letter, name="Ayesha Khan")
    assert services.confirm(mine).state == "confirmed"


def test_a_removed_signature_keeps_its_place_and_a_withdrawn_one_does_not() -> None:
    letter, actor = make_letter(), make_user()
    first = services.confirm(pending(letter))
    services.withdraw(first)
    second = services.confirm(pending(letter))
    assert second.state == "confirmed"
    services.remove_signature(second, actor=actor, reason="abuse")
    assert services.confirm(pending(letter)).state == "removed"


def test_folds_that_run_at_once_count_each_signature_once() -> None:
    letter = make_letter()
    for number in range(40):
        make_signature(letter, country=("PK", "IN", "FR")[number % 3], untallied=True)
    at_once(*[fold_tallies] * 4)
    assert sum(CountryTotal.objects.values_list("count", flat=True)) == 40
    assert sum(Tally.objects.values_list("count", flat=True)) == 40
    assert recount_tallies() == 0


@pytest.fixture
def folded() -> Signature:
    signature = make_signature(untallied=True)
    fold_tallies()
    return signature


def totals() -> dict[str, int]:
    return dict(CountryTotal.objects.filter(count__gt=0).values_list("country", "count"))


def test_a_withdrawal_folds_out_exactly(folded: Signature) -> None:
    assert totals() == {"PK": 1}
    services.withdraw(folded)
    fold_tallies()
    assert totals() == {}
    assert recount_tallies() == 0


def test_a_changed_country_moves_between_tallies(folded: Signature) -> None:
    services.change(folded, name="Ayesha", country="FR", exposure="public", wants_updates=False)
    fold_tallies()
    assert totals() == {"FR": 1}
    assert recount_tallies() == 0


def test_the_recount_repairs_and_says_so(folded: Signature, caplog: pytest.LogCaptureFixture) -> None:
    Tally.objects.update(count=7)
    CountryTotal.objects.update(count=9)
    Signature.objects.filter(pk=make_signature(folded.letter, country="DE").pk).update(untallied=False)
    assert recount_tallies() > 0
    assert totals() == {"PK": 1, "DE": 1}
    assert "recount repaired" in caplog.text
    assert recount_tallies() == 0
