"""The public list as CSV, JSON, XLSX and PDF: what is in it, that nothing in it runs, and who may have it."""

import csv
import io
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from letters.models import Letter
from signatures import documents
from signatures.exports import PUBLIC_COLUMNS, make_inert, public_csv, public_json, public_rows
from signatures.exports.cells import FORMULA as EXPRESSION
from signatures.exports.cells import csv_line
from signatures.exports.streams import csv_parts
from signatures.models import Document, Signature
from signatures.tallies import fold_tallies
from tests.factories import make_letter, make_organisation, make_signature

pytestmark = pytest.mark.django_db(transaction=True)

FORMULA = '=HYPERLINK("http://192.0.2.1/","Read me")'
AWKWARD = [
    FORMULA,
    "+1",
    "-1",
    "@SUM(A1)",
    "  =1+1",
    "\u3000＝1",
    "＋1",
    "－1",
    "＠x",
    "\u2003@wide",
    'Quoted "name", with a comma',
    "Two\nlines",
    "Carriage\rreturn",
    "\tTab first",
    "'apostrophe",
    "عائشہ خان",
    "Zoë Ştefan",
    "~tilde",
    "1 digit",
    "[bracket",
    "zero\u200bwidth",
]


@pytest.fixture
def letter() -> Letter:
    return make_letter(slug="keep-it-on")


