"""The audit log: only ever added to, read and filtered at the desk, taken home as CSV, and without private data."""

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from letters.memory import ENTRIES_ON_A_PAGE
from letters.models import AuditEntry, Coalition, Letter, LetterCoalition
from letters.models.audit import AppendOnly
from letters.services import record_audit, text_version
from tests import factories
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def coalition(member_client: MemberClient) -> Coalition:
    return member_client.coalition


def log(coalition: Coalition, letter: Letter | None = None, *, export: bool = False) -> str:
    name = ("letter_audit" if letter else "audit") + ("_export" if export else "")
    return reverse(f"desk:{name}", args=[coalition.slug, *([letter.pk] if letter else [])])


def shown(client: Client, url: str, **query: Any) -> list[int]:
    """The numbers of the entries on a page."""
    return [told.entry.pk for told in client.get(url, query).context["told"]]


def write(coalition: Coalition, action: str = "text saved", *, days: int = 0, **fields: Any) -> AuditEntry:
    """An entry, made so many days ago."""
    letter, actor = fields.pop("letter", None), fields.pop("actor", None)
    at = timezone.now() - timedelta(days=days)
    return AuditEntry.objects.create(
        coalition=coalition, action=action, letter=letter, actor=actor, at=at, **fields
    )


# --- Only added to -------------------------------------------------------------------------------------------------


