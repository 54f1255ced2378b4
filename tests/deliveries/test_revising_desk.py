"""Editions at the desk and in public: begun, published, discarded; and a letter's last steps."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from letters import services
from letters.models import Letter
from tests.conftest import MemberClient
from tests.factories import make_letter, make_signature
from tests.letters.test_revising import BODY, publish, seen, write

NOTE = "The court ruled on Monday."


def url(name: str, letter: Letter) -> str:
    return reverse(f"desk:{name}", args=[letter.lead.slug, letter.pk])


def seen_of(page: str) -> str:
    """Without the words that are for screen readers alone."""
    return re.sub(r'<span class="visually-hidden".*?</span>', "", page)


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return make_letter(coalition=member_client.coalition, languages=["en", "ur"])


@pytest.mark.parametrize(("kind", "name"), [("revision", "1.1"), ("edition", "2.0")])
def test_begun_written_read_and_published(
    letter: Letter, member_client: MemberClient, client: Client, kind: str, name: str
) -> None:
    make_signature(letter)
    offered = member_client.get(url("editions", letter)).content.decode()
    assert "Begin a revision" in offered
    assert "Begin a new edition" in offered
    begun = member_client.post(url("editions", letter), {"kind": kind})
    assert begun.headers["Location"] == reverse(
        "desk:letter_text", args=[letter.lead.slug, letter.pk, letter.original_language]
    )
    write(letter, note="")
    page = member_client.get(url("edition_publish", letter)).content.decode()
    assert "<del>elections</del><ins>polls</ins>" in seen_of(page)
    data = {"action": "publish", "seen": seen(letter)}
    refused = member_client.post(url("edition_publish", letter), {**data, "note": " "})
    assert (refused.status_code, b"Say for the public what changed" in refused.content) == (422, True)
    done = member_client.post(url("edition_publish", letter), {**data, "note": NOTE}, follow=True)
    assert f"Edition {name} is public." in done.content.decode()
    public = client.get(f"/letters/{letter.slug}/editions/{name}/").content.decode()
    assert NOTE in public
    assert "<ins>polls</ins>" in seen_of(public)
    assert "<strong>the polls</strong>" in public
    assert letter.jobs.filter(kind="ask_to_stand").count() == (kind == "edition")


def test_a_change_since_it_was_read_is_shown_and_nothing_typed_is_lost(
    letter: Letter, member_client: MemberClient
) -> None:
    services.begin_edition(letter, substance=False)
    write(letter, note="")
    data = {"action": "publish", "seen": seen(letter), "note": NOTE}
    write(letter, body=BODY + " More.", note="")
    answer = member_client.post(url("edition_publish", letter), data)
    assert answer.status_code == 422
    assert "was changed since you read it" in answer.content.decode()
    assert NOTE in answer.content.decode()
    assert str(Letter.objects.get(pk=letter.pk).edition) == "1.0"


def test_the_note_is_saved_and_the_edition_discarded(letter: Letter, member_client: MemberClient) -> None:
    services.begin_edition(letter, substance=True)
    member_client.post(url("edition_publish", letter), {"action": "save", "note": NOTE})
    assert NOTE in member_client.get(url("edition_publish", letter)).content.decode()
    asked = member_client.get(url("edition_discard", letter)).content.decode()
    assert "Discard the edition in writing?" in asked
    assert letter.editions.count() == 2
    for _again in range(2):
        member_client.post(url("edition_discard", letter))
        assert letter.editions.count() == 1
    assert member_client.get(url("edition_publish", letter)).status_code == 302


def test_a_draft_has_no_editions_to_begin(member_client: MemberClient) -> None:
    letter = make_letter(coalition=member_client.coalition, state="draft")
    assert b"change its draft" in member_client.get(url("editions", letter)).content
    answer = member_client.post(url("editions", letter), {"kind": "edition"}, follow=True)
    assert b"once the letter is public" in answer.content
    assert letter.editions.count() == 1


def test_a_closed_letter_is_opened_again_and_an_archived_one_is_not(
    letter: Letter, member_client: MemberClient
) -> None:
    for name, state in (
        ("letter_reopen", "open"),
        ("letter_close", "closed"),
        ("letter_reopen", "open"),
        ("letter_archive", "open"),
        ("letter_close", "closed"),
        ("letter_archive", "archived"),
        ("letter_reopen", "archived"),
    ):
        assert member_client.get(url(name, letter)).status_code == 200
        assert member_client.post(url(name, letter)).status_code == 302
        letter.refresh_from_db()
        assert letter.state == state, name
    assert b"no more editions" in member_client.get(url("editions", letter)).content


def with_editions(letter: Letter, number: int) -> Letter:
    for one in range(1, number):
        services.begin_edition(letter, substance=True)
        write(letter, body=f"{BODY} {one}")
        publish(letter)
    return Letter.objects.get(pk=letter.pk)


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_of_editions_costs_the_same_however_many(
    letter: Letter, member_client: MemberClient, client: Client, number: int, django_assert_num_queries: Any
) -> None:
    with_editions(letter, number)
    with django_assert_num_queries(11):
        member_client.get(url("editions", letter))
    with django_assert_num_queries(7):
        client.get(f"/letters/{letter.slug}/editions/")


def test_an_edition_is_read_as_it_was_in_each_language(letter: Letter, client: Client) -> None:
    with_editions(letter, 3)
    first = client.get(f"/letters/{letter.slug}/editions/1.0/").content.decode()
    assert "the elections" in first
    assert "polls" not in first
    assert "The letter as it is today: edition 3.0" in first
    urdu = client.get(f"/letters/{letter.slug}/editions/1.0/?lang=ur")
    assert 'dir="rtl"' in urdu.content.decode()
    listed = client.get(f"/letters/{letter.slug}/ur/editions/").content.decode()
    assert listed.index("/3.0/") < listed.index("/2.0/") < listed.index("/1.0/")
    for missing in ("1.1", "4.0", "0.0"):
        assert client.get(f"/letters/{letter.slug}/editions/{missing}/").status_code == 404


def test_what_is_being_written_is_nowhere_public(letter: Letter, client: Client) -> None:
    services.begin_edition(letter, substance=True)
    write(letter, body="A secret of the next edition.", note="Hush.")
    for path in ("", "editions/", "editions/1.0/", "ur/editions/", "editions/1.0.json"):
        assert b"secret" not in client.get(f"/letters/{letter.slug}/{path}").content
    for path in ("editions/2.0/", "editions/2.0.json"):
        assert client.get(f"/letters/{letter.slug}/{path}").status_code == 404