def read(client: Client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200
    return b"".join(response)


def read_csv(client: Client, letter: Letter) -> list[dict[str, str]]:
    text = read(client, f"/letters/{letter.slug}/signatories.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def named(letter: Letter, *names: str) -> None:
    """People who are named just so, past what a form would have let in."""
    for name in names:
        signature = make_signature(letter)
        Signature.objects.filter(pk=signature.pk).update(public_name=name)


# --- What is in it ------------------------------------------------------------------------------------------------


def test_organisations_come_first_then_people_each_from_a_to_z(client: Client, letter: Letter) -> None:
    for name in ("Zainab", "Ángel", "bilal"):
        make_signature(letter, name=name)
    for name in ("Web We Want", "Access Now"):
        make_signature(
            letter, kind="organisation", organisation=make_organisation(letter.lead, name=name, country="PE")
        )
    rows = read_csv(client, letter)
    assert [(row["kind"], row["name"]) for row in rows] == [
        ("organisation", "Access Now"),
        ("organisation", "Web We Want"),
        ("individual", "Ángel"),
        ("individual", "bilal"),
        ("individual", "Zainab"),
    ]
    assert rows[0]["country"] == "PE"
    assert rows[0]["edition"] == str(letter.edition)


def test_a_row_says_its_columns_and_the_day_in_utc(client: Client, letter: Letter) -> None:
    signature = make_signature(letter, name="Asma", role="Professor", affiliation="University", country="ID")
    assert signature.confirmed_at
    assert read_csv(client, letter) == [
        {
            "kind": "individual",
            "name": "Asma",
            "detail": "Professor, University",
            "country": "ID",
            "website": "",
            "verified": "mail",
            "signed_on": signature.confirmed_at.date().isoformat(),
            "edition": "1.0",
        }
    ]


@pytest.mark.parametrize("exposure", ["counted", "sealed"])
def test_who_is_not_shown_is_absent(client: Client, letter: Letter, exposure: str) -> None:
    make_signature(letter, name="Hidden Person", email="hidden@example.org", exposure=exposure)
    for extension in ("csv", "json"):
        assert b"idden" not in read(client, f"/letters/{letter.slug}/signatories.{extension}").lower()
    assert read_csv(client, letter) == []


def test_initials_show_no_country_and_country_shows_no_name(client: Client, letter: Letter) -> None:
    make_signature(letter, name="Asma Khan", exposure="initials", country="PK", role="Judge")
    make_signature(letter, name="Budi Santoso", exposure="country", country="ID", role="Judge")
    assert [(row["name"], row["country"], row["detail"]) for row in read_csv(client, letter)] == [
        ("A. K.", "", ""),
        ("", "ID", ""),
    ]


@pytest.mark.parametrize("state", ["pending", "waiting", "quarantined", "refused", "withdrawn", "removed"])
def test_only_who_is_confirmed_is_listed(client: Client, letter: Letter, state: str) -> None:
    make_signature(letter, name="Somebody", state=state)
    assert read_csv(client, letter) == []


def test_another_letters_signatories_are_not_in_it(client: Client, letter: Letter) -> None:
    make_signature(make_letter(), name="Elsewhere")
    make_signature(letter, name="Here")
    assert [row["name"] for row in read_csv(client, letter)] == ["Here"]


def test_json_says_which_edition_and_how_many(client: Client, letter: Letter) -> None:
    make_signature(letter, name="Asma")
    make_signature(letter, kind="organisation")
    fold_tallies()
    told = json.loads(read(client, f"/letters/{letter.slug}/signatories.json"))
    assert told["letter"] == letter.slug
    assert told["edition"] == "1.0"
    assert told["sha256"] == letter.edition.sha256
    assert told["counts"] == {"organisations": 1, "individuals": 1, "countries": 1}
    assert told["generated_at"]
    assert [row["kind"] for row in told["signatories"]] == ["organisation", "individual"]


def test_a_letter_that_nobody_signed_has_an_empty_list(client: Client, letter: Letter) -> None:
    assert read(client, f"/letters/{letter.slug}/signatories.csv").decode() == ",".join(PUBLIC_COLUMNS) + "\n"
    assert json.loads(read(client, f"/letters/{letter.slug}/signatories.json"))["signatories"] == []


# --- Nothing in it runs -------------------------------------------------------------------------------------------


def test_no_cell_of_csv_begins_as_a_formula(client: Client, letter: Letter) -> None:
    named(letter, *AWKWARD)
    found = {row["name"] for row in read_csv(client, letter)}
    assert f"'{FORMULA}" in found
    assert not [name for name in found if name.lstrip(" \u3000\u2003")[:1] in tuple("=+-@\t\r＝＋－＠")]
    assert {'Quoted "name", with a comma', "Two\nlines", "عائشہ خان", "~tilde", "[bracket"} <= found


@pytest.mark.parametrize("column", ["public_name", "public_detail", "public_website"])
def test_each_free_cell_is_made_inert(client: Client, letter: Letter, column: str) -> None:
    signature = make_signature(letter)
    Signature.objects.filter(pk=signature.pk).update(**{column: FORMULA})
    assert read_csv(client, letter)[0][column.removeprefix("public_")] == f"'{FORMULA}"


def test_names_are_left_as_they_are_in_json(client: Client, letter: Letter) -> None:
    named(letter, FORMULA)
    told = json.loads(read(client, f"/letters/{letter.slug}/signatories.json"))
    assert told["signatories"][0]["name"] == FORMULA


def test_a_cell_of_the_spreadsheet_is_text_and_never_a_formula(client: Client, letter: Letter) -> None:
    named(letter, FORMULA, "123", "https://example.org")
    documents.build_document(letter, Document.Kind.SHEET, "en")
    book = load_workbook(io.BytesIO(read(client, f"/letters/{letter.slug}/signatories.xlsx")))
    rows = list(book.worksheets[0].iter_rows())
    assert [cell.value for cell in rows[0]] == list(PUBLIC_COLUMNS)
    cells = [row[1] for row in rows[1:]]
    assert {cell.value for cell in cells} == {FORMULA, "123", "https://example.org"}
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]


def test_a_name_in_the_pdf_is_printed_as_it_stands(client: Client, letter: Letter) -> None:
    named(letter, FORMULA)
    documents.build_document(letter, Document.Kind.LIST, "en")
    pdf = PdfReader(io.BytesIO(read(client, f"/letters/{letter.slug}/signatories.pdf")))
    text = "".join("".join(page.extract_text() for page in pdf.pages).split())
    assert "=HYPERLINK(" in text
    assert not [page for page in pdf.pages for note in page.get("/Annots", []) if "/A" in note.get_object()]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL copies")
def test_copy_and_iterator_give_the_same_bytes(letter: Letter) -> None:
    named(letter, *AWKWARD)
    for exposure in ("initials", "country", "counted"):
        make_signature(letter, exposure=exposure, country="ID")
    make_signature(letter, kind="organisation")
    make_signature(letter, name="Undated", confirmed_at=None)
    iterated = b"".join([csv_line(PUBLIC_COLUMNS).encode(), *csv_parts(public_rows(letter))])
    assert b"".join(public_csv(letter)) == iterated


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="the expression is PostgreSQL's too there")
def test_postgresql_takes_for_a_formula_what_python_does() -> None:
    codes = [code for code in range(1, 0xFFFE) if not 0xD800 <= code <= 0xDFFF]
    from_python = [make_inert(chr(code) + "x") != chr(code) + "x" for code in codes]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(chr(code) || 'x' ~ %s ORDER BY code) FROM unnest(%s) code",
            [EXPRESSION, codes],
        )
        assert cursor.fetchone()[0] == from_python


