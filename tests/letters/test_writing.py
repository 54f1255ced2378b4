"""Writing a draft together: stale saves, kept versions, asks as rows, comments, templates to start from."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from letters import services
from letters.models import Comment, Letter, LetterTemplate, TextVersion
from letters.services.comments import add_comment, hide_comment
from letters.services.translations import translation_states
from letters.starting import BUILT_IN, built_in_starts
from tests import factories, writing
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, state="draft", languages=["en", "ur"])


def address(name: str, letter: Letter, **given: Any) -> str:
    return reverse(f"desk:{name}", kwargs={"coalition": letter.lead.slug, "letter_id": letter.pk, **given})


def typed(client: Client, url: str, **changed: Any) -> dict[str, Any]:
    """What a browser posts of a text's page as it stands now, but for what is changed."""
    form = client.get(url).context["form"]
    names = ("title", "salutation", "body", "closing", "seen", "original_seen")
    rows = form.ask_rows()
    asks = {"asks": [row.text for row in rows], "was": [str(row.was or "") for row in rows]}
    return {**{name: form[name].value() for name in names}, **asks, **changed}


def asks_in(letter: Letter, language: str) -> list[str]:
    asks = Letter.objects.get(pk=letter.pk).working_edition.asks()
    return [texts.get(language, "") for texts in asks.values()]


def save(letter: Letter, language: str = "en", **changed: Any) -> TextVersion | None:
    text = {"title": "T", "salutation": "", "body": "B", "closing": "", "asks": ["One"], **changed}
    return services.save_text(letter, language=language, **text)


# --- Two at once -----------------------------------------------------------------------------------------------


def test_a_stale_save_shows_who_saved_what_changed_and_what_differs(
    member_client: MemberClient, draft: Letter
) -> None:
    url = address("letter_text", draft, language="en")
    begun = typed(member_client, url, title="Keep it on", body="We write about the elections, today.")
    member_client.post(url, begun)
    mine = typed(member_client, url, body="We write about the elections, tomorrow.", closing="Mine,")
    colleague = factories.make_member(draft.lead, user=factories.make_user(name="Bilal Ahmed")).user
    services.save_text(
        draft,
        language="en",
        title="Keep it all on",
        salutation="Dear all,",
        body="We write about the polls, today.",
        closing="Theirs,",
        asks=["One", "Two"],
        actor=colleague,
    )
    mine["asks"] = ["One", "Three"]
    response = member_client.post(url, mine)
    assert response.status_code == 409
    page = response.text
    assert "Bilal Ahmed" in page
    meanwhile, against_mine = response.context["meanwhile"], response.context["theirs_and_mine"]
    assert [part.name for part in meanwhile.parts] == ["title", "salutation", "body", "asks", "closing"]
    changed = {(piece.kind, piece.text) for piece in pieces(meanwhile, "body")}
    assert {("removed", "elections"), ("added", "polls")} <= changed
    changed = {(piece.kind, piece.text) for piece in pieces(against_mine, "body")}
    assert {("removed", "polls, today"), ("added", "elections, tomorrow")} <= changed
    assert "Three" in {piece.text for piece in pieces(against_mine, "asks")}
    assert 'value="Mine,"' in page
    assert "Added:" in page
    assert draft.working_edition.texts.get(language="en").closing == "Theirs,"


def pieces(difference: Any, name: str) -> list[Any]:
    part = next(part for part in difference.parts if part.name == name)
    return [piece for block in part.blocks for line in block.lines for piece in line.pieces]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_very_same_moment_one_is_told() -> None:
    letter = factories.make_letter(state="draft")
    seen = services.text_version(letter, "en")
    gate = Barrier(4)

    def run(words: str) -> Any:
        with closing(connection):
            gate.wait()
            try:
                return save(letter, body=words, seen=seen)
            except services.Stale as stale:
                return stale

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, ["first", "second", "third", "fourth"]))
    assert sum(isinstance(result, services.Stale) for result in results) == 3
    saved = next(result for result in results if isinstance(result, TextVersion))
    assert Letter.objects.get().working_edition.texts.get().body == saved.body
    assert list(letter.text_versions.values_list("number", flat=True).order_by("number")) == [1, 2]


