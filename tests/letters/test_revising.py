"""Editions after the launch: written beside what the public reads, and published as one act."""

import hashlib
from typing import Any

import pytest

from letters import services
from letters.models import AuditEntry, Edition, Letter
from tests.factories import make_letter
from tests.signatures.test_concurrency import at_once

BODY = "We write about **the polls**, and ask for three things."


@pytest.fixture
def letter(db: None) -> Letter:
    return make_letter(languages=["en", "ur"])


def write(letter: Letter, *, body: str = BODY, note: str = "A word was wrong.") -> None:
    """Changes the edition in writing, in English."""
    letter = Letter.objects.get(pk=letter.pk)
    text = letter.working_edition.text_in("en")
    assert text
    asks = [texts["en"] for texts in letter.working_edition.asks().values()]
    values = {name: getattr(text, name) for name in ("title", "salutation", "closing")}
    services.save_text(letter, language="en", body=body, asks=asks, **values)
    services.save_note(letter, note=note)


def seen(letter: Letter) -> str:
    letter = Letter.objects.get(pk=letter.pk)
    return services.edition_version(letter, letter.working_edition)


def publish(letter: Letter, **more: Any) -> Edition | None:
    return services.publish_edition(letter, seen=seen(letter), **more)


@pytest.mark.parametrize(("substance", "name"), [(False, "1.1"), (True, "2.0")])
def test_an_edition_is_begun_as_a_copy_and_the_public_reads_on(
    letter: Letter, substance: bool, name: str
) -> None:
    begun = services.begin_edition(letter, substance=substance)
    assert str(begun) == name
    now = Letter.objects.get(pk=letter.pk)
    assert (str(now.edition), str(now.working_edition)) == ("1.0", name)
    assert not now.text_is_frozen()
    assert now.working_edition.asks() == now.edition.asks()
    assert [text.body for text in now.working_edition.texts.all()] == [
        text.body for text in now.edition.texts.all()
    ]


def test_two_who_begin_at_once_write_one_edition(letter: Letter) -> None:
    first = services.begin_edition(letter, substance=True)
    assert services.begin_edition(letter, substance=False) == first
    assert letter.editions.count() == 2


@pytest.mark.parametrize("state", ["draft", "circulating", "archived"])
def test_no_edition_is_begun_before_the_launch_or_after_the_end(db: None, state: str) -> None:
    letter = make_letter(state=state)
    assert services.begin_edition(letter, substance=True) is None
    assert not services.discard_edition(letter)
    assert letter.editions.count() == 1


def test_writing_it_changes_nothing_that_the_public_reads(letter: Letter) -> None:
    services.begin_edition(letter, substance=False)
    write(letter)
    now = Letter.objects.get(pk=letter.pk)
    assert now.edition.sha256 == hashlib.sha256(now.edition.canonical.encode()).hexdigest()
    assert "the elections" in now.edition.texts.get(language="en").body
    assert "the polls" in now.working_edition.texts.get(language="en").body


def test_publishing_freezes_it_under_its_own_hash_once(letter: Letter) -> None:
    services.begin_edition(letter, substance=False)
    write(letter)
    what = seen(letter)
    edition = services.publish_edition(letter, seen=what)
    assert edition
    assert str(Letter.objects.get(pk=letter.pk).edition) == "1.1"
    assert edition.sha256 != letter.editions.get(revision=0).sha256
    assert "the polls" in edition.canonical
    assert services.publish_edition(letter, seen=what) is None
    assert AuditEntry.objects.filter(action="edition published").count() == 1


def test_what_was_changed_since_it_was_read_is_not_published(letter: Letter) -> None:
    services.begin_edition(letter, substance=False)
    write(letter)
    read = seen(letter)
    write(letter, body=BODY + " One more.")
    with pytest.raises(services.Stale):
        services.publish_edition(letter, seen=read)
    assert str(Letter.objects.get(pk=letter.pk).edition) == "1.0"


@pytest.mark.parametrize(
    ("body", "note", "words"),
    [
        ("", "A word.", "no body"),
        (BODY, "", "what changed"),
        (None, "Nothing, really.", "Nothing has changed since edition 1.0"),
    ],
)
def test_what_stands_in_the_way_is_named(letter: Letter, body: str | None, note: str, words: str) -> None:
    services.begin_edition(letter, substance=False)
    text = letter.edition.text_in("en")
    assert text
    write(letter, body=text.body if body is None else body, note=note)
    with pytest.raises(services.NotReady, match=words):
        publish(letter)
    assert str(Letter.objects.get(pk=letter.pk).edition) == "1.0"


def test_a_discarded_edition_leaves_nothing(letter: Letter) -> None:
    services.begin_edition(letter, substance=True)
    now = Letter.objects.get(pk=letter.pk)
    asks = [texts["en"] for texts in now.edition.asks().values()]
    services.set_asks(now, language="en", asks=[*asks, "And a fourth"])
    assert letter.asks.count() == 4
    assert services.discard_edition(letter)
    assert not services.discard_edition(letter)
    assert (letter.editions.count(), letter.asks.count()) == (1, 3)


def test_a_language_added_late_is_a_revision(letter: Letter) -> None:
    services.begin_edition(letter, substance=False)
    services.add_language(letter, language="fr")
    services.save_text(
        letter, language="fr", title="Gardez", salutation="", body="Nous écrivons.", closing="", asks=[]
    )
    services.save_note(letter, note="French was added.")
    assert publish(letter)
    texts = Letter.objects.get(pk=letter.pk).edition.texts
    assert set(texts.values_list("language", flat=True)) == {"en", "ur", "fr"}


@pytest.mark.django_db(transaction=True)
def test_published_and_discarded_at_once_it_is_one_or_the_other() -> None:
    letter = make_letter()
    services.begin_edition(letter, substance=False)
    write(letter)
    what = seen(letter)
    published, discarded = at_once(
        lambda: services.publish_edition(letter, seen=what), lambda: services.discard_edition(letter)
    )
    assert bool(published) != discarded
    assert letter.editions.count() == (2 if published else 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_begin_or_publish_at_once_one_does() -> None:
    letter = make_letter()
    begun = at_once(*[lambda: services.begin_edition(letter, substance=True)] * 4)
    assert {edition.pk for edition in begun} == {letter.editions.get(number=2).pk}
    write(letter)
    what = seen(letter)
    published = at_once(*[lambda: services.publish_edition(letter, seen=what)] * 4)
    assert sum(edition is not None for edition in published) == 1