# --- Streams ------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(letter: Letter) -> Letter:
    """More names than a pipe holds."""
    first = make_signature(letter, name="First")
    row = Signature.objects.get(pk=first.pk)
    copies = []
    for number in range(6000):
        row.pk, row.address_digest = None, number.to_bytes(32, "big")
        copies.append(
            Signature(
                **{
                    field.attname: getattr(row, field.attname)
                    for field in Signature._meta.concrete_fields
                    if field.attname not in ("id", "public_name", "sort_key")
                },
                public_name=f"Signer {number:05}",
                sort_key=number.to_bytes(8, "big"),
            )
        )
    Signature.objects.bulk_create(copies)
    return letter


def test_all_of_a_long_list_arrives_once(client: Client, crowd: Letter) -> None:
    names = [row["name"] for row in read_csv(client, crowd)]
    assert len(names) == len(set(names)) == 6001
    assert names[:6000] == sorted(names[:6000])


@pytest.mark.parametrize("stream", [public_csv, public_json])
def test_a_client_that_leaves_ends_the_export(crowd: Letter, stream: Any) -> None:
    before = set(threading.enumerate())
    parts: Iterator[bytes] = stream(crowd)
    assert next(parts)
    assert next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= before
    assert Signature.objects.filter(letter=crowd).count() == 6001
    if connection.vendor == "postgresql":
        assert _connections_at_work() == 0


def test_a_stream_that_nobody_reads_begins_nothing(crowd: Letter) -> None:
    before = set(threading.enumerate())
    public_csv(crowd).close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= before


def _connections_at_work() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL copies")
def test_what_the_database_raises_is_raised_to_the_reader(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signatures.exports.copying._COPY", "COPY (SELECT 1 / 0) TO STDOUT (FORMAT csv)")
    with pytest.raises(Exception, match="division by zero"):
        list(public_csv(letter))


# --- Who may have it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", ["csv", "json"])
def test_a_stream_may_be_kept_for_a_second_only(client: Client, letter: Letter, extension: str) -> None:
    response = client.get(f"/letters/{letter.slug}/signatories.{extension}", {"utm": "x"})
    assert response.headers["Cache-Control"] == "max-age=0, s-maxage=1, must-revalidate"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith(f'attachment; filename="{letter.slug}-signatories')
    assert disposition.endswith(f'.{extension}"')
    assert not response.cookies
    response.close()


@pytest.mark.parametrize("extension", ["ods", "html", "CSV", "csv.gz", "zip", "png"])
def test_a_format_that_is_not_made_is_not_found(client: Client, letter: Letter, extension: str) -> None:
    assert client.get(f"/letters/{letter.slug}/signatories.{extension}").status_code == 404


@pytest.mark.parametrize("extension", ["csv", "json", "xlsx", "pdf"])
@pytest.mark.parametrize("state", ["draft", "circulating"])
def test_a_letter_that_is_not_public_is_not_found(client: Client, state: str, extension: str) -> None:
    draft = make_letter(state=state)
    assert client.get(f"/letters/{draft.slug}/signatories.{extension}").status_code == 404
    assert client.get(f"/letters/nobody-has-this/signatories.{extension}").status_code == 404


@pytest.mark.parametrize("state", ["closed", "archived"])
def test_a_closed_letter_still_has_its_list(client: Client, state: str) -> None:
    closed = make_letter(state=state)
    make_signature(closed, name="Asma")
    assert [row["name"] for row in read_csv(client, closed)] == ["Asma"]


@pytest.mark.parametrize("extension", ["csv", "json", "xlsx", "pdf"])
def test_nothing_is_changed_by_post_and_nothing_sent_to_head(
    client: Client, letter: Letter, extension: str
) -> None:
    path = f"/letters/{letter.slug}/signatories.{extension}"
    assert client.post(path).status_code == 405
    documents.build_document(letter, Document.Kind.SHEET, "en")
    documents.build_document(letter, Document.Kind.LIST, "en")
    head = client.head(path)
    assert head.status_code == 200
    assert b"".join(head) == b""
    head.close()
