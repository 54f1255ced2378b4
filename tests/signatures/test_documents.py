"""Documents: built by a worker beside what is served, never served once a name in them was taken back."""

import io
import logging
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from letters.models import Edition, Letter
from signatures import documents, services, typesetting
from signatures.documents import build_document, build_due_documents, building, content, ready_document
from signatures.models import Document, Signature
from signatures.tallies import fold_tallies
from signatures.tasks import build_documents
from tests.factories import freeze, make_letter, make_organisation, make_signature, make_text

pytestmark = pytest.mark.django_db(transaction=True)

SHEET, LIST, PICTURE, LETTER = (
    Document.Kind.SHEET,
    Document.Kind.LIST,
    Document.Kind.PICTURE,
    Document.Kind.LETTER,
)
QUERIES_OF_A_TICK = 10


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    return settings.DOCUMENTS_DIR


@pytest.fixture
def letter() -> Letter:
    letter = make_letter(slug="keep-it-on", languages=("en", "ur"))
    make_signature(letter, name="Asma Khan")
    fold_tallies()
    return letter


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Documents that are written at once, with the names in them; gives (kind, language) of each build."""
    built: list[tuple[str, str]] = []

    def write(letter: Letter, kind: str, language: str, output: Path) -> Path:
        built.append((kind, language))
        file = output.with_suffix(".png" if kind == PICTURE else ".pdf")
        names = Signature.objects.listed().filter(letter=letter).order_by("sort_key")
        file.write_text("\n".join(names.values_list("public_name", flat=True)))
        return file

    for module in (building, content):
        monkeypatch.setattr(module, "write_document", write)
    return built


def read(document: Document) -> str:
    reader = PdfReader(document.path)
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def age(**since: int) -> None:
    Document.objects.update(built_at=timezone.now() - timedelta(**since))


def change(signature: Signature, exposure: str, name: str = "Asma Khan") -> None:
    services.change(signature, name=name, country="PK", exposure=exposure, wants_updates=False)


# --- What is in them ----------------------------------------------------------------------------------------------


def test_the_letter_has_its_text_and_who_stands_behind_it(letter: Letter) -> None:
    body = make_organisation(letter.lead, name="Web We Want", country="PE")
    make_signature(letter, kind="organisation", organisation=body)
    document = build_document(letter, LETTER, "en", purpose="occasion-1")
    text = read(document)
    for expected in (
        "Keep the internet on",
        "Dear Prime Minister,",
        "Order no shutdown",
        "Respectfully,",
        letter.lead.name,
        "Official",
        "Peru",
        "Web We Want",
        "Asma Khan",
        letter.edition.sha256,
        "/letters/keep-it-on/",
    ):
        assert expected in text, expected
    assert document.purpose == "occasion-1"
    assert document.stale_at is None
    assert document.path.stat().st_size == document.size


def test_the_list_is_without_the_text(letter: Letter) -> None:
    text = read(build_document(letter, LIST, "en"))
    assert "Asma Khan" in text
    assert "Dear Prime Minister," not in text
    assert "Order no shutdown" not in text


def test_exposure_holds_in_documents(letter: Letter) -> None:
    make_signature(letter, name="Budi Santoso", exposure="initials", country="ID")
    make_signature(letter, name="Chiara Rossi", exposure="country", country="IT")
    make_signature(letter, name="Dolma Tsering", exposure="counted", country="NP")
    text = read(build_document(letter, LIST, "en"))
    assert "B. S." in text
    assert "A signatory from Italy" in text
    for hidden in ("Budi", "Rossi", "Dolma", "Indonesia", "Nepal"):
        assert hidden not in text


def test_a_document_in_urdu_is_set_in_urdu(letter: Letter) -> None:
    reader = PdfReader(build_document(letter, LETTER, "ur").path)
    assert str(reader.root_object["/Lang"]) == "ur"
    assert reader.metadata
    assert reader.metadata.title == "انٹرنیٹ بند نہ کیا جائے"


def test_a_list_above_the_limit_is_an_archive_with_everybody(
    client: Client, letter: Letter, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    for module in (typesetting, content):
        monkeypatch.setattr(module, "NAMES_PER_FILE", 3)
    names = ["Abena", "Bilal", "Chiara", "Dolma", "Edwin", "Fatima"]
    for name in names:
        make_signature(letter, name=name)
    document = build_document(letter, LIST, "en")
    response = client.get("/letters/keep-it-on/signatories.pdf")
    assert response.headers["Content-Type"] == "application/zip"
    assert 'filename="keep-it-on-signatories.zip"' in response.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(b"".join(response))) as archive:
        assert sorted(archive.namelist()) == [
            "keep-it-on-signatories-annex-1.pdf",
            "keep-it-on-signatories-annex-2.pdf",
            "keep-it-on-signatories.pdf",
        ]
        readers = [PdfReader(io.BytesIO(archive.read(name))) for name in archive.namelist()]
    text = "".join(page.extract_text() for reader in readers for page in reader.pages)
    assert all(text.count(name) == 1 for name in [*names, "Asma Khan"])
    assert files(folder) == {document.path}


def test_what_goes_by_mail_is_one_pdf_that_says_where_the_rest_is(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (typesetting, content):
        monkeypatch.setattr(module, "NAMES_PER_FILE", 3)
    for name in ("Zainab", "Zoe", "Zulfiqar"):
        make_signature(letter, name=name)
    document = build_document(letter, LETTER, "en")
    assert document.path.suffix == ".pdf"
    text = read(document)
    assert "Zainab" in text
    assert "Zulfiqar" not in text
    assert "/letters/keep-it-on/signatories.csv" in text.replace(" ", "")


# --- When they are built ------------------------------------------------------------------------------------------


def test_each_language_has_its_own_and_the_sheet_is_one(letter: Letter, quick: list[tuple[str, str]]) -> None:
    build_documents()
    assert sorted(quick) == [
        ("list", "en"),
        ("list", "ur"),
        ("picture", "en"),
        ("picture", "ur"),
        ("sheet", "en"),
    ]


def test_nothing_is_built_twice_when_nothing_changed(letter: Letter, quick: list[tuple[str, str]]) -> None:
    assert build_due_documents() == 5
    age(days=3)
    assert build_due_documents() == 0
    assert len(quick) == 5


def test_who_came_since_is_in_it_minutes_later(letter: Letter, quick: list[tuple[str, str]]) -> None:
    build_due_documents()
    make_signature(letter, name="Budi")
    fold_tallies()
    assert build_due_documents() == 0
    age(minutes=6)
    assert build_due_documents() == 3
    found = ready_document(letter, LIST, "en")
    assert found
    assert found.path.read_text() == "Asma Khan\nBudi"


def test_a_long_list_is_built_anew_once_an_hour(
    letter: Letter, quick: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    build_due_documents()
    monkeypatch.setattr("signatures.documents.due.PATIENCE", ((2, timedelta(hours=1)), (0, timedelta(0))))
    make_signature(letter, name="Budi")
    fold_tallies()
    age(minutes=50)
    assert build_due_documents() == 0
    age(minutes=70)
    assert build_due_documents() == 3


def test_the_picture_is_drawn_anew_for_a_new_edition_and_not_for_a_name(
    letter: Letter, quick: list[tuple[str, str]]
) -> None:
    build_due_documents()
    quick.clear()
    make_signature(letter)
    fold_tallies()
    age(minutes=6)
    build_due_documents()
    assert "picture" not in [kind for kind, _language in quick]
    quick.clear()
    edition = Edition.objects.create(letter=letter, number=1, revision=1)
    make_text(edition, "en", title="Keep the internet on, please")
    freeze(letter)
    build_due_documents()
    assert quick == [("picture", "en")]


def test_who_shows_more_is_served_on_and_built_anew_in_time(
    letter: Letter, quick: list[tuple[str, str]]
) -> None:
    hidden = make_signature(letter, name="Budi Santoso", exposure="country", country="PK")
    fold_tallies()
    build_due_documents()
    change(hidden, "public", "Budi Santoso")
    fold_tallies()
    assert ready_document(letter, LIST, "en")
    assert build_due_documents() == 0
    age(minutes=6)
    assert build_due_documents() == 3


@pytest.mark.parametrize("state", ["draft", "circulating"])
def test_a_letter_that_is_not_public_has_none(quick: list[tuple[str, str]], state: str) -> None:
    make_letter(state=state)
    assert build_due_documents() == 0


def test_a_tick_asks_the_database_as_often_for_ten_letters_as_for_one(
    letter: Letter, quick: list[tuple[str, str]], django_assert_max_num_queries: Any
) -> None:
    for _number in range(9):
        make_letter(languages=("en", "fr"))
    assert build_due_documents() == 50
    with django_assert_max_num_queries(QUERIES_OF_A_TICK):
        assert build_due_documents() == 0


def test_a_file_that_is_gone_is_not_served_and_made_again(client: Client, letter: Letter) -> None:
    document = build_document(letter, LIST, "en")
    document.path.unlink()
    assert ready_document(letter, LIST, "en") is None
    assert client.get("/letters/keep-it-on/signatories.pdf").status_code == 503
    build_due_documents()
    assert ready_document(letter, LIST, "en")


def test_one_letter_that_fails_does_not_hold_up_the_others(
    letter: Letter,
    quick: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = make_letter(slug="broken")
    write = content.write_document

    def fail(letter: Letter, *rest: Any) -> Path:
        if letter.pk == broken.pk:
            raise KeyError("no such name")
        return write(letter, *rest)

    monkeypatch.setattr(building, "write_document", fail)
    with caplog.at_level(logging.ERROR):
        assert build_due_documents() == 5
    assert "broken" in caplog.text
    assert not ready_document(broken, LIST, "en")
    monkeypatch.setattr(building, "write_document", write)
    assert build_due_documents() == 0
    caches["default"].clear()
    assert build_due_documents() == 3


def test_a_failed_build_leaves_no_file_and_what_was_served(
    letter: Letter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = build_document(letter, LIST, "en")

    def fail(data: dict[str, Any], output: Path) -> list[Path]:
        output.with_name(f"{output.stem}-annex-1.pdf").write_bytes(b"half")
        raise typesetting.TypesettingError("no paper")

    monkeypatch.setattr(content, "typeset_document", fail)
    with pytest.raises(typesetting.TypesettingError):
        build_document(letter, LIST, "en")
    assert files(folder) == {document.path}
    assert ready_document(letter, LIST, "en") == document


def test_files_of_workers_that_were_killed_are_swept_away(
    letter: Letter, quick: list[tuple[str, str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_due_documents()
    known = files(folder)
    (folder / str(letter.pk) / "left-behind.pdf").write_bytes(b"half")
    documents.mark_documents_stale(letter.pk)
    build_due_documents()
    assert len(files(folder)) == len(known) + 1
    monkeypatch.setattr("signatures.documents.due.ORPHAN_SECONDS", -1)
    documents.mark_documents_stale(letter.pk)
    build_due_documents()
    assert len(files(folder)) == len(known)


# --- Never what was taken back ------------------------------------------------------------------------------------


def narrow_by_exposure(signature: Signature) -> None:
    change(signature, "initials")


def narrow_by_name(signature: Signature) -> None:
    change(signature, "public", "A. Khan")


def narrow_by_withdrawing(signature: Signature) -> None:
    services.withdraw(signature)


@pytest.mark.parametrize("narrow", [narrow_by_exposure, narrow_by_name, narrow_by_withdrawing])
def test_a_document_with_a_name_that_was_taken_back_is_not_served(
    client: Client, letter: Letter, narrow: Callable[[Signature], None]
) -> None:
    build_due_documents()
    narrow(Signature.objects.get())
    assert ready_document(letter, LIST, "en") is None
    for extension in ("pdf", "xlsx"):
        response = client.get(f"/letters/keep-it-on/signatories.{extension}")
        assert response.status_code == 503
        assert response.headers["Retry-After"]
        assert response.headers["Cache-Control"] == "no-store"
        assert "being prepared" in response.content.decode()
    picture = client.get("/letters/keep-it-on/en/picture.png")
    assert picture.status_code == 200
    picture.close()
    build_due_documents()
    found = ready_document(letter, LIST, "en")
    assert found
    assert "Asma Khan" not in read(found)


def test_the_page_that_says_it_is_being_prepared_is_in_the_letters_language(
    client: Client, letter: Letter
) -> None:
    html = client.get("/letters/keep-it-on/signatories.pdf", {"lang": "ur"}).content.decode()
    assert 'lang="ur" dir="rtl"' in html


def test_a_name_taken_back_while_it_is_set_is_not_brought_back(
    letter: Letter, quick: list[tuple[str, str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature, write = Signature.objects.get(), content.write_document
    moments = iter([lambda: services.withdraw(signature)])

    def write_slowly(*args: Any) -> Path:
        file = write(*args)
        next(moments, lambda: None)()
        return file

    monkeypatch.setattr(building, "write_document", write_slowly)
    document = build_document(letter, LIST, "en")
    assert len(quick) == 2
    assert document.path.read_text() == ""
    assert files(folder) == {document.path}


def test_a_list_that_narrows_again_and_again_is_given_up_and_not_served(
    letter: Letter, quick: list[tuple[str, str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = content.write_document

    def write_slowly(*args: Any) -> Path:
        file = write(*args)
        documents.mark_documents_stale(letter.pk)
        return file

    monkeypatch.setattr(building, "write_document", write_slowly)
    with pytest.raises(documents.DocumentChanged):
        build_document(letter, LIST, "en")
    assert ready_document(letter, LIST, "en") is None
    assert not files(folder)


def test_a_slower_worker_does_not_put_old_names_over_a_faster_ones(
    letter: Letter, quick: list[tuple[str, str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fresh before and fresh after: only the file tells that the document is another one."""
    build_document(letter, LIST, "en")
    signature, write = Signature.objects.get(), content.write_document

    def overtake() -> None:
        services.withdraw(signature)
        build_document(letter, LIST, "en")

    moments = iter([overtake])

    def write_slowly(*args: Any) -> Path:
        file = write(*args)
        next(moments, lambda: None)()
        return file

    monkeypatch.setattr(building, "write_document", write_slowly)
    document = build_document(letter, LIST, "en")
    assert document.path.read_text() == ""
    assert files(folder) == {document.path}


