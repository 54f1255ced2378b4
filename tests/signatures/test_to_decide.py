"""The queue of what waits for a decision: chosen rows and all rows, told before they are touched, and undone."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from letters import jobs
from letters.models import Job, Letter
from signatures import bulk, mailing, reporting, reviewing, services, to_decide
from signatures.models import Decision, Organisation, Report, Signature
from signatures.person import Person
from signatures.public import cursor_of
from tests import factories
from tests.conftest import MemberClient
from tests.signatures.test_signatures_desk import make_waiting, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, slug="keep-it-on")


def queue(client: MemberClient, letter: Letter | None = None, **asked: str) -> str:
    name, more = ("letter_to_decide", [letter.pk]) if letter else ("to_decide", [])
    response = client.get(reverse(f"desk:{name}", args=[client.coalition.slug, *more]), asked)
    assert response.status_code == 200
    return response.content.decode()


def decide(client: MemberClient, verb: str, *rows: Any, **more: Any) -> Any:
    """Posts to the bulk page; `step="decide"` takes the decision."""
    data = {"source": "organisations", "until": timezone.now().isoformat(), "verb": verb, **more}
    data["row"] = [row.pk for row in rows]
    return client.post(reverse("desk:decide_in_bulk", args=[client.coalition.slug]), data)


def undo(client: MemberClient, decision: Decision) -> str:
    url = reverse("desk:decision", args=[client.coalition.slug, decision.pk])
    return client.post(url, {"undo": "1"}, follow=True).content.decode()


def organisations(letter: Letter, number: int) -> list[Signature]:
    names = ["Jheel Commons", "Tehreem Trust", "Bolo Network", "Saaf Awaz", "Roshan Union"]
    rows = [make_waiting(letter, names[n], email=f"sana@site{n}.org") for n in range(number)]
    for n, row in enumerate(rows):
        row.sealed = replace(Person.open(row.sealed), website=f"https://site{n}.org").seal()
        row.save(update_fields=["sealed"])
    return rows


def settle_mail() -> None:
    mailing.send_owed_mail()


# --- What waits ------------------------------------------------------------------------------------------------


def test_what_waits_is_read_across_letters_and_by_letter(member_client: MemberClient, letter: Letter) -> None:
    other = factories.make_letter(coalition=member_client.coalition, slug="open-roads")
    elsewhere = factories.make_letter()
    make_waiting(letter, "Jheel Commons")
    make_waiting(other, "Bolo Network")
    make_waiting(elsewhere, "Nobody Else")
    everything, one = queue(member_client), queue(member_client, letter)
    assert "Jheel Commons" in everything
    assert "Bolo Network" in everything
    assert "Nobody Else" not in everything
    assert "Jheel Commons" in one
    assert "Bolo Network" not in one


def test_an_empty_queue_says_so(member_client: MemberClient, letter: Letter) -> None:
    assert "No organisation waits." in queue(member_client)
    assert "No reported name waits." in queue(member_client, what="reports")
    assert "Nobody of a notable name waits." in queue(member_client, letter, what="people")


def test_the_queue_goes_on_where_it_left_off(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(to_decide, "ON_A_PAGE", 2)
    organisations(letter, 3)
    first = queue(member_client)
    assert first.count("data-row") == 2
    cursor = re.search(r"after=([\d-]+)", first)
    assert cursor
    second = queue(member_client, what="organisations", after=cursor[1])
    assert second.count("data-row") == 1
    assert "Bolo Network" in second
    assert "First page" in second


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("what", ["organisations", "people", "reports"])
def test_the_queue_costs_the_same_for_more_rows(
    member_client: MemberClient,
    letter: Letter,
    what: str,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    organisations(letter, rows)
    for _number in range(rows):
        factories.make_signature(letter, state="waiting", confirmed_at=None)
        report(factories.make_signature(letter))
        Decision.objects.create(coalition=letter.lead, verb="keep", made_by=member_client.user)
    url = reverse("desk:to_decide", args=[letter.lead.slug])
    with django_assert_num_queries(9):
        assert member_client.get(url, {"what": what}).content.decode().count("data-row") == rows


def test_the_queue_is_read_by_its_own_index_past_all_that_stands(letter: Letter) -> None:
    standing = factories.make_signature(letter)
    copies = {name: value for name, value in vars(standing).items() if name not in ("_state", "id")}
    Signature.objects.bulk_create(Signature(**{**copies, "address_digest": None}) for _ in range(1000))
    make_waiting(letter)
    page = to_decide.SOURCES["organisations"].waiting(letter.lead)
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("ANALYZE")
        assert len(page[:51]) == 1
        sql = next(query["sql"] for query in asked if "signatures_signature" in query["sql"])
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + sql)
        plan = " ".join(str(line) for line in cursor.fetchall())
    assert "signature_waiting" in plan


# --- Deciding on some, and on all --------------------------------------------------------------------------


def test_nothing_is_decided_before_the_number_is_told(member_client: MemberClient, letter: Letter) -> None:
    rows = organisations(letter, 3)
    page = decide(member_client, "refuse", *rows[:2]).content.decode()
    assert "exactly 2 signatures" in page
    assert "keep-it-on" in page
    assert {state_of(row) for row in rows} == {"waiting"}
    assert not Decision.objects.exists()


def test_a_refusal_of_many_needs_a_reason_and_mails_it_to_each(
    member_client: MemberClient, letter: Letter, mailbox: list[EmailMessage]
) -> None:
    rows = organisations(letter, 3)
    without = decide(member_client, "refuse", *rows[:2], step="decide", reason=" ")
    assert without.status_code == 422
    assert "Give a reason" in without.content.decode()
    done = decide(member_client, "refuse", *rows[:2], step="decide", reason="We do not know you.")
    assert done.status_code == 302
    assert [state_of(row) for row in rows] == ["refused", "refused", "waiting"]
    settle_mail()
    assert sorted(mail.to[0] for mail in mailbox) == ["sana@site0.org", "sana@site1.org"]
    assert all("We do not know you." in str(mail.body) for mail in mailbox)


def test_choosing_none_or_what_is_decided_already_decides_nothing(
    member_client: MemberClient, letter: Letter
) -> None:
    [row] = organisations(letter, 1)
    services.refuse_signature(row, actor=member_client.user, reason="no")
    made = Decision.objects.count()
    for rows in ([], [row]):
        response = decide(member_client, "approve", *rows, step="decide")
        assert response.status_code == 302
    assert "choose at least one that still waits" in queue(member_client)
    assert Decision.objects.count() == made


@pytest.mark.parametrize(
    "wrong",
    [{"verb": "keep"}, {"verb": "launch"}, {"source": "letters"}, {"until": "2024-13-99"}, {"until": ""}],
)
def test_what_makes_no_sense_decides_nothing(
    member_client: MemberClient, letter: Letter, wrong: dict[str, str]
) -> None:
    [row] = organisations(letter, 1)
    response = decide(member_client, **{"verb": "approve", "step": "decide", "all": "1", **wrong})
    assert response.status_code == 302
    assert state_of(row) == "waiting"


def test_all_that_wait_are_decided_by_a_worker_in_batches(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    rows = organisations(letter, 5)
    elsewhere = make_waiting(factories.make_letter(), "Nobody Else")
    assert "exactly 5 signatures" in decide(member_client, "refuse", all="1").content.decode()
    decide(member_client, "refuse", all="1", step="decide", reason="No.")
    assert {state_of(row) for row in rows} == {"waiting"}
    assert jobs.run_jobs() == 3
    assert {state_of(row) for row in rows} == {"refused"}
    assert state_of(elsewhere) == "waiting"
    job = Job.objects.get()
    assert (job.state, job.done, job.total) == ("done", 5, 5)


def test_what_comes_after_the_preview_is_left_alone(member_client: MemberClient, letter: Letter) -> None:
    [row] = organisations(letter, 1)
    until = timezone.now().isoformat()
    later = make_waiting(letter, "Roshan Union", email="x@y.org")
    Signature.objects.filter(pk=later.pk).update(state_at=timezone.now() + timedelta(seconds=1))
    decide(member_client, "refuse", all="1", step="decide", reason="No.", until=until)
    jobs.run_jobs()
    assert (state_of(row), state_of(later)) == ("refused", "waiting")


def test_a_decision_on_all_can_be_stopped_and_what_is_done_stays(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    rows = organisations(letter, 5)
    decide(member_client, "refuse", all="1", step="decide", reason="No.")
    decision = Decision.objects.get()
    assert decision.job is not None
    jobs._do_step(decision.job.pk, None)
    page = reverse("desk:decision", args=[letter.lead.slug, decision.pk])
    assert member_client.get(page).headers["Refresh"]
    assert "Stopped." in member_client.post(page, {"stop": "1"}, follow=True).content.decode()
    jobs.run_jobs()
    assert [state_of(row) for row in rows].count("refused") == 2
    assert "Refresh" not in member_client.get(page).headers


def test_an_organisation_like_one_on_record_is_left_for_a_person_to_compare(
    member_client: MemberClient, letter: Letter
) -> None:
    factories.make_organisation(letter.lead, name="Jheel Commons Foundation", country="IN")
    rows = organisations(letter, 2)
    decide(member_client, "approve", *rows, step="decide")
    assert [state_of(row) for row in rows] == ["waiting", "confirmed"]
    decision = Decision.objects.get()
    assert decision.passed_over == 1
    page = member_client.get(reverse("desk:decision", args=[letter.lead.slug, decision.pk])).content.decode()
    assert "1 was passed over" in page
    assert "Tehreem Trust" in page


# --- Undo --------------------------------------------------------------------------------------------------


def test_a_refusal_of_many_is_undone_and_nobody_is_told(
    member_client: MemberClient,
    letter: Letter,
    mailbox: list[EmailMessage],
    settings: Any,
) -> None:
    settings.UNDO_SECONDS = 120
    rows = organisations(letter, 3)
    decide(member_client, "refuse", *rows, step="decide", reason="By mistake.")
    settle_mail()
    page = undo(member_client, Decision.objects.get())
    assert "Undone: 3 signatures stand as before." in page
    assert set(Signature.objects.values_list("state", "state_reason")) == {("waiting", "")}
    settle_mail()
    assert mailbox == []


def test_an_approval_is_undone_with_the_review_that_it_recorded(
    member_client: MemberClient, letter: Letter
) -> None:
    [row] = organisations(letter, 1)
    decide(member_client, "approve", row, step="decide")
    assert Organisation.objects.get().verified_at
    undo(member_client, Decision.objects.get())
    row.refresh_from_db()
    assert (row.state, row.verified, row.organisation, row.public_name) == ("waiting", "mail", None, "")
    assert Organisation.objects.get().verified_at is None


def test_what_has_changed_since_is_left_and_counted(member_client: MemberClient, letter: Letter) -> None:
    rows = organisations(letter, 3)
    decide(member_client, "approve", *rows, step="decide")
    services.withdraw(rows[1])
    page = undo(member_client, Decision.objects.get())
    assert "Undone: 2 signatures stand as before." in page
    assert "1 could not be put back" in page
    assert [state_of(row) for row in rows] == ["waiting", "withdrawn", "waiting"]
    assert "It was undone already." in undo(member_client, Decision.objects.get())


def test_a_refusal_is_not_undone_where_the_place_was_taken_since(
    member_client: MemberClient, letter: Letter
) -> None:
    first = factories.make_signature(letter, state="waiting", email="a@b.org", confirmed_at=None)
    decide(member_client, "refuse", first, source="people", step="decide", reason="No.")
    factories.make_signature(letter, email="a@b.org")
    assert "1 could not be put back" in undo(member_client, Decision.objects.get())
    assert state_of(first) == "refused"


def test_one_decision_on_a_signatures_own_page_is_undone_too(
    member_client: MemberClient, letter: Letter
) -> None:
    row = factories.make_signature(letter, name="Ayesha Khan")
    services.remove_signature(row, actor=member_client.user, reason="abuse")
    decision = Decision.objects.get()
    link = reverse("desk:decision", args=[letter.lead.slug, decision.pk])
    page = reverse("desk:signature", args=[letter.lead.slug, letter.pk, row.pk])
    assert link in member_client.get(page).content.decode()
    undo(member_client, decision)
    row.refresh_from_db()
    assert (row.state, row.public_name, row.state_reason) == ("confirmed", "Ayesha Khan", "")
    assert link not in member_client.get(page).content.decode()


def test_many_are_undone_by_a_worker_and_stop_what_was_under_way(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    monkeypatch.setattr(reviewing, "BATCH", 2)
    rows = organisations(letter, 5)
    decide(member_client, "refuse", all="1", step="decide", reason="No.")
    decision = Decision.objects.get()
    assert decision.job is not None
    jobs._do_step(decision.job.pk, jobs._do_step(decision.job.pk, None))
    undo(member_client, decision)
    jobs.run_jobs()
    assert {state_of(row) for row in rows} == {"waiting"}
    states = dict(Job.objects.values_list("kind", "state"))
    assert states == {"decide_in_bulk": "cancelled", "undo_decision": "done"}


# --- Reports, and persons of a notable name ------------------------------------------------------------------


def report(row: Signature, reason: str = "never_signed", words: str = "") -> None:
    row.refresh_from_db()
    told = reporting.report_signature(
        row.letter_id, kind=row.kind, reference=cursor_of(row.sort_key), reason=reason, words=words
    )
    assert told


def test_a_reported_name_is_kept_listed_again_and_not_hidden_a_second_time(
    member_client: MemberClient, letter: Letter
) -> None:
    row = factories.make_signature(letter, name="Ayesha Khan")
    report(row, words="That is not me.")
    assert state_of(row) == "quarantined"
    shown = queue(member_client, what="reports")
    assert "Ayesha Khan" in shown
    assert "That is not me." in shown
    assert "hidden meanwhile" in shown
    decide(member_client, "keep", Report.objects.get(), source="reports", step="decide")
    row.refresh_from_db()
    assert (row.state, row.public_name) == ("confirmed", "Ayesha Khan")
    report(row)
    assert state_of(row) == "confirmed"
    assert "still listed" in queue(member_client, what="reports")


def test_a_reported_name_is_removed_with_its_reason_and_that_is_undone(
    member_client: MemberClient, letter: Letter, mailbox: list[EmailMessage]
) -> None:
    row = factories.make_signature(letter)
    report(row)
    found = Report.objects.get()
    decide(member_client, "remove", found, source="reports", step="decide", reason="They told us.")
    found.refresh_from_db()
    assert (state_of(row), found.decision, found.decided_by) == ("removed", "removed", member_client.user)
    settle_mail()
    assert "They told us." in str(mailbox[0].body)
    undo(member_client, Decision.objects.get())
    found.refresh_from_db()
    assert (state_of(row), found.decided_at) == ("quarantined", None)
    assert "No reported name waits." not in queue(member_client, what="reports")


def test_a_person_of_a_notable_name_is_approved_and_told(
    member_client: MemberClient, letter: Letter, mailbox: list[EmailMessage]
) -> None:
    row = factories.make_signature(
        letter, state="waiting", name="Malala Yousafzai", email="m@example.net", confirmed_at=None
    )
    assert "Malala Yousafzai" in queue(member_client, what="people")
    decide(member_client, "approve", row, source="people", step="decide")
    row.refresh_from_db()
    assert (row.state, row.public_name) == ("confirmed", "Malala Yousafzai")
    settle_mail()
    assert [mail.to for mail in mailbox] == [["m@example.net"]]


def test_what_was_decided_is_recorded_without_names(member_client: MemberClient, letter: Letter) -> None:
    rows = organisations(letter, 2)
    decide(member_client, "refuse", all="1", step="decide", reason="Secret words.")
    jobs.run_jobs()
    undo(member_client, Decision.objects.get())
    entries = [f"{entry.action} {entry.detail}" for entry in member_client.coalition.audit.all()]
    assert any(entry.startswith("decided in bulk") for entry in entries)
    assert sum(entry.startswith("signature refused") for entry in entries) == len(rows)
    assert sum(entry.startswith("decision undone") for entry in entries) == len(rows) + 1
    assert not any(word in entry for entry in entries for word in ("Secret", "Jheel", "@"))
