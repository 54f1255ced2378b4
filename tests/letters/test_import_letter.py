from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from letters.models import AuditEntry, Coalition, Letter, Official, User
from tests import factories
from tests.letters.test_files import GOOD, TRANSLATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """The good letter, still open, and its translation."""
    return write(tmp_path, GOOD.replace("closes: 2024-03-31T23:59:00+05:00\n", ""), TRANSLATION)


def write(folder: Path, *contents: str) -> list[str]:
    paths = [folder / ("keep-it-on.md" if n == 0 else f"keep-it-on.{n}.md") for n in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(content)
    return [str(path) for path in paths]


def run(command: str, *args: str, **options: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(command, *args, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_a_letter_whose_opening_is_past_is_open_and_frozen(files: list[str]) -> None:
    factories.make_coalition(name="Open Net Coalition")
    said, warned = run("import_letter", *files)
    letter = Letter.objects.get()
    assert letter.state == Letter.State.OPEN
    assert letter.opened_at == datetime(2024, 2, 6, 4, tzinfo=UTC)
    assert {text.language for text in letter.edition.texts.all()} == {"en", "ur"}
    assert letter.edition.sha256 in said
    assert "/letters/keep-it-on/" in said
    assert warned == ""
    to, cc = letter.to_and_cc()
    assert [str(a.country) for a in to + cc] == ["PK", "NO"]
    assert [ask for _, ask in letter.edition.asks_in("ur")] == ["پہلا", "دوسرا"]
    assert letter.lead.name == "Open Net Coalition"


def test_its_page_is_public(files: list[str], client: Client) -> None:
    run("import_letter", *files)
    assert "Keep the internet on" in client.get("/letters/keep-it-on/").content.decode()
    assert client.get("/letters/keep-it-on/ur/").status_code == 200


def test_a_missing_coalition_is_made_and_told(files: list[str]) -> None:
    _said, warned = run("import_letter", *files)
    assert Coalition.objects.get().slug == "open-net-coalition"
    assert "create_coalition open-net-coalition --owner" in warned


def test_a_coalition_is_found_by_its_slug(tmp_path: Path) -> None:
    coalition = factories.make_coalition(slug="onc")
    run("import_letter", *write(tmp_path, GOOD.replace("Open Net Coalition", "onc")))
    assert Letter.objects.get().lead == coalition


def test_two_coalitions_of_one_name_are_not_guessed_between(files: list[str]) -> None:
    for slug in ("one", "two"):
        factories.make_coalition(slug=slug, name="Open Net Coalition")
    with pytest.raises(CommandError, match=r"keep-it-on\.md:3: coalition: more than one"):
        run("import_letter", *files)


def test_an_opening_to_come_is_scheduled(tmp_path: Path) -> None:
    opens = (timezone.now() + timedelta(days=2)).replace(microsecond=0)
    content = GOOD.replace("2024-02-06T09:00:00+05:00", opens.isoformat()).replace("2024-03-31", "2190-03-31")
    said, _warned = run("import_letter", *write(tmp_path, content))
    letter = Letter.objects.get()
    assert letter.scheduled_at is not None
    assert letter.opens_at == opens
    assert letter.edition.sha256
    assert not letter.is_public()
    assert "scheduled to open" in said


def test_without_an_opening_or_with_draft_it_stays_a_draft(tmp_path: Path, files: list[str]) -> None:
    run("import_letter", *files, "--draft")
    letter = Letter.objects.get()
    assert (letter.state, letter.scheduled_at, letter.edition.sha256) == (Letter.State.DRAFT, None, "")


def test_importing_a_draft_again_changes_it(tmp_path: Path, files: list[str]) -> None:
    run("import_letter", *files, "--draft")
    changed = GOOD.replace("Keep the internet on", "Keep it on").replace(
        "Order no shutdown", "Order none ever"
    )
    said, _warned = run("import_letter", *write(tmp_path, changed), "--draft")
    letter = Letter.objects.get()
    assert "draft updated" in said
    assert [text.title for text in letter.edition.texts.all()] == ["Keep it on"]
    assert [ask for _, ask in letter.edition.asks_in("en")] == ["Commit in public", "Order none ever"]
    assert letter.addressees.count() == Official.objects.count() == 2


def test_a_letter_that_was_launched_is_not_imported_again(files: list[str]) -> None:
    run("import_letter", *files)
    with pytest.raises(CommandError, match=r"keep-it-on\.md:2: slug: 'keep-it-on' was launched already"):
        run("import_letter", *files)
    assert Letter.objects.count() == 1


def test_the_slug_of_anothers_public_letter_is_refused(files: list[str]) -> None:
    factories.make_letter(slug="keep-it-on")
    with pytest.raises(CommandError, match=r"keep-it-on\.md:2: slug: another letter has the address"):
        run("import_letter", *files)


def test_the_slug_of_anothers_draft_is_free(files: list[str]) -> None:
    factories.make_letter(slug="keep-it-on", state="draft")
    run("import_letter", *files)
    assert Letter.objects.public().get().slug == "keep-it-on"


def test_nothing_is_written_when_anything_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"keep-it-on\.1\.md:2: language"):
        run("import_letter", *write(tmp_path, GOOD, TRANSLATION.replace("language: ur", "language: zz-x")))
    assert not any(model.objects.exists() for model in (Letter, Coalition, Official, AuditEntry))


def test_a_letter_that_is_over_comes_in_closed_and_says_so(tmp_path: Path) -> None:
    _said, warned = run("import_letter", *write(tmp_path, GOOD))
    assert Letter.objects.get().is_closed()
    assert "signed no more" in warned


def test_untranslated_asks_and_files_left_beside_are_told(tmp_path: Path) -> None:
    paths = write(tmp_path, GOOD, "---\nlanguage: fr\n---\n# Titre\n\nTexte.\n", TRANSLATION)
    _said, warned = run("import_letter", *paths[:2])
    assert "asks are not translated into fr" in warned
    assert "keep-it-on.2.md lies beside" in warned


def test_create_coalition_makes_an_owner_who_can_choose_a_password(client: Client) -> None:
    said, _warned = run(
        "create_coalition", "Open Net", "--email", "us@example.org", "--owner", "amal@example.org"
    )
    link = said.rsplit(" ", 1)[1].strip().removeprefix("http://testserver")
    response = client.get(link, follow=True)
    chosen = client.post(
        response.redirect_chain[-1][0], {"password1": factories.PASSWORD, "password2": factories.PASSWORD}
    )
    assert chosen.status_code == 302
    user = User.objects.get(email="amal@example.org")
    assert user.check_password(factories.PASSWORD)
    assert Coalition.objects.of_member(user).get().slug == "open-net"
    assert client.get(link, follow=True).context["token_fail"]


def test_create_coalition_adds_an_owner_to_one_that_is_there() -> None:
    coalition = factories.make_coalition(name="Open Net")
    run("create_coalition", "Open Net", "--owner", "amal@example.org")
    assert coalition.memberships.get().user.email == "amal@example.org"


@pytest.mark.parametrize(
    "args",
    [
        ("Open Net",),
        ("Open Net", "--email", "nobody"),
        ("Open Net", "--email", "a@example.org", "--slug", "A B"),
    ],
)
def test_create_coalition_refuses_what_is_wrong(args: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run("create_coalition", *args)
    assert not Coalition.objects.exists()
