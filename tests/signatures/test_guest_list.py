"""350 real organisations in many scripts, with near-duplicates among them on purpose: each is found, none is joined
silently, the others raise no false alarm, and a second time nothing is added."""

import csv
import time
from pathlib import Path
from typing import Any

import pytest

from letters.models import Letter
from signatures.guests.likeness import Known, Register, skeleton, worth_comparing
from signatures.guests.steps import known_of
from signatures.models import GuestImport, ImportRow, Invitation, Organisation
from tests import factories
from tests.conftest import MemberClient
from tests.signatures.test_guests import add, address, bring

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent.parent / "data"
LIST = (DATA / "organisations.csv").read_bytes()
# By name: why it must be told to be alike ("same" for the very same name), and to which one. They are the last rows.
TRAPS = {
    row["name"]: row for row in csv.DictReader((DATA / "organisations_alike.csv").read_text().splitlines())
}
REAL = 350 - len(TRAPS)


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, state="draft", languages=["en", "ur"])


@pytest.fixture
def brought(member_client: MemberClient, letter: Letter) -> GuestImport:
    return bring(member_client, letter, LIST)


def is_trap(row: ImportRow) -> bool:
    return row.line > REAL + 1


def names_by_line(guest_import: GuestImport) -> dict[int, str]:
    return dict(guest_import.rows.values_list("line", "name"))


def test_every_row_is_understood(brought: GuestImport) -> None:
    rows = list(brought.rows.all())
    assert len(rows) == 350
    assert [row for row in rows if row.state == "refused"] == []
    assert len({str(row.country) for row in rows}) >= 90
    assert {row.language for row in rows} >= {
        "ur",
        "ar",
        "ru",
        "hi",
        "bn",
        "th",
        "zh",
        "ko",
        "ja",
        "am",
        "ka",
        "hy",
        "he",
    }
    assert {row.language for row in rows} >= {"el", "si", "ta", "my", "km", "fr"}


def test_each_trap_is_found_for_its_reason(brought: GuestImport) -> None:
    names = names_by_line(brought)
    missed = []
    for row in brought.rows.filter(line__gt=REAL + 1):
        trap = TRAPS[row.name]
        if trap["found as"] == "same":
            found = row.state == "same" and names[row.same_as_line or 0] == trap["of"]
        else:
            told = [one for one in row.candidates if names[one["line"]] == trap["of"]]
            found = row.state == "alike" and any(trap["found as"] in one["why"] for one in told)
        missed += [] if found else [row.name]
    assert missed == []


def test_one_by_one_they_are_found_among_those_worth_comparing_too(brought: GuestImport) -> None:
    rows = list(brought.rows.all())
    known = [known_of(row.name, str(row.country), row.website, line=row.line) for row in rows[:REAL]]
    for row in rows[REAL:]:
        one = known_of(row.name, str(row.country), row.website)
        assert Register.of(worth_comparing(one, known)).find(one) == Register.of(known).find(one), row.name


def test_the_others_raise_no_false_alarm(brought: GuestImport) -> None:
    alarms = [row.name for row in brought.rows.all() if not is_trap(row) and row.state != "new"]
    assert alarms == []


def decide_all(client: MemberClient, guest_import: GuestImport) -> None:
    """Each trap is the one that it imitates."""
    names = names_by_line(guest_import)
    for row in guest_import.rows.filter(state="alike"):
        number = next(
            n for n, one in enumerate(row.candidates) if names[one["line"]] == TRAPS[row.name]["of"]
        )
        client.post(address(guest_import, "guests_row", row.line), {"choice": str(number)})


def test_decided_and_added_twice_each_is_there_once(
    member_client: MemberClient, letter: Letter, brought: GuestImport
) -> None:
    decide_all(member_client, brought)
    done = add(member_client, brought)
    assert (done.state, done.organisations, done.invitations) == ("finished", REAL, REAL)
    again = bring(member_client, letter, LIST)
    assert set(again.rows.values_list("state", flat=True)) == {"same"}
    done = add(member_client, again)
    assert (done.organisations, done.invitations) == (0, 0)
    assert (Organisation.objects.count(), Invitation.objects.count()) == (REAL, REAL)
    assert "Nothing was added" in member_client.get(address(again)).content.decode()


def test_without_a_decision_nothing_is_added(member_client: MemberClient, brought: GuestImport) -> None:
    add(member_client, brought)
    assert (Organisation.objects.count(), Invitation.objects.count()) == (0, 0)


def test_five_thousand_are_compared_with_five_thousand_in_seconds(
    member_client: MemberClient, letter: Letter
) -> None:
    real = [row["name"] for row in csv.DictReader(LIST.decode().splitlines())][:REAL]
    names = [f"{name} {letter}{number}" for number in range(16) for name in real for letter in "X"][:5000]
    known = [Known({"organisation": number}, f"{name} Q") for number, name in enumerate(names)]
    register = Register.of(known)
    started = time.process_time()
    for number, name in enumerate(names):
        register.find(Known({"line": number}, name))
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("Access Now", "Αccess Νow"),
        ("Access Now", "Ассеѕѕ Nоw"),
        ("Мемориал", "Mемориал"),
        ("paypal", "pаypаl"),
        ("FIDH", "FΙDH"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(name: str, twin: str) -> None:
    assert name != twin
    assert skeleton(name) == skeleton(twin)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Freedom House", "Freedom Forum"),
        ("Digital Rights Watch", "Digital Rights Nepal"),
        ("CPJ", "CPT"),
        ("محور الحق", "مؤسسة الحق"),
        ("ไอลอว์", "iLaw"),
    ],
)
def test_names_that_only_have_words_in_common_are_not_asked_about(name: str, other: str) -> None:
    register = Register.of([Known({"organisation": 1}, other, "PK")])
    assert register.find(Known({"line": 1}, name, "IN")).alike == []
    assert register.find(Known({"line": 1}, name, "PK")).alike == []


def test_chapters_of_one_body_in_two_countries_are_not_asked_about() -> None:
    register = Register.of([Known({"organisation": 1}, "Amnesty International Indonesia", "ID")])
    assert register.find(Known({"line": 1}, "Amnesty International India", "IN")).alike == []


def test_a_page_that_anybody_can_have_makes_no_two_alike() -> None:
    register = Register.of([Known({"organisation": 1}, "Bolo Bhi", "PK", "facebook.com")])
    assert register.find(Known({"line": 1}, "Aurat March", "PK", "facebook.com")).alike == []
    register = Register.of([Known({"organisation": 1}, "Bolo Bhi", "PK", "bolobhi.org")])
    found: Any = register.find(Known({"line": 1}, "Aurat March", "PK", "bolobhi.org")).alike
    assert found == [{"organisation": 1, "why": ["website"]}]