def test_two_workers_at_once_leave_one_document(
    letter: Letter, quick: list[tuple[str, str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, together, failures = content.write_document, threading.Barrier(2, timeout=20), []

    def write_together(*args: Any) -> Path:
        file = write(*args)
        together.wait()
        return file

    monkeypatch.setattr(building, "write_document", write_together)

    def work() -> None:
        try:
            build_document(letter, LIST, "en")
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures
    document = Document.objects.get()
    assert document.stale_at is None
    assert files(folder) == {document.path}


# --- How they are served ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content_type", "policy"),
    [
        ("signatories.pdf", "application/pdf", "max-age=0, s-maxage=1, must-revalidate"),
        (
            "signatories.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "max-age=0, s-maxage=1, must-revalidate",
        ),
        ("en/picture.png", "image/png", "max-age=60, s-maxage=60"),
    ],
)
def test_a_file_is_served_with_its_hash_and_not_twice(
    client: Client, letter: Letter, path: str, content_type: str, policy: str
) -> None:
    build_due_documents()
    response = client.get(f"/letters/keep-it-on/{path}")
    body = b"".join(response)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Cache-Control"] == policy
    document = Document.objects.get(sha256=response.headers["ETag"].strip('"'))
    assert len(body) == document.size
    again = client.get(f"/letters/keep-it-on/{path}", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["ETag"] == response.headers["ETag"]
    assert again.content == b""


def test_the_pdf_is_in_the_language_that_is_asked_for(client: Client, letter: Letter) -> None:
    build_due_documents()
    response = client.get("/letters/keep-it-on/signatories.pdf", {"lang": "ur"})
    reader = PdfReader(io.BytesIO(b"".join(response)))
    assert str(reader.root_object["/Lang"]) == "ur"


def test_the_page_names_a_picture_that_is_there(client: Client, letter: Letter, settings: Any) -> None:
    html = client.get("/letters/keep-it-on/").content.decode()
    address = f"{settings.SITE_URL}/letters/keep-it-on/en/picture.png"
    assert f'property="og:image" content="{address}"' in html
    assert client.get("/letters/keep-it-on/en/picture.png").status_code == 404
    build_due_documents()
    picture = client.get("/letters/keep-it-on/en/picture.png")
    assert b"".join(picture).startswith(b"\x89PNG")
    assert client.get("/letters/keep-it-on/fr/picture.png").status_code == 404
