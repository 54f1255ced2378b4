"""Two who review at the same moment: one decision, one undo, one report; on real threads."""

import pytest
from django.utils import timezone

from letters import jobs
from letters.models import Job, User
from signatures import bulk, public, reporting, reviewing, services
from signatures.models import Breakdown, DecidedSignature, Decision, Report, Signature
from signatures.tallies import fold_tallies, recount_tallies
from signatures.to_decide import SOURCES
from tests.factories import make_letter, make_signature, make_user
from tests.signatures.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_who_decide_on_the_same_rows_decide_each_once() -> None:
    letter, people = make_letter(), SOURCES["people"]
    rows = [make_signature(letter, state="waiting", confirmed_at=None) for _number in range(6)]
    actors = make_user(), make_user()

    def decide(verb: str, actor: User) -> Decision:
        found = people.waiting(letter.lead).filter(pk__in=[row.pk for row in rows])
        return bulk.decide_chosen(people, list(found), verb, coalition=letter.lead, actor=actor, reason="no")

    made = at_once(lambda: decide("approve", actors[0]), lambda: decide("refuse", actors[1]))
    assert all(isinstance(one, Decision) for one in made), made
    assert DecidedSignature.objects.count() == len(rows)
    touched = {one.verb: one.rows.count() for one in made}
    states = list(Signature.objects.values_list("state", flat=True))
    assert (states.count("confirmed"), states.count("refused")) == (touched["approve"], touched["refuse"])


def test_a_decision_undone_by_two_is_undone_once() -> None:
    letter, actor = make_letter(), make_user()
    row = make_signature(letter)
    services.remove_signature(row, actor=actor, reason="x")
    decision = Decision.objects.get()
    results = at_once(*[lambda: reviewing.undo_decision(Decision.objects.get(), actor=actor)] * 4)
    assert sorted(results) == [False, False, False, True]
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert letter.audit.filter(action="decision undone", detail__signature=row.pk).count() == 1
    assert decision.rows.get().outcome == "undone"


def test_undo_while_a_worker_decides_leaves_nothing_decided() -> None:
    letter, actor, people = make_letter(), make_user(), SOURCES["people"]
    for _number in range(30):
        make_signature(letter, state="waiting", confirmed_at=None)
    decision = bulk.decide_all(
        people,
        "refuse",
        coalition=letter.lead,
        letter=letter,
        until=timezone.now(),
        actor=actor,
        reason="no",
    )
    at_once(jobs.run_jobs, lambda: reviewing.undo_decision(decision, actor=actor))
    jobs.run_jobs()
    assert set(Signature.objects.values_list("state", flat=True)) == {"waiting"}
    assert set(DecidedSignature.objects.values_list("outcome", flat=True)) <= {"undone"}
    assert not Job.objects.unfinished().exists()


def test_one_name_reported_by_many_at_once_is_one_report() -> None:
    row = make_signature(make_letter())
    named = {"kind": row.kind, "reference": public.cursor_of(row.sort_key), "reason": "never_signed"}
    results = at_once(*[lambda: reporting.report_signature(row.letter_id, **named)] * 5)
    assert sorted(results) == [False, False, False, False, True]
    row.refresh_from_db()
    assert (row.state, Report.objects.count()) == ("quarantined", 1)


def test_two_folds_at_once_count_languages_once() -> None:
    letter = make_letter()
    for number in range(60):
        make_signature(letter, language=["ur", "en", "fr"][number % 3], consented_at=timezone.now())
    at_once(*[fold_tallies] * 4)
    fold_tallies()
    rows = Breakdown.objects.filter(dimension="language")
    assert dict(rows.values_list("value", "count")) == {"ur": 20, "en": 20, "fr": 20}
    assert recount_tallies() == 0