def test_a_save_that_comes_after_the_launch_shows_what_was_typed(
    member_client: MemberClient, draft: Letter
) -> None:
    url = address("letter_text", draft, language="en")
    mine = typed(member_client, url, body="Typed too late")
    services.open_letter(draft)
    response = member_client.post(url, mine)
    assert response.status_code == 409
    assert "Typed too late" in response.text
    assert "Typed too late" not in draft.edition.texts.get(language="en").body


def test_a_form_has_seen_what_it_shows_also_when_somebody_saves_while_the_page_is_made(
    member_client: MemberClient, draft: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_meanwhile(letter: Letter) -> Any:
        save(draft, body="Theirs")
        return translation_states(letter)

    monkeypatch.setattr("letters.desk.writing.translation_states", save_meanwhile)
    form = member_client.get(address("letter_text", draft, language="en")).context["form"]
    assert form["body"].value() == "Theirs"
    assert form["seen"].value() == services.text_version(draft, "en")


# --- Versions --------------------------------------------------------------------------------------------------


def test_every_save_is_kept_with_who_and_one_that_changes_nothing_is_not(
    member_client: MemberClient, draft: Letter
) -> None:
    url = address("letter_text", draft, language="en")
    member_client.post(url, typed(member_client, url, body="Second"))
    unchanged = member_client.post(url, typed(member_client, url), follow=True)
    assert "Nothing had changed" in unchanged.text
    versions = list(TextVersion.objects.of(draft, "en").order_by("number"))
    assert [version.body for version in versions][1:] == ["Second"]
    assert versions[0].body.startswith(factories.TITLES["en"])  # as it stood before any was kept
    assert [version.saved_by for version in versions] == [None, member_client.user]
    assert draft.audit.filter(action="text saved").count() == 1


def test_a_version_is_read_compared_and_restored_as_a_new_one(
    member_client: MemberClient, draft: Letter
) -> None:
    for body in ("The first words", "The second words", "The third words"):
        save(draft, body=body, asks=[f"Ask of {body}"])
    page = member_client.get(address("text_version", draft, language="en", version_number=3))
    assert {piece.text for piece in pieces(page.context["difference"], "body")} >= {"first", "second"}
    page = member_client.get(address("text_version", draft, language="en", version_number=4) + "?against=2")
    assert {piece.text for piece in pieces(page.context["difference"], "body")} >= {"first", "third"}
    member_client.post(address("text_restore", draft, language="en", version_number=2))
    assert draft.working_edition.texts.get(language="en").body == "The first words"
    assert asks_in(draft, "en") == ["Ask of The first words"]
    assert [version.body for version in TextVersion.objects.of(draft, "en")][:2] == [
        "The first words",
        "The third words",
    ]
    again = member_client.post(address("text_restore", draft, language="en", version_number=2), follow=True)
    assert "like that version already" in again.text
    assert draft.text_versions.filter(language="en").count() == 5


def test_the_history_of_a_frozen_text_is_read_and_not_restored(member_client: MemberClient) -> None:
    letter = factories.make_letter(coalition=member_client.coalition)
    writing.make_version(letter, body="Once")
    writing.make_version(letter)
    page = member_client.get(address("text_version", letter, language="en", version_number=1))
    assert "Once" in page.text
    assert "Restore" not in page.text
    member_client.post(address("text_restore", letter, language="en", version_number=1))
    assert letter.edition.texts.get().body != "Once"


def test_a_language_that_was_removed_is_brought_back_from_its_history(
    member_client: MemberClient, draft: Letter
) -> None:
    removed = member_client.post(address("text_remove", draft, language="ur"), follow=True)
    assert "brings it back" in removed.text
    assert (
        "Restore" in member_client.get(address("text_version", draft, language="ur", version_number=1)).text
    )
    member_client.post(address("text_restore", draft, language="ur", version_number=1))
    assert draft.working_edition.texts.get(language="ur").title == factories.TITLES["ur"]
    assert asks_in(draft, "ur") == list(factories.ASKS["ur"])


@pytest.mark.parametrize("number", ["9", "-1", "x", "99999999999999999999"])
def test_a_version_that_is_not_there_compares_with_none(
    member_client: MemberClient, draft: Letter, number: str
) -> None:
    writing.make_version(draft)
    url = address("text_version", draft, language="en", version_number=1)
    assert member_client.get(f"{url}?against={number}").status_code == 200
    assert (
        member_client.get(address("text_version", draft, language="en", version_number=7)).status_code == 404
    )
    assert member_client.get(address("text_versions", draft, language="fr")).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_costs_the_same_for_more_versions(
    member_client: MemberClient, draft: Letter, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        writing.make_version(draft, saved_by=factories.make_user())
    url = address("text_versions", draft, language="en")
    with django_assert_num_queries(8):
        assert member_client.get(url).status_code == 200


def test_the_history_is_paged(member_client: MemberClient, draft: Letter) -> None:
    for _ in range(31):
        writing.make_version(draft)
    page = member_client.get(address("text_versions", draft, language="en"))
    assert (len(page.context["versions"]), page.context["more"]) == (30, 2)
    older = member_client.get(address("text_versions", draft, language="en") + "?before=2")
    assert [version.number for version in older.context["versions"]] == [1]


def test_imported_and_created_texts_are_kept_too(member_client: MemberClient) -> None:
    letter = services.create_letter(member_client.coalition, language="en", title="T")
    assert [version.title for version in letter.text_versions.all()] == ["T"]
    services.add_language(letter, language="ur")
    assert letter.text_versions.filter(language="ur").count() == 1


# --- Asks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "expected"),
    [("up-1", ["Two", "One", "Three"]), ("down-1", ["One", "Three", "Two"]), ("remove-0", ["Two", "Three"])],
)
def test_asks_are_moved_and_taken_out_without_a_script_and_nothing_typed_is_lost(
    member_client: MemberClient, draft: Letter, verb: str, expected: list[str]
) -> None:
    url = address("letter_text", draft, language="en")
    mine = typed(member_client, url, asks=["One", "Two", "Three"], was=["1", "2", "3"], closing="Typed,")
    response = member_client.post(url, {**mine, "row": verb})
    rows = response.context["form"].ask_rows()
    assert response.status_code == 200
    assert [row.text for row in rows if row.text] == expected
    assert 'value="Typed,"' in response.text
    assert draft.audit.count() == 0


def test_more_fields_are_there_for_the_asking(member_client: MemberClient, draft: Letter) -> None:
    url = address("letter_text", draft, language="en")
    before = len(typed(member_client, url)["asks"])
    response = member_client.post(url, {**typed(member_client, url), "row": "more"})
    assert len(response.context["form"].ask_rows()) > before
    for odd in ("up-99", "remove-99", "down-x", "nonsense", "up-0"):
        assert member_client.post(url, {**typed(member_client, url), "row": odd}).status_code == 200


def test_translations_go_with_an_ask_that_is_moved_and_are_kept_when_it_goes(
    member_client: MemberClient, draft: Letter
) -> None:
    url = address("letter_text", draft, language="en")
    first, _second, third = factories.ASKS["en"]
    member_client.post(url, typed(member_client, url, asks=[third, "A new one", first], was=["3", "", "1"]))
    page = member_client.get(address("text_version", draft, language="en", version_number=2)).text
    assert "moved here, was 3:" in page or "moved here, was 1:" in page
    assert asks_in(draft, "en") == [third, "A new one", first]
    urdu = factories.ASKS["ur"]
    assert asks_in(draft, "ur") == [urdu[2], "", urdu[0]]
    kept = TextVersion.objects.of(draft, "ur")
    assert [version.asks for version in kept] == [[urdu[2], "", urdu[0]], list(urdu)]


def test_a_translator_sees_each_ask_beside_the_originals(member_client: MemberClient, draft: Letter) -> None:
    url = address("letter_text", draft, language="ur")
    page = member_client.get(url)
    rows = page.context["form"].ask_rows()
    assert [(row.original, row.text) for row in rows] == list(
        zip(factories.ASKS["en"], factories.ASKS["ur"], strict=True)
    )
    member_client.post(url, typed(member_client, url, asks=["الف", "", "ج"]))
    assert asks_in(draft, "ur") == ["الف", "", "ج"]


def test_asks_of_the_original_that_change_while_one_translates_are_told(
    member_client: MemberClient, draft: Letter
) -> None:
    url = address("letter_text", draft, language="ur")
    mine = typed(member_client, url, asks=["الف", "ب", "ج"])
    save(draft, asks=["Only one"])
    response = member_client.post(url, mine)
    assert response.status_code == 409
    assert [row.text for row in response.context["form"].ask_rows()] == ["الف", "ب", "ج"]
    assert "has no such ask any more" in response.text


@pytest.mark.parametrize("text", ["x" * 1001, "a\u202eb"])
def test_a_refused_ask_is_told_at_its_row(member_client: MemberClient, draft: Letter, text: str) -> None:
    url = address("letter_text", draft, language="en")
    response = member_client.post(url, typed(member_client, url, asks=["One", text], was=["", ""]))
    assert response.status_code == 422
    errors = [bool(row.error) for row in response.context["form"].ask_rows()]
    assert errors[:2] == [False, True]
    assert 'id="ask-error-2"' in response.text


# --- Comments --------------------------------------------------------------------------------------------------


def test_a_comment_stands_beside_the_draft_until_it_is_resolved(
    member_client: MemberClient, draft: Letter
) -> None:
    words = "First line\nsecond <b>line</b> https://example.org/"
    member_client.post(address("comments", draft), {"body": words, "language": "en"})
    add_comment(draft, body="Please name the court", organisation="Open Karachi", invitation_id=7)
    beside = member_client.get(address("letter_text", draft, language="en")).text
    assert escape(words) in beside
    assert "Open Karachi" in beside
    assert '<a href="https://example.org' not in beside
    assert (
        words.split("\n", maxsplit=1)[0]
        not in member_client.get(address("letter_text", draft, language="ur")).text
    )
    first = Comment.objects.get(language="en")
    member_client.post(address("comment", draft, comment_id=first.pk), {"verb": "resolve"})
    assert "First line" not in member_client.get(address("letter_text", draft, language="en")).text
    resolved = member_client.get(address("comments", draft) + "?show=resolved").text
    assert "First line" in resolved
    member_client.post(address("comment", draft, comment_id=first.pk), {"verb": "reopen"})
    assert "First line" in member_client.get(address("comments", draft)).text
    assert list(draft.audit.order_by("pk").values_list("action", flat=True)) == [
        "comment added",
        "comment added",
        "comment resolved",
        "comment reopened",
    ]
    assert "court" not in str(list(draft.audit.values()))


def test_a_viewer_reads_comments_and_writes_none(client: Client) -> None:
    letter = factories.make_letter(state="draft")
    writing.make_comment(letter, body="Read me")
    client.force_login(factories.make_member(letter.lead, role="viewer").user)
    page = client.get(address("comments", letter)).text
    assert "Read me" in page
    assert "<textarea" not in page
    assert client.post(address("comments", letter), {"body": "No"}).status_code == 403


def test_an_empty_comment_is_refused_and_a_hidden_one_is_gone(
    member_client: MemberClient, draft: Letter
) -> None:
    assert member_client.post(address("comments", draft), {"body": "  \n "}).status_code == 422
    comment = writing.make_comment(draft, body="Insult")
    assert hide_comment(comment, actor=member_client.user) is True
    assert hide_comment(comment, actor=member_client.user) is False
    assert "Insult" not in member_client.get(address("comments", draft)).text
    assert member_client.post(address("comment", draft, comment_id=comment.pk)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_comments_cost_the_same_for_more_of_them(
    member_client: MemberClient, draft: Letter, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        writing.make_comment(draft, author=factories.make_user())
    url = address("comments", draft)
    with django_assert_num_queries(8):
        assert member_client.get(url).status_code == 200


# --- Templates to start from -----------------------------------------------------------------------------------


def test_each_built_in_template_is_there_in_english_french_and_urdu() -> None:
    starts = built_in_starts()
    assert len(starts) == 3 * len(BUILT_IN)
    assert {start.language for start in starts} == {"en", "fr", "ur"}
    for start in starts:
        assert start.content["title"]
        assert len(start.content["asks"]) == 3
        assert len(start.content["body"]) > 800


def test_a_letter_is_started_from_a_template_in_its_language(member_client: MemberClient) -> None:
    new = reverse("desk:letter_new", args=[member_client.coalition.slug])
    form = {"start": "internet-shutdown.ur", "title": "", "language": "en", "slug": "keep-it-on"}
    assert member_client.post(new, form).status_code == 302
    letter = Letter.objects.get()
    assert (letter.original_language, letter.slug) == ("ur", "keep-it-on")
    text = letter.working_edition.texts.get()
    assert "انٹرنیٹ" in text.title
    assert len(asks_in(letter, "ur")) == 3
    assert letter.text_versions.get().asks == asks_in(letter, "ur")
    assert member_client.post(new, {**form, "start": ""}).status_code == 422
    assert member_client.post(new, {**form, "start": "own-999"}).status_code == 422


def test_a_coalition_keeps_templates_of_its_own(
    member_client: MemberClient, draft: Letter, client: Client
) -> None:
    url = address("template_save", draft, language="ur")
    member_client.post(url, {"name": "Our usual letter"})
    assert member_client.post(url, {"name": "Our usual letter"}).status_code == 422
    template = LetterTemplate.objects.get()
    listed = member_client.get(reverse("desk:templates", args=[draft.lead.slug])).text
    assert "Our usual letter" in listed
    new = reverse("desk:letter_new", args=[draft.lead.slug])
    member_client.post(new, {"start": f"own-{template.pk}", "title": "", "language": "en"})
    begun = Letter.objects.latest("pk")
    assert asks_in(begun, "ur") == list(factories.ASKS["ur"])
    delete = reverse("desk:template_delete", args=[draft.lead.slug, template.pk])
    assert "will be gone" in member_client.get(delete).text
    assert LetterTemplate.objects.exists()
    member_client.post(delete)
    assert not LetterTemplate.objects.exists()


def test_another_coalitions_template_starts_no_letter(member_client: MemberClient) -> None:
    template = writing.make_template(factories.make_letter(state="draft"))
    new = reverse("desk:letter_new", args=[member_client.coalition.slug])
    assert (
        member_client.post(new, {"start": f"own-{template.pk}", "title": "", "language": "en"}).status_code
        == 422
    )
    assert template.name not in member_client.get(new).text


def test_the_pages_speak_urdu_from_right_to_left(member_client: MemberClient, draft: Letter) -> None:
    member_client.cookies["django_language"] = "ur"
    save(draft, "ur", body="پہلا متن", asks=["الف"])
    save(draft, "ur", body="دوسرا متن", asks=["الف"])
    number = draft.text_versions.filter(language="ur").count()
    page = member_client.get(address("text_version", draft, language="ur", version_number=number)).text
    with override("ur"):
        assert 'dir="rtl"' in page
    assert '<div lang="ur" dir="rtl">' in page
