"""Comments of organisations in the room wait in the queue until they are resolved or hidden, and again after undo."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from letters import jobs
from letters.models import Comment, Letter
from letters.services import comments
from signatures import bulk
from signatures.models import Decision
from signatures.to_decide import SOURCES
from tests import factories
from tests.at_once import at_once
from tests.conftest import MemberClient
from tests.signatures.test_to_decide import decide, queue, undo
from tests.writing import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, slug="keep-it-on", state="circulating")


def said(letter: Letter, organisation: str = "Open Karachi", **fields: object) -> Comment:
    return make_comment(letter, organisation=organisation, body="Name the law in ask 2.", **fields)


def how(comment: Comment) -> str:
    comment.refresh_from_db()
    return "hidden" if comment.hidden_at else "resolved" if comment.resolved_at else "waits"


def comments_page(client: MemberClient, letter: Letter, **asked: str) -> str:
    url = reverse("desk:comments", args=[client.coalition.slug, letter.pk])
    return client.get(url, asked).content.decode()


def moderate(client: Client, comment: Comment, verb: str) -> int:
    letter = comment.letter
    url = reverse("desk:comment_moderate", args=[letter.lead.slug, letter.pk, comment.pk])
    return client.post(url, {"verb": verb}).status_code


def test_what_organisations_said_waits_and_what_members_said_does_not(
    member_client: MemberClient, letter: Letter
) -> None:
    waits = said(letter, "Jheel Commons")
    said(letter, "Bolo Network", resolved_at=timezone.now())
    said(letter, "Saaf Awaz", hidden_at=timezone.now())
    said(factories.make_letter(), "Nobody Else")
    make_comment(letter, author=member_client.user, body="Between us")
    make_comment(letter, body="By a member who left")
    for shown in (queue(member_client, what="comments"), queue(member_client, letter, what="comments")):
        assert shown.count("data-row") == 1
        assert "Jheel Commons" in shown
        assert '<q dir="auto">Name the law in ask 2.</q>' in shown
        assert f"#comment-{waits.pk}" in shown
    assert "keep-it-on" in queue(member_client, what="comments")


def test_an_empty_queue_of_comments_says_so(member_client: MemberClient, letter: Letter) -> None:
    assert "No comment of an organisation waits." in queue(member_client, what="comments")


def test_a_row_opens_the_comment_among_the_letters(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letters.desk.commenting.ON_A_PAGE", 2)
    first = said(letter)
    for _number in range(3):
        make_comment(letter, author=member_client.user)
    link = re.search(
        rf'href="([^"#]+comments/[^"#]*)#comment-{first.pk}"', queue(member_client, what="comments")
    )
    assert link
    assert f'id="comment-{first.pk}"' in member_client.get(link[1]).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_and_a_decision_cost_the_same_for_more_comments(
    member_client: MemberClient,
    letter: Letter,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    url = reverse("desk:to_decide", args=[letter.lead.slug])
    waiting = [said(letter) for _number in range(rows)]
    with django_assert_num_queries(9):
        assert member_client.get(url, {"what": "comments"}).content.decode().count("data-row") == rows
    decide(member_client, "resolve", *waiting, source="comments", step="decide")
    page = reverse("desk:decision", args=[letter.lead.slug, Decision.objects.get().pk])
    with django_assert_num_queries(6):
        assert member_client.get(page).content.decode().count("#comment-") == rows


def test_the_queue_is_read_by_its_own_index_past_all_that_is_settled(letter: Letter) -> None:
    settled = {"organisation": "Jheel Commons", "body": "Done.", "resolved_at": timezone.now()}
    Comment.objects.bulk_create(Comment(letter=letter, **settled) for _ in range(1000))
    said(letter)
    rows = SOURCES["comments"].waiting(letter.lead)[:51]
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("ANALYZE")
        assert len(rows) == 1
        sql = next(query["sql"] for query in asked if "letters_comment" in query["sql"])
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + sql)
        plan = " ".join(str(line) for line in cursor.fetchall())
    assert "comment_waiting" in plan


def test_how_many_it_touches_is_told_before_anything_is_decided(
    member_client: MemberClient, letter: Letter
) -> None:
    rows = [said(letter) for _number in range(3)]
    page = decide(member_client, "hide", *rows[:2], source="comments").content.decode()
    assert "exactly 2 comments" in page
    assert {how(row) for row in rows} == {"waits"}


@pytest.mark.parametrize(("verb", "name"), [("resolve", "resolved"), ("hide", "hidden")])
def test_some_are_decided_and_wait_again_once_that_is_undone(
    member_client: MemberClient, letter: Letter, verb: str, name: str
) -> None:
    rows = [said(letter) for _number in range(3)]
    response = decide(member_client, verb, *rows[:2], source="comments", step="decide")
    assert [how(row) for row in rows] == [name, name, "waits"]
    page = member_client.get(response.url).content.decode()
    assert f"2 comments {name}" in page
    assert f"?show={name}&amp;before=" in page
    assert "No mail was sent." in page
    assert "Undone: 2 comments stand as before." in undo(member_client, Decision.objects.get())
    assert {how(row) for row in rows} == {"waits"}
    assert "It was undone already." in undo(member_client, Decision.objects.get())


def test_what_a_member_changed_since_is_left_and_counted(member_client: MemberClient, letter: Letter) -> None:
    rows = [said(letter), said(letter)]
    decide(member_client, "resolve", *rows, source="comments", step="decide")
    comments.reopen_comment(rows[0], actor=member_client.user)
    comments.resolve_comment(rows[0], actor=member_client.user)
    page = undo(member_client, Decision.objects.get())
    assert "Undone: 1 comment stands as before." in page
    assert "1 could not be put back" in page
    assert [how(row) for row in rows] == ["resolved", "waits"]


def test_all_are_decided_and_undone_by_a_worker(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    monkeypatch.setattr("signatures.reviewing.BATCH", 2)
    rows = [said(letter) for _number in range(5)]
    mine = make_comment(letter, author=member_client.user)
    decide(member_client, "hide", source="comments", all="1", step="decide")
    jobs.run_jobs()
    assert {how(row) for row in rows} == {"hidden"}
    assert how(mine) == "waits"
    undo(member_client, Decision.objects.get())
    jobs.run_jobs()
    assert {how(row) for row in rows} == {"waits"}


def test_what_was_decided_is_recorded_without_words(member_client: MemberClient, letter: Letter) -> None:
    row = said(letter)
    decide(member_client, "hide", row, source="comments", step="decide")
    undo(member_client, Decision.objects.get())
    entries = {entry.action: entry.detail for entry in member_client.coalition.audit.all()}
    assert entries["comment hidden"] == {"comment": row.pk}
    assert entries["comment shown again"] == {"comment": row.pk}
    assert entries["decision undone"] == {"decision": Decision.objects.get().pk, "comments": 1}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does(member_client: MemberClient, letter: Letter) -> None:
    row, source = said(letter), SOURCES["comments"]
    coalition, actor = member_client.coalition, member_client.user
    made = at_once(
        *[
            lambda verb=verb: bulk.decide_chosen(source, [row], verb, coalition=coalition, actor=actor)
            for verb in ("resolve", "hide")
        ]
    )
    for one in made:
        one.refresh_from_db()
    assert sorted(one.passed_over for one in made) == [0, 1]
    assert how(row) in ("resolved", "hidden")


# --- On the letter's own page ------------------------------------------------------------------------------


def test_a_comment_is_hidden_on_its_page_and_shown_again(member_client: MemberClient, letter: Letter) -> None:
    row = said(letter)
    assert 'value="hide"' in comments_page(member_client, letter)
    assert moderate(member_client, row, "hide") == 302
    assert row.body not in comments_page(member_client, letter)
    hidden = comments_page(member_client, letter, show="hidden")
    assert row.body in hidden
    assert 'value="show"' in hidden
    assert 'value="resolve"' not in hidden
    moderate(member_client, row, "show")
    assert row.body in comments_page(member_client, letter)
    assert "No comment is hidden." in comments_page(member_client, letter, show="hidden")


def test_what_is_hidden_is_for_those_who_moderate(member_client: MemberClient, letter: Letter) -> None:
    row = said(letter, hidden_at=timezone.now())
    member_client.coalition.memberships.update(role="viewer")
    page = comments_page(member_client, letter, show="hidden")
    assert row.body not in page
    assert "Hidden" not in page
    assert moderate(member_client, row, "show") == 403
    assert how(row) == "hidden"
