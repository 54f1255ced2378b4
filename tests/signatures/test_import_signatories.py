"""`manage.py import_signatories`: what goes in, what is refused and how that is told."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from letters.models import Letter
from signatures.mailing import send_owed_mail
from signatures.models import CountryTotal, Organisation, Signature
from signatures.person import Person
from signatures.services import withdraw
from tests.factories import make_letter

pytestmark = pytest.mark.django_db

HEADER = "kind,name,organisation,role,country,website,email,exposure,signed_at"


class Run:
    """One run of the command: what it said, and whether it exited 0."""

    def __init__(self, letter: Letter, file: Path) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.error = ""
        try:
            call_command("import_signatories", letter.slug, str(file), stdout=out, stderr=err)
        except CommandError as error:
            self.error = str(error)
        self.out, self.err = out.getvalue(), err.getvalue()


@pytest.fixture
def letter() -> Letter:
    return make_letter()


@pytest.fixture
def run(tmp_path: Path, letter: Letter) -> Any:
    def run(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> Run:
        file = tmp_path / "list.csv"
        file.write_bytes("\r\n".join([header, *lines, ""]).encode(encoding))
        return Run(letter, file)

    return run


def test_a_list_goes_in_confirmed_imported_and_mailed_nothing(run: Any) -> None:
    result = run(
        "organisation,Open Karachi,,,PK,open-karachi.example.org,info@karachi.example.org,,2024-02-06T09:00:00+05:00",
        'individual,عائشہ خان,Example University,"Professor, Law",PK,,,public,2024-02-07',
        "individual,Sulastri,,,ID,,,,",
    )
    assert result.out == "3 added, 0 already there, 0 refused\n"
    rows = {row.public_name: row for row in Signature.objects.all()}
    assert set(rows) == {"Open Karachi", "عائشہ خان", ""}
    assert {(row.state, row.origin, row.verified) for row in rows.values()} == {
        ("confirmed", "imported", "imported")
    }
    assert rows["عائشہ خان"].public_detail == "Professor, Law, Example University"
    assert rows["Open Karachi"].confirmed_at == datetime(2024, 2, 6, 4, tzinfo=UTC)
    assert rows[""].exposure == "counted"
    send_owed_mail()
    assert mail.outbox == []
    assert sum(CountryTotal.objects.values_list("count", flat=True)) == 3


def test_importing_the_same_file_again_adds_nothing(run: Any) -> None:
    lines = [
        "organisation,Open Karachi,,,PK,,,,",
        "individual,Ayesha Khan,,,PK,,,public,",
        "individual,B,,,PK,,b@example.net,,",
    ]
    run(*lines)
    assert run(*lines).out == "0 added, 3 already there, 0 refused\n"
    assert Signature.objects.count() == 3
    assert Organisation.objects.count() == 1


def test_a_longer_list_adds_only_what_is_new(run: Any) -> None:
    run("individual,Ayesha Khan,,,PK,,,public,")
    assert run("individual,Ayesha Khan,,,PK,,,public,", "individual,Bilal,,,PK,,,,").out.startswith(
        "1 added, 1 already"
    )


def test_a_line_that_says_the_same_as_another_is_told_and_not_added_twice(run: Any) -> None:
    result = run("individual,Ayesha Khan,,,PK,,,public,", "individual,Ayesha Khan,,,PK,,,public,")
    assert result.out == "1 added, 1 already there, 0 refused\n"
    assert "list.csv:3: says the same as line 2" in result.err


def test_people_of_one_name_who_differ_otherwise_are_different(run: Any) -> None:
    assert run("individual,Ali,,Nurse,PK,,,public,", "individual,Ali,,Teacher,PK,,,public,").out.startswith(
        "2 added"
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("person,Ayesha,,,PK,,,,", "kind: 'person' is none of organisation, individual"),
        ("individual,,,,PK,,,,", "name: is empty"),
        ("individual,<b>x</b>,,,PK,,,,", "name: Links and markup are not allowed here."),
        ("individual,A\u202eb,,,PK,,,,", "name: This has characters that cannot be shown"),
        ("individual," + "A" * 201 + ",,,PK,,,,", "name: has 201 characters, 200 at most"),
        ("individual,Ayesha,,,Atlantis,,,,", "country: 'Atlantis' is no ISO 3166 country code"),
        ("individual,Ayesha,,,PK,,not-an-address,,", "email: This is not a valid e-mail address."),
        (
            "individual,Ayesha,,,PK,,,secret,",
            "exposure: 'secret' is none of public, initials, country, counted",
        ),
        ("individual,Ayesha,,,PK,,,sealed,", "exposure: 'sealed' is none of"),
        ("individual,Ayesha,,,PK,,,,yesterday", "signed_at: 'yesterday' is no date"),
        ("individual,Ayesha,,,PK,,,,2024-02-31", "signed_at: '2024-02-31' is no date"),
        ("individual,Ayesha,,,PK,,,,2999-01-01", "signed_at: '2999-01-01' is in the future"),
        ("organisation,Open Karachi,,,PK,javascript:x,,,", "website: This is not the address of a website"),
        ("individual,Khan, Ayesha,,,PK,,,,,", "has 11 cells, and the header 9"),
    ],
)
def test_a_refused_row_is_told_with_line_and_reason_and_the_rest_goes_in(
    run: Any, line: str, reason: str
) -> None:
    result = run("individual,First,,,PK,,,public,", line, "individual,Last,,,PK,,,public,")
    assert f"list.csv:3: {reason}" in result.err
    assert result.error == "2 added, 0 already there, 1 refused"
    assert Signature.objects.count() == 2


def test_lines_are_counted_as_an_editor_does_also_after_a_cell_of_two_lines(run: Any) -> None:
    result = run('individual,First,"Two\nlines",,PK,,,public,', "", "individual,,,,PK,,,,")
    assert "list.csv:5: name: is empty" in result.err


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("kind,title", ":1: unknown column: title"),
        ("kind,country", ":1: missing column: name"),
        ("kind,name,name", ":1: doubled column: name"),
        ("kind;name;country", ":1: columns are parted by commas"),
        ("", ":1: missing column: kind, name"),
    ],
)
def test_a_bad_header_is_refused_by_name_and_nothing_is_written(run: Any, header: str, said: str) -> None:
    assert said in run("individual,Ayesha", header=header).error
    assert not Signature.objects.exists()


def test_a_file_that_is_not_utf8_is_refused_with_its_line(run: Any) -> None:
    assert "list.csv:2: this is not UTF-8" in run("individual,Andr\u00e9,,,FR,,,,", encoding="latin-1").error
    assert not Signature.objects.exists()


def test_a_byte_order_mark_and_a_short_header_are_taken(run: Any) -> None:
    assert run("individual,Ayesha", header="\ufeffkind,name").out.startswith("1 added")
    assert run("organisation,Open Lahore,pakistan", header="kind,name,country").out.startswith("1 added")
    assert Organisation.objects.get().country == "PK"


def test_a_row_that_is_no_csv_is_refused_alone(run: Any) -> None:
    result = run("individual,Ayesha", 'individual,"Bad" quote', "individual,Bilal")
    assert result.error == "2 added, 0 already there, 1 refused"
    assert ":3: ',' expected after" in result.err


def test_a_quotation_mark_that_never_closes_says_where_it_opens(run: Any) -> None:
    result = run("individual,Ayesha", 'individual,"Bilal', "individual,Chitra")
    assert result.error == "1 added, 0 already there, 1 refused"
    assert ":3: a quotation mark opens here and never closes" in result.err


def test_who_withdrew_is_not_brought_back_by_the_same_list(run: Any) -> None:
    lines = ["organisation,Open Karachi,,,PK,,,,", "individual,Ayesha Khan,,,PK,,a@example.net,public,"]
    lines.append("individual,Bilal,,,PK,,,public,")
    run(*lines)
    for signature in Signature.objects.all():
        withdraw(signature)
    assert run(*lines).out == "0 added, 3 already there, 0 refused\n"
    assert not Signature.objects.confirmed().exists()


def test_a_missing_file_and_an_unknown_letter_are_told(letter: Letter, tmp_path: Path) -> None:
    assert "No such file" in Run(letter, tmp_path / "none.csv").error
    with pytest.raises(CommandError, match="no letter has the address 'nowhere'"):
        call_command("import_signatories", "nowhere", str(tmp_path / "none.csv"))


def test_an_organisation_that_signed_by_itself_is_not_imported_again(run: Any) -> None:
    run("organisation,Open Karachi,,,PK,,,,")
    Signature.objects.update(origin="form")
    assert run("organisation,OPEN  KARACHI,,,PK,,,,").out.startswith("0 added, 1 already there")


def test_an_address_given_in_the_file_is_sealed_and_finds_its_signature(run: Any, letter: Letter) -> None:
    run("individual,Ayesha Khan,,,PK,,ayesha@example.net,public,")
    row = Signature.objects.get()
    assert Person.open(row.sealed).email == "ayesha@example.net"
    assert b"ayesha@" not in bytes(row.sealed)
    assert row.address_digest is not None


def test_three_thousand_rows_go_in(run: Any) -> None:
    names = io.StringIO()
    writer = csv.writer(names)
    for number in range(3000):
        kind = "organisation" if number % 10 == 0 else "individual"
        writer.writerow([kind, f"Name {number}", "", "", "PK", "", "", "public", "2024-02-06T09:00:00Z"])
    assert run(*names.getvalue().splitlines()).out == "3000 added, 0 already there, 0 refused\n"
    assert Signature.objects.filter(untallied=True).count() == 0
    assert sum(CountryTotal.objects.values_list("count", flat=True)) == 3000
