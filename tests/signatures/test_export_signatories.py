"""`manage.py export_signatories`: what it writes, what it refuses, and that a file is whole or not there."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook
from pypdf import PdfReader

from letters.models import AuditEntry, Letter
from signatures.exports import FULL_COLUMNS, PUBLIC_COLUMNS
from signatures.tallies import fold_tallies
from tests.factories import make_letter, make_organisation, make_signature

pytestmark = pytest.mark.django_db

FORMULA = '=HYPERLINK("http://192.0.2.1/","Read me")'


@pytest.fixture
def letter() -> Letter:
    letter = make_letter(slug="keep-it-on", languages=("en", "ur"))
    make_signature(letter, name="Asma Khan", email="asma@example.org", country="PK", role=FORMULA)
    make_signature(letter, name="Budi Santoso", email="budi@example.org", exposure="counted")
    body = make_organisation(letter.lead, name="Web We Want", country="PE")
    make_signature(
        letter, kind="organisation", organisation=body, name="Rosa Quispe", email="rosa@example.org"
    )
    fold_tallies()
    return letter


def export(extension: str, output: Path, *more: str, slug: str = "keep-it-on") -> str:
    said = io.StringIO()
    call_command(
        "export_signatories", slug, "--format", extension, "--output", str(output), *more, stdout=said
    )
    return said.getvalue()


def read_csv(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(), newline="")))


def test_the_public_list_as_csv(letter: Letter, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    assert str(file) in export("csv", file)
    rows = read_csv(file)
    assert list(rows[0]) == list(PUBLIC_COLUMNS)
    assert [(row["name"], row["detail"]) for row in rows] == [
        ("Web We Want", ""),
        ("Asma Khan", f"'{FORMULA}"),
    ]
    assert "example.org" not in file.read_text().replace(rows[0]["website"], "")
    assert list(tmp_path.iterdir()) == [file]


def test_the_public_list_as_json(letter: Letter, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    export("json", file)
    told = json.loads(file.read_text())
    assert told["title"] == "Keep the internet on"
    assert [row["name"] for row in told["signatories"]] == ["Web We Want", "Asma Khan"]


def test_the_public_list_as_a_spreadsheet(letter: Letter, tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    export("xlsx", file)
    cells = [[cell.value for cell in row] for row in load_workbook(file).worksheets[0].iter_rows()]
    assert cells[0] == list(PUBLIC_COLUMNS)
    assert [row[1] for row in cells[1:]] == ["Web We Want", "Asma Khan"]


def test_the_public_list_as_pdf_in_a_language_of_the_letter(letter: Letter, tmp_path: Path) -> None:
    file = tmp_path / "list.pdf"
    export("pdf", file, "--lang", "ur")
    reader = PdfReader(file)
    assert str(reader.root_object["/Lang"]) == "ur"
    assert "Asma Khan" in "".join(page.extract_text() for page in reader.pages)
    with pytest.raises(CommandError, match="not in 'fr', but in en, ur"):
        export("pdf", file, "--lang", "fr")


def test_the_full_list_is_private_and_noted(letter: Letter, tmp_path: Path) -> None:
    make_signature(letter, name="Pending Person", state="pending")
    file = tmp_path / "full.csv"
    export("csv", file, "--full")
    rows = read_csv(file)
    assert list(rows[0]) == list(FULL_COLUMNS)
    assert {(row["kind"], row["name"], row["email"]) for row in rows} == {
        ("organisation", "Rosa Quispe", "rosa@example.org"),
        ("individual", "Asma Khan", "asma@example.org"),
        ("individual", "Budi Santoso", "budi@example.org"),
    }
    assert {row["role"] for row in rows} == {"", f"'{FORMULA}"}
    assert file.stat().st_mode & 0o777 == 0o600
    entry = AuditEntry.objects.get(action="full list exported")
    assert (entry.letter, entry.coalition) == (letter, letter.lead)
    assert entry.detail["format"] == "csv"


def test_a_public_export_is_not_noted(letter: Letter, tmp_path: Path) -> None:
    export("csv", tmp_path / "list.csv")
    assert not AuditEntry.objects.filter(action__contains="export").exists()


def test_an_export_that_fails_leaves_the_file_that_was_there(
    letter: Letter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("as it was")

    def fail(letter: Letter) -> Any:
        yield b"half"
        raise OSError("the disk is full")

    monkeypatch.setattr("signatures.exports.files.STREAMS", {("csv", False): fail})
    with pytest.raises(CommandError, match="the disk is full"):
        export("csv", file)
    assert file.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("extension", "more", "words"),
    [
        ("ods", (), "invalid choice"),
        ("pdf", ("--full",), "--full is for csv"),
        ("pdf", ("--lang", "xx"), "not in"),
    ],
)
def test_what_cannot_be_made_is_refused(
    letter: Letter, tmp_path: Path, extension: str, more: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        export(extension, tmp_path / "list", *more)
    assert not list(tmp_path.iterdir())


def test_an_address_that_no_letter_has_is_refused(letter: Letter, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no letter has the address 'keep-it-off'"):
        export("csv", tmp_path / "list.csv", slug="keep-it-off")


@pytest.mark.parametrize("output", ["nowhere/list.csv", "."])
def test_where_nothing_can_be_written_is_said(letter: Letter, tmp_path: Path, output: str) -> None:
    with pytest.raises(CommandError, match=r"No such file|is not a file"):
        export("csv", tmp_path / output)


def test_a_draft_can_be_exported_at_the_shell(tmp_path: Path) -> None:
    draft = make_letter(state="draft")
    export("csv", tmp_path / "list.csv", slug=draft.slug)
    assert read_csv(tmp_path / "list.csv") == []