def test_no_code_changes_or_deletes_an_entry(coalition: Coalition) -> None:
    entry = write(coalition)
    verbs: list[Any] = [
        entry.save,
        entry.delete,
        lambda: AuditEntry.objects.update(action="x"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda: coalition.audit.all().delete(),
        lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
    ]
    for verb in verbs:
        with pytest.raises(AppendOnly):
            verb()
    assert AuditEntry.objects.get().action == "text saved"


def test_the_database_refuses_to_change_an_entry(coalition: Coalition) -> None:
    write(coalition)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run("UPDATE letters_auditentry SET action = 'x'")
    assert AuditEntry.objects.get().action == "text saved"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's databases are emptied by deleting rows")
def test_postgresql_refuses_to_delete_an_entry(coalition: Coalition) -> None:
    write(coalition)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run("DELETE FROM letters_auditentry")
    assert AuditEntry.objects.count() == 1


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_entries_outlive_their_letter_and_their_member(member_client: MemberClient) -> None:
    coalition = member_client.coalition
    letter, other = factories.make_letter(coalition=coalition, state="draft"), factories.make_user()
    write(coalition, letter=letter, actor=other)
    letter.delete()
    other.delete()
    entry = AuditEntry.objects.get()
    assert (entry.letter_id, entry.actor_id) != (None, None)
    assert member_client.get(log(coalition)).status_code == 200
    assert b"text saved" in member_client.post(log(coalition, export=True)).getvalue()


# --- Read and filtered ---------------------------------------------------------------------------------------------


def test_newest_first_a_page_at_a_time(member_client: MemberClient, coalition: Coalition) -> None:
    numbers = [write(coalition).pk for _number in range(ENTRIES_ON_A_PAGE + 3)]
    numbers.reverse()
    assert shown(member_client, log(coalition)) == numbers[:ENTRIES_ON_A_PAGE]
    following = member_client.get(log(coalition)).context["next"]
    assert shown(member_client, log(coalition), before=following) == numbers[ENTRIES_ON_A_PAGE:]
    assert member_client.get(log(coalition), {"before": following}).context["next"] == 0


def test_a_new_entry_does_not_shift_the_pages(member_client: MemberClient, coalition: Coalition) -> None:
    for _number in range(ENTRIES_ON_A_PAGE + 1):
        write(coalition)
    following = member_client.get(log(coalition)).context["next"]
    second = shown(member_client, log(coalition), before=following)
    write(coalition)
    assert shown(member_client, log(coalition), before=following) == second


@pytest.mark.parametrize("name", ["member", "action", "letter", "session", "since", "until"])
def test_it_is_narrowed(member_client: MemberClient, coalition: Coalition, name: str) -> None:
    letter = factories.make_letter(coalition=coalition, state="draft")
    other = factories.make_member(coalition).user
    wanted = write(coalition, "letter closed", letter=letter, actor=other, session="0123456789ab", days=5)
    write(coalition, actor=member_client.user, days=0 if name == "until" else 9)
    query = {
        "member": str(other.pk),
        "action": "letter closed",
        "letter": str(letter.pk),
        "session": "0123456789ab",
        "since": str((timezone.now() - timedelta(days=6)).date()),
        "until": str((timezone.now() - timedelta(days=4)).date()),
    }
    assert len(shown(member_client, log(coalition))) == 2
    assert shown(member_client, log(coalition), **{name: query[name]}) == [wanted.pk]


@pytest.mark.parametrize(
    "query",
    [
        {"member": "x"},
        {"member": "999999"},
        {"letter": "-1"},
        {"session": "zz"},
        {"since": "yesterday"},
        {"before": "9" * 40},
        {"before": "-3"},
        {"action": "<script>"},
    ],
)
def test_a_filter_that_makes_no_sense_narrows_nothing(
    member_client: MemberClient, coalition: Coalition, query: dict[str, str]
) -> None:
    entry = write(coalition)
    answer = member_client.get(log(coalition), query)
    assert answer.status_code == 200
    assert [told.entry.pk for told in answer.context["told"]] == [entry.pk]
    assert "<script>" not in answer.content.decode().replace(
        '<script src="/static/desk.js" defer></script>', ""
    )


def test_a_letters_log_has_its_own_entries_alone(member_client: MemberClient, coalition: Coalition) -> None:
    first, second = (factories.make_letter(coalition=coalition, state="draft") for _which in range(2))
    entry = write(coalition, letter=first)
    write(coalition, letter=second)
    assert shown(member_client, log(coalition, first)) == [entry.pk]


def test_another_coalitions_entries_are_nowhere(member_client: MemberClient, coalition: Coalition) -> None:
    other = factories.make_coalition()
    letter = factories.make_letter(coalition=other, state="draft")
    write(other, letter=letter)
    assert shown(member_client, log(coalition)) == []
    assert shown(member_client, log(coalition), letter=letter.pk) == []


def test_a_co_publisher_reads_what_was_done_and_not_by_whom(client: Client) -> None:
    member = factories.make_member()
    letter = factories.make_letter(state="draft")
    LetterCoalition.objects.create(letter=letter, coalition=member.coalition, accepted_at=timezone.now())
    actor = factories.make_member(letter.lead, user=factories.make_user("hidden@example.org")).user
    write(letter.lead, letter=letter, actor=actor, detail={"member": actor.pk})
    client.force_login(member.user)
    for url in (
        log(member.coalition, letter),
        reverse("desk:letter", args=[member.coalition.slug, letter.pk]),
    ):
        page = client.get(url).content.decode()
        assert "text saved" in page
        assert "hidden@" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_costs_the_same_for_more(
    member_client: MemberClient,
    coalition: Coalition,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _number in range(rows):
        letter = factories.make_letter(coalition=coalition, state="draft")
        actor = factories.make_member(coalition).user
        write(coalition, letter=letter, actor=actor, detail={"member": actor.pk, "role": "editor"})
    with django_assert_num_queries(8):
        member_client.get(log(coalition))


def test_the_same_sign_in_has_one_mark_and_another_another(
    member_client: MemberClient, coalition: Coalition
) -> None:
    def act(client: Client) -> str:
        url = reverse("desk:letter_new", args=[coalition.slug])
        client.post(url, {"title": "A letter", "language": "en", "slug": ""})
        return AuditEntry.objects.filter(action="letter created")[0].session

    other = Client()
    other.force_login(member_client.user)
    marks = [act(member_client), act(member_client), act(other)]
    assert marks[0] == marks[1] != marks[2]
    assert all(len(mark) == 12 for mark in marks)
    assert member_client.session.session_key not in marks


# --- Taken home ----------------------------------------------------------------------------------------------------


def taken(client: Client, url: str) -> list[dict[str, str]]:
    answer = client.post(url)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.streaming
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_it_is_taken_home_and_that_is_noted(member_client: MemberClient, coalition: Coalition) -> None:
    letter = factories.make_letter(coalition=coalition, state="draft")
    write(
        coalition, letter=letter, actor=member_client.user, detail={"language": "ur", "changed": ["a", "b"]}
    )
    rows = taken(member_client, log(coalition, export=True))
    assert [row["action"] for row in rows] == ["log exported", "text saved"]
    assert rows[1]["letter"] == letter.slug
    assert rows[1]["member"] == str(member_client.user)
    assert rows[1]["detail"] == "changed: a, b; language: ur"
    assert AuditEntry.objects.filter(action="log exported", actor=member_client.user).count() == 1


def test_it_is_taken_home_as_it_is_narrowed(member_client: MemberClient, coalition: Coalition) -> None:
    write(coalition, "letter closed", days=3)
    write(coalition)
    day = (timezone.now() - timedelta(days=3)).date()
    url = f"{log(coalition, export=True)}?since={day}&until={day}"
    assert [row["action"] for row in taken(member_client, url)] == ["letter closed"]


def test_no_cell_is_run_by_a_spreadsheet(member_client: MemberClient, coalition: Coalition) -> None:
    factories.make_member(coalition, user=factories.make_user(name="=1+1"))
    write(coalition, actor=coalition.memberships.latest("pk").user)
    assert taken(member_client, log(coalition, export=True))[1]["member"] == "'=1+1"


# --- Private data --------------------------------------------------------------------------------------------------

CANARY = "canary"


def walk(client: MemberClient) -> Iterator[tuple[str, dict[str, Any]]]:
    """What members do, with a canary wherever a name or an address is typed."""
    slug = client.coalition.slug
    address, name = f"{CANARY}@{CANARY}.example.org", f"{CANARY.title()} Person"
    at = lambda view, *args: reverse(f"desk:{view}", args=[slug, *args])  # noqa: E731
    yield at("members"), {"email": address, "role": "editor", "language": "en"}
    yield (
        at("coalition_settings"),
        {"name": name, "email": address, "website": f"https://{CANARY}.example.org/"},
    )
    yield at("official_new"), {"name": name, "office": name, "email": address, "language": "en"}
    yield at("letter_new"), {"title": name, "language": "en", "slug": "a-letter"}
    letter = Letter.objects.latest("pk")
    yield (
        at("letter_text", letter.pk, "en"),
        {"title": name, "body": name, "asks": name, "seen": text_version(letter, "en")},
    )
    yield (
        at("addressees", letter.pk),
        {"create": "1", "name": f"{name} 2", "email": address, "language": "en", "kind": "to"},
    )
    yield at("publishers", letter.pk), {"slug": "somebody-else"}
    signature = factories.make_signature(
        factories.make_letter(coalition=client.coalition), name=name, email=address
    )
    yield (
        at("signature_remove", signature.letter_id, signature.pk),
        {"reason": f"{name} {address}", "confirm": "on"},
    )
    yield at("signatures", signature.letter_id), {"kind": "individual", "q": address}
    yield at("export_full", signature.letter_id), {}
    yield at("audit_export"), {}


def test_private_data_is_never_in_it(member_client: MemberClient, mailbox: list) -> None:
    for url, form in walk(member_client):
        answer = member_client.post(url, form)
        assert answer.status_code in (200, 302), url
    rows = list(AuditEntry.objects.values())
    assert len({row["action"] for row in rows}) >= 10
    assert CANARY not in json.dumps(rows, default=str).lower()


def test_an_entry_says_which_member_was_meant_by_name(member_client: MemberClient) -> None:
    other = factories.make_member(member_client.coalition, user=factories.make_user(name="Amal Haddad"))
    record_audit(member_client.coalition, "role changed", detail={"member": other.user_id, "role": "viewer"})
    assert (
        "Amal Haddad" in member_client.get(log(member_client.coalition)).content.decode().split("<table")[1]
    )
