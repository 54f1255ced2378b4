"""A list of organisations: read by a worker, decided by a person, added by a worker; nobody is mailed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from letters import jobs
from letters.models import AuditEntry, Job, Letter
from signatures.contacts import Contact
from signatures.guests import deciding
from signatures.models import GuestImport, ImportRow, Invitation, Organisation, OtherName
from signatures.retention import destroy_expired
from tests import factories
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return factories.make_letter(
        coalition=member_client.coalition, state="draft", languages=["en", "ur"], slug="keep-it-on"
    )


def bring(client: MemberClient, letter: Letter | None, text: str | bytes = "", **data: Any) -> GuestImport:
    """Brings a list and lets a worker read it."""
    answer = post(client, letter, text, **data)
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_jobs()
    return GuestImport.objects.order_by("pk").last()  # type: ignore[return-value]


def post(client: MemberClient, letter: Letter | None, text: str | bytes = "", **data: Any) -> Any:
    name, parts = ("room_import", [letter.pk]) if letter else ("organisations_import", [])
    file = {"file": SimpleUploadedFile("list.csv", text)} if isinstance(text, bytes) else {"pasted": text}
    return client.post(reverse(f"desk:{name}", args=[client.coalition.slug, *parts]), {**file, **data})


def address(guest_import: GuestImport, name: str = "guests", *more: Any) -> str:
    return reverse(f"desk:{name}", args=[guest_import.coalition.slug, guest_import.pk, *more])


def decide(client: MemberClient, guest_import: GuestImport, line: int, choice: str) -> ImportRow:
    assert client.post(address(guest_import, "guests_row", line), {"choice": choice}).status_code == 302
    return guest_import.rows.get(line=line)


def add(client: MemberClient, guest_import: GuestImport) -> GuestImport:
    client.post(address(guest_import, "guests_add"))
    jobs.run_jobs()
    guest_import.refresh_from_db()
    return guest_import


def states(guest_import: GuestImport) -> list[str]:
    return list(guest_import.rows.values_list("state", flat=True))


def names() -> list[str]:
    return list(Organisation.objects.order_by("pk").values_list("name", flat=True))


# --- Into the room ------------------------------------------------------------------------------------------------

LIST = """name,country,website,contact,language
Digital Rights Foundation,Pakistan,digitalrightsfoundation.pk,Sana <sana@drf.example.org>,Urdu
Bolo Bhi,PAK,bolobhi.org,,
اوپن نیٹ,پاکستان,,desk@open.example.org,
Access Now,,https://www.accessnow.org/,info@an.example.org,en
"""


def test_a_list_is_read_shown_and_added_to_the_room(
    member_client: MemberClient, letter: Letter, mailbox: list[EmailMessage]
) -> None:
    guest_import = bring(member_client, letter, LIST)
    assert states(guest_import) == ["new"] * 4
    assert "Add 4 organisations to the room" in member_client.get(address(guest_import)).content.decode()
    assert names() == []
    add(member_client, guest_import)
    assert names() == ["Digital Rights Foundation", "Bolo Bhi", "اوپن نیٹ", "Access Now"]
    rows = Invitation.objects.order_by("pk").select_related("organisation")
    assert [(str(row.organisation.country), row.language, row.zone) for row in rows] == [
        ("PK", "ur", "Asia/Karachi"),
        ("PK", "ur", "Asia/Karachi"),
        ("PK", "ur", "Asia/Karachi"),
        ("", "en", "UTC"),
    ]
    assert Contact.open(rows[0].sealed or b"") == Contact("Sana", "sana@drf.example.org")
    assert rows[1].sealed is None
    assert {row.invited_at for row in rows} == {None}
    assert mailbox == []
    page = member_client.get(address(guest_import)).content.decode()
    assert "4 organisations were added to the registry. 4 were given a place in the room." in " ".join(
        page.split()
    )


def test_the_same_list_again_adds_nothing_and_says_so(member_client: MemberClient, letter: Letter) -> None:
    add(member_client, bring(member_client, letter, LIST))
    again = bring(member_client, letter, LIST)
    assert states(again) == ["same"] * 4
    add(member_client, again)
    assert (len(names()), Invitation.objects.count()) == (4, 4)
    assert (
        "Nothing was added: all of them are in the room already."
        in member_client.get(address(again)).content.decode()
    )


def test_without_a_letter_only_the_registry_is_filled(member_client: MemberClient) -> None:
    add(member_client, bring(member_client, None, LIST))
    assert (len(names()), Invitation.objects.count()) == (4, 0)


def test_those_the_registry_knows_get_a_place_in_the_next_room(
    member_client: MemberClient, letter: Letter
) -> None:
    add(member_client, bring(member_client, None, LIST))
    done = add(member_client, bring(member_client, letter, LIST))
    assert (done.organisations, done.invitations) == (0, 4)


def test_what_differs_for_a_known_one_is_told_and_changes_nothing(
    member_client: MemberClient, letter: Letter
) -> None:
    add(member_client, bring(member_client, letter, LIST))
    again = bring(
        member_client,
        letter,
        "Bolo Bhi,PK,bolobhi.example\nDigital Rights Foundation,PK,,new@drf.example.org\n",
    )
    assert list(again.rows.values_list("reasons", flat=True)) == [["website"], ["contact"]]
    page = member_client.get(address(again)).content.decode()
    assert "the registry keeps its own" in page
    assert "the invitation keeps its own" in page
    add(member_client, again)
    assert Organisation.objects.get(name="Bolo Bhi").website == "https://bolobhi.org"
    row = Invitation.objects.get(organisation__name="Digital Rights Foundation")
    assert Contact.open(row.sealed or b"").email == "sana@drf.example.org"


def test_a_contact_that_was_not_known_is_taken(member_client: MemberClient, letter: Letter) -> None:
    add(member_client, bring(member_client, letter, LIST))
    add(member_client, bring(member_client, letter, "Bolo Bhi,PK,,desk@bolo.example.org\n"))
    row = Invitation.objects.get(organisation__name="Bolo Bhi")
    assert Contact.open(row.sealed or b"").email == "desk@bolo.example.org"


# --- Deciding -----------------------------------------------------------------------------------------------------


@pytest.fixture
def known(member_client: MemberClient) -> Organisation:
    return factories.make_organisation(
        member_client.coalition, name="Access Now", country="US", website="https://accessnow.org"
    )


TRAP = "Αccess Now,US\n"  # with a Greek alpha


def test_one_that_looks_alike_waits_for_a_person(
    member_client: MemberClient, letter: Letter, known: Organisation
) -> None:
    guest_import = bring(member_client, letter, TRAP)
    assert states(guest_import) == ["alike"]
    page = member_client.get(address(guest_import)).content.decode()
    assert "written with different characters" in page
    assert "GREEK CAPITAL LETTER ALPHA" in page
    assert "In the registry" in page
    assert "to the room</button>" not in page
    add(member_client, guest_import)
    assert names() == ["Access Now"]
    assert not Invitation.objects.exists()


def test_the_same_one_is_joined_and_not_asked_about_again(
    member_client: MemberClient, letter: Letter, known: Organisation
) -> None:
    guest_import = bring(member_client, letter, TRAP)
    assert decide(member_client, guest_import, 1, "0").state == "merged"
    add(member_client, guest_import)
    assert names() == ["Access Now"]
    assert Invitation.objects.get().organisation == known
    assert OtherName.objects.get().name == "Αccess Now"
    again = bring(member_client, letter, TRAP)
    assert states(again) == ["same"]
    assert add(member_client, again).invitations == 0


def test_a_different_one_is_recorded_beside_it(
    member_client: MemberClient, letter: Letter, known: Organisation
) -> None:
    guest_import = bring(member_client, letter, TRAP)
    decide(member_client, guest_import, 1, "different")
    add(member_client, guest_import)
    assert names() == ["Access Now", "Αccess Now"]
    assert states(bring(member_client, letter, TRAP)) == ["same"]


def test_one_left_out_is_not_added(member_client: MemberClient, letter: Letter, known: Organisation) -> None:
    guest_import = bring(member_client, letter, TRAP + "EFF,US\n")
    decide(member_client, guest_import, 1, "out")
    add(member_client, guest_import)
    assert names() == ["Access Now", "EFF"]
    assert list(Invitation.objects.values_list("organisation__name", flat=True)) == ["EFF"]


def test_a_decision_is_undone_until_the_list_is_added(
    member_client: MemberClient, letter: Letter, known: Organisation
) -> None:
    guest_import = bring(member_client, letter, TRAP)
    for choice, state in (
        ("0", "merged"),
        ("undo", "alike"),
        ("out", "skipped"),
        ("undo", "alike"),
        ("different", "new"),
    ):
        assert decide(member_client, guest_import, 1, choice.strip()).state == state
    assert 'value="undo"' in member_client.get(address(guest_import) + "?state=new").content.decode()
    add(member_client, guest_import)
    assert decide(member_client, guest_import, 1, "undo").state == "added"


@pytest.mark.parametrize("choice", ["", "7", "-1", "yes", "٣"])
def test_an_answer_that_is_none_changes_nothing(
    member_client: MemberClient, letter: Letter, known: Organisation, choice: str
) -> None:
    guest_import = bring(member_client, letter, TRAP)
    assert decide(member_client, guest_import, 1, choice).state == "alike"


def test_rows_of_one_list_are_compared_with_each_other(member_client: MemberClient, letter: Letter) -> None:
    guest_import = bring(member_client, letter, f"Access Now,US\n{TRAP}The Access Now,US\nACCESS NOW,US\n")
    assert states(guest_import) == ["new", "alike", "alike", "same"]
    decide(member_client, guest_import, 2, "0")
    row = decide(member_client, guest_import, 3, "0")
    assert row.same_as_line == 1
    add(member_client, guest_import)
    assert names() == ["Access Now"]
    assert set(OtherName.objects.values_list("name", flat=True)) == {"Αccess Now", "The Access Now"}
    assert Invitation.objects.count() == 1


def test_what_is_the_same_as_a_line_that_is_left_out_is_left_out_too(
    member_client: MemberClient, letter: Letter, known: Organisation
) -> None:
    guest_import = bring(member_client, letter, f"{TRAP}Αccess Now!,US\n")
    assert states(guest_import) == ["alike", "same"]
    decide(member_client, guest_import, 1, "out")
    add(member_client, guest_import)
    assert (names(), Invitation.objects.count()) == (["Access Now"], 0)


def test_all_that_are_left_are_decided_after_a_page_that_counts_them(
    member_client: MemberClient, letter: Letter, known: Organisation
) -> None:
    guest_import = bring(member_client, letter, f"{TRAP}The Access Now,US\nAccess Now Inc.,US\n")
    decide(member_client, guest_import, 1, "out")
    rest = address(guest_import, "guests_rest")
    assert "2 rows are to be decided" in member_client.get(rest).content.decode()
    assert member_client.post(rest, {"seen": "3"}).status_code == 409
    assert states(guest_import) == ["skipped", "alike", "alike"]
    member_client.post(rest, {"seen": "2"})
    assert states(guest_import) == ["skipped", "new", "new"]


def test_two_members_who_add_at_once_add_once(member_client: MemberClient, letter: Letter) -> None:
    guest_import = bring(member_client, letter, LIST)
    for _number in range(2):
        member_client.post(address(guest_import, "guests_add"))
    assert Job.objects.filter(kind="add_organisations").count() == 1


# --- What is refused ----------------------------------------------------------------------------------------------


def test_refused_rows_are_told_by_line_and_the_rest_goes_in(
    member_client: MemberClient, letter: Letter
) -> None:
    rows = (
        "name,country,website,contact,language\nGood,PK,,,\nBad country,Atlantis,,,\n,PK,,,\nBad site,PK,not a site,,\n"
        "Bad contact,PK,,nobody,\nBad language,PK,,,Klingonese\nToo many,PK,,,,more\nsecret@list.example.org,PK,,,\n"
        f"{'x' * 201},PK,,,\n"
    )
    guest_import = bring(member_client, letter, rows)
    found = list(guest_import.rows.values_list("line", "state", "reasons"))
    assert [reasons for _line, _state, reasons in found] == [
        [], ["country"], ["no_name"], ["website"], ["contact"], ["language"], ["cells"], ["name"], ["long"]
    ]  # fmt: skip
    page = member_client.get(address(guest_import) + "?state=refused").content.decode()
    assert "The country is none that we know" in page
    assert "secret@list" not in page
    assert not ImportRow.objects.filter(name__contains="secret").exists()
    add(member_client, guest_import)
    assert names() == ["Good"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "Choose a file, or paste the rows below."),
        ({"text": b"\xff\xfe\x00\x00\x00\xd8" * 3}, "This is no list in text."),
        ({"text": b"\x89PNG\r\n\x1a\n\x00\x00\x00"}, "This is no list in text."),
        ({"text": b"name,country\n"}, "There is no organisation in this list."),
        ({"text": b"country,website\nPK,a.org\n"}, "The header names no column"),
        ({"text": b"x\n" * 5001}, "more than 5000 organisations"),
        ({"text": b"x" * 2_000_001}, "larger than 2 MB"),
        ({"text": b"EFF\n", "pasted": "EFF"}, "not both at once"),
    ],
)
def test_a_list_that_cannot_be_taken_is_refused_at_its_field(
    member_client: MemberClient, letter: Letter, data: dict[str, Any], told: str
) -> None:
    answer = post(member_client, letter, **data)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Job.objects.exists()


def test_what_was_pasted_is_not_lost_when_it_is_refused(member_client: MemberClient, letter: Letter) -> None:
    answer = post(member_client, letter, "country,website\nPK,bolobhi.org\n")
    assert answer.status_code == 422
    assert "PK,bolobhi.org" in answer.content.decode()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"]
)
def test_files_are_read_as_spreadsheets_write_them(
    member_client: MemberClient, letter: Letter, encoding: str
) -> None:
    guest_import = bring(
        member_client, letter, "Organisation;Pays\r\nFundación Karisma;Colombie\r\n".encode(encoding)
    )
    row = guest_import.rows.get()
    assert (row.name, row.country) == ("Fundación Karisma", "CO")
    told = "read as Windows-1252" in member_client.get(address(guest_import)).content.decode()
    assert told == (encoding == "windows-1252")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Country\tName\nPK\tBolo Bhi\n", ("Bolo Bhi", "PK", "", "", "")),
        (
            "E-mail;Organization Name;Note;Contact name\na@b.example.org;Bolo Bhi;x;Sana\n",
            ("Bolo Bhi", "", "", "a@b.example.org", "Sana"),
        ),
        ('"Bolo, Bhi",Pakistan,bolobhi.org\n', ("Bolo, Bhi", "PK", "https://bolobhi.org", "", "")),
        ("\n\n  Bolo   Bhi  \n", ("Bolo Bhi", "", "", "", "")),
        ("نام\tملک\nبولو بھی\tپاکستان\n", ("بولو بھی", "PK", "", "", "")),
    ],
)
def test_columns_are_found_by_their_words_or_their_place(
    member_client: MemberClient, letter: Letter, text: str, expected: tuple[str, ...]
) -> None:
    row = bring(member_client, letter, text).rows.get()
    contact = Contact.open(row.sealed) if row.sealed else Contact()
    assert (row.name, str(row.country), row.website, contact.email, contact.name) == expected


def test_a_column_that_nobody_knows_is_passed_over_and_told(
    member_client: MemberClient, letter: Letter
) -> None:
    guest_import = bring(member_client, letter, "Budget,Name\n12,Bolo Bhi\n")
    assert guest_import.rows.get().name == "Bolo Bhi"
    assert "(passed over) · name" in member_client.get(address(guest_import)).content.decode()


# --- What is private ----------------------------------------------------------------------------------------------


def clear_text_of(*models: Any) -> str:
    return " ".join(str(list(model.objects.values())) for model in models)


def test_contacts_are_sealed_from_the_first_moment_and_destroyed_at_the_end(
    member_client: MemberClient, letter: Letter, caplog: pytest.LogCaptureFixture
) -> None:
    post(member_client, letter, LIST)
    assert Job.objects.get().sealed
    jobs.run_jobs()
    guest_import = GuestImport.objects.get()
    assert Job.objects.get().sealed is None
    assert guest_import.rows.exclude(sealed=None).count() == 3
    add(member_client, guest_import)
    assert not guest_import.rows.exclude(sealed=None).exists()
    kept = clear_text_of(Job, GuestImport, ImportRow, Invitation, Organisation, AuditEntry)
    assert "sana@drf" not in kept + caplog.text
    assert "Digital Rights" not in clear_text_of(Job, AuditEntry, GuestImport) + caplog.text


def test_a_discarded_list_leaves_no_row(member_client: MemberClient, letter: Letter) -> None:
    guest_import = bring(member_client, letter, LIST)
    discard = address(guest_import, "guests_discard")
    assert "cannot be undone" in member_client.get(discard).content.decode()
    member_client.post(discard)
    assert not ImportRow.objects.exists()
    assert "is forgotten" in member_client.get(address(guest_import)).content.decode()
    assert member_client.post(discard).status_code == 302
    member_client.post(address(guest_import, "guests_add"))
    assert names() == []


def test_a_list_that_is_still_being_read_is_discarded_with_its_job(
    member_client: MemberClient, letter: Letter
) -> None:
    post(member_client, letter, LIST)
    guest_import = GuestImport.objects.get()
    member_client.post(address(guest_import, "guests_discard"))
    assert jobs.run_jobs() == 0
    assert (Job.objects.get().state, Job.objects.get().sealed) == ("cancelled", None)
    assert not ImportRow.objects.exists()


def test_what_was_left_lying_is_destroyed_after_a_month(member_client: MemberClient, letter: Letter) -> None:
    bring(member_client, letter, LIST)
    GuestImport.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert destroy_expired()["lists of organisations"] > 0
    assert not ImportRow.objects.exists()


def test_another_coalitions_list_is_not_found(
    member_client: MemberClient, stranger_client: MemberClient, letter: Letter
) -> None:
    guest_import = bring(member_client, letter, LIST)
    slug = stranger_client.coalition.slug
    assert stranger_client.get(address(guest_import)).status_code == 404
    assert stranger_client.get(reverse("desk:guests", args=[slug, guest_import.pk])).status_code == 404


# --- Long work ----------------------------------------------------------------------------------------------------


def test_cancelled_in_the_middle_of_adding_it_goes_on_with_the_rest(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signatures.guests.steps.ADDED_AT_ONCE", 2)
    guest_import = bring(member_client, letter, LIST)
    member_client.post(address(guest_import, "guests_add"))
    job = Job.objects.get(kind="add_organisations")
    jobs._do_step(job.pk, None)
    member_client.post(reverse("desk:job_cancel", args=[member_client.coalition.slug, job.pk]))
    assert (len(names()), Invitation.objects.count()) == (2, 2)
    assert "Add 2 organisations to the room" in member_client.get(address(guest_import)).content.decode()
    done = add(member_client, guest_import)
    assert (len(names()), Invitation.objects.count()) == (4, 4)
    assert (done.state, done.organisations, done.invitations) == ("finished", 4, 4)


def test_the_job_leads_on_to_the_list(member_client: MemberClient, letter: Letter) -> None:
    page = member_client.get(post(member_client, letter, LIST).url)
    assert page.headers["Refresh"]
    jobs.run_jobs()
    page = member_client.get(reverse("desk:job", args=[member_client.coalition.slug, Job.objects.get().pk]))
    assert address(GuestImport.objects.get()) in page.content.decode()


@pytest.mark.parametrize("state", ["alike", "new", "refused", "merged"])
def test_the_page_costs_the_same_with_one_row_and_with_three(
    member_client: MemberClient, letter: Letter, known: Organisation, state: str
) -> None:
    factories.make_signature(letter, kind="organisation", organisation=known)
    one = bring(member_client, letter, f"{TRAP}EFF,US\nBad,Atlantis\n")
    three = bring(
        member_client,
        letter,
        f"{TRAP}EFF,US\nBad,Atlantis\nThe Access Now,US\nAccess Now Inc,US\nA1,US\nA2,US\nX,Atlantis\nY,Atlantis\n",
    )
    for guest_import in (one, three):
        asked = guest_import.rows.filter(state="alike")
        candidates = [{"organisation": known.pk, "why": ["looks"]}, {"line": 2, "why": ["similar"]}]
        asked.update(candidates=candidates, same_as_line=2, state=state if state == "merged" else "alike")
    counts = []
    for guest_import in (one, three):
        with CaptureQueriesContext(connection) as queries:
            member_client.get(address(guest_import) + f"?state={state}")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 17


def test_five_thousand_organisations_are_read_and_added(member_client: MemberClient, letter: Letter) -> None:
    rows = "".join(
        f"Network {number} of {chr(65 + number % 26)}{number * 7919 % 9973},PK\n" for number in range(5000)
    )
    guest_import = bring(member_client, letter, rows.encode())
    assert guest_import.rows.count() == 5000
    deciding.decide_rest(guest_import, seen=guest_import.rows.filter(state="alike").count())
    done = add(member_client, guest_import)
    assert (done.organisations, done.invitations) == (5000, 5000)
