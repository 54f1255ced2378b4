"""An ask keeps its number through all editions after the launch, whatever is taken out, added or restored."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.utils import timezone

from letters import services
from letters.differences import compare_editions
from letters.models import AskAnswer, Edition, Letter
from letters.services.answers import record_answer
from tests import factories, writing
from tests.conftest import MemberClient
from tests.letters.test_writing import address, typed

pytestmark = pytest.mark.django_db

ENGLISH, URDU = factories.ASKS["en"], factories.ASKS["ur"]


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    """Open, with edition 2.0 in writing."""
    letter = factories.make_letter(
        coalition=member_client.coalition,
        slug="keep-it-on",
        languages=["en", "ur"],
        opened_at=timezone.now() - timedelta(days=12),
    )
    assert services.begin_edition(letter, substance=True)
    return letter


def now(letter: Letter) -> Letter:
    return Letter.objects.get(pk=letter.pk)


def numbered(letter: Letter, language: str = "en") -> dict[int, str]:
    asks = now(letter).working_edition.asks()
    return {number: texts[language] for number, texts in asks.items() if language in texts}


def post(client: MemberClient, letter: Letter, language: str = "en", **changed: Any) -> Any:
    url = address("letter_text", letter, language=language)
    return client.post(url, typed(client, url, **changed))


def replace_the_first(client: MemberClient, letter: Letter) -> None:
    """Takes ask 1 out and adds one at the end."""
    added = [*ENGLISH[1:], "Publish the orders"]
    assert post(client, letter, asks=added, was=["2", "3", ""]).status_code == 302


def publish(client: MemberClient, letter: Letter) -> Edition:
    post(client, letter, "ur", asks=[*URDU[1:], "احکامات شائع کریں"])
    services.save_note(now(letter), note="One ask is new.")
    fresh = now(letter)
    edition = services.publish_edition(fresh, seen=services.edition_version(fresh, fresh.working_edition))
    assert edition
    return edition


def test_what_is_taken_out_leaves_a_gap_and_what_is_new_gets_the_next_number(
    member_client: MemberClient, letter: Letter
) -> None:
    replace_the_first(member_client, letter)
    assert numbered(letter) == {2: ENGLISH[1], 3: ENGLISH[2], 4: "Publish the orders"}
    assert numbered(letter, "ur") == {2: URDU[1], 3: URDU[2]}


def test_answers_stay_with_the_ask_that_they_answer(member_client: MemberClient, letter: Letter) -> None:
    answer = record_answer(
        letter.asks.get(number=2),
        addressee=letter.addressees.all()[0],
        state="promised",
        said_on=timezone.localdate(),
    )
    replace_the_first(member_client, letter)
    edition = publish(member_client, letter)
    assert [ask["number"] for ask in json.loads(edition.canonical)["asks"]] == [2, 3, 4]
    assert (
        AskAnswer.objects.get(pk=answer.pk).ask.texts.get(edition=edition, language="en").text == ENGLISH[1]
    )
    caches["pages"].clear()
    page = member_client.get("/letters/keep-it-on/").content.decode()
    assert re.findall(r'<li id="ask-(\d)" value="\d">', page) == ["2", "3", "4"]
    timeline = member_client.get("/letters/keep-it-on/answers/").content.decode()
    assert ENGLISH[1] in timeline


def test_a_number_is_never_used_again(member_client: MemberClient, letter: Letter) -> None:
    replace_the_first(member_client, letter)
    post(member_client, letter, asks=[*ENGLISH[1:]], was=["2", "3"])
    post(member_client, letter, asks=[*ENGLISH[1:], "Another one"], was=["2", "3", ""])
    assert numbered(letter) == {2: ENGLISH[1], 3: ENGLISH[2], 5: "Another one"}
    publish(member_client, letter)
    services.begin_edition(now(letter), substance=True)
    post(member_client, letter, asks=[ENGLISH[1], "And one more"], was=["2", ""])
    assert numbered(letter) == {2: ENGLISH[1], 6: "And one more"}


def test_the_order_of_the_rows_and_forged_numbers_change_no_number(
    member_client: MemberClient, letter: Letter
) -> None:
    post(member_client, letter, asks=["Three", "One", "Two", "Twice", "Far"], was=["3", "1", "2", "2", "77"])
    assert numbered(letter) == {1: "One", 2: "Two", 3: "Three", 4: "Far", 5: "Twice"}
    assert numbered(letter, "ur") == dict(enumerate(URDU, 1))


def test_the_forms_show_each_asks_own_number_and_no_way_to_move_it(
    member_client: MemberClient, letter: Letter
) -> None:
    replace_the_first(member_client, letter)
    url = address("letter_text", letter, language="en")
    original = member_client.get(url).content.decode()
    assert re.findall(r'<li value="(\d)">', original) == ["2", "3", "4"]
    assert "Ask 4</label>" in original
    assert "New ask</label>" in original
    assert 'value="remove-0"' in original
    assert 'value="up-' not in original
    assert 'value="down-' not in original
    translation = member_client.get(address("letter_text", letter, language="ur")).content.decode()
    assert re.findall(r'<li class="pair" value="(\d)">', translation) == ["2", "3", "4"]


def test_a_row_is_taken_out_without_a_script_and_the_others_keep_their_numbers(
    member_client: MemberClient, letter: Letter
) -> None:
    url = address("letter_text", letter, language="en")
    page = member_client.post(url, typed(member_client, url, row="remove-0"))
    assert [(row.text, row.was) for row in page.context["form"].ask_rows()[:2]] == [
        (ENGLISH[1], 2),
        (ENGLISH[2], 3),
    ]
    assert re.findall(r'<li value="(\d)">', page.content.decode()) == ["2", "3"]


def test_a_translation_is_written_under_the_numbers_of_the_original(
    member_client: MemberClient, letter: Letter
) -> None:
    replace_the_first(member_client, letter)
    assert post(member_client, letter, "ur", asks=["دو", "", "چار"]).status_code == 302
    assert numbered(letter, "ur") == {2: "دو", 4: "چار"}
    assert letter.text_versions.filter(language="ur").latest("number").asks == ["", "دو", "", "چار"]


def test_the_difference_tells_asks_by_their_numbers(member_client: MemberClient, letter: Letter) -> None:
    replace_the_first(member_client, letter)
    fresh = now(letter)
    for language, told in (("en", [("removed", 1, 0), ("added", 0, 4)]), ("ur", [("removed", 1, 0)])):
        [part] = compare_editions(fresh.edition, fresh.working_edition, language).parts
        lines = [line for block in part.blocks for line in block.lines]
        assert [(line.kind, line.old, line.new) for line in lines if line.kind != "same"] == told
        assert [line.new for line in lines if line.kind == "same"] == [2, 3]


def test_a_stale_save_keeps_the_numbers_that_were_typed(member_client: MemberClient, letter: Letter) -> None:
    url = address("letter_text", letter, language="en")
    mine = typed(member_client, url, asks=["One, anew", "Two", "Mine"], was=["1", "2", ""])
    replace_the_first(member_client, letter)
    refused = member_client.post(url, mine)
    assert refused.status_code == 409
    rows = refused.context["form"].ask_rows()
    again = {**mine, "seen": refused.context["form"]["seen"].value()}
    assert [row.was for row in rows[:3]] == [1, 2, 0]
    assert member_client.post(url, again).status_code == 302
    assert numbered(letter) == {1: "One, anew", 2: "Two", 5: "Mine"}


def test_a_restored_version_brings_asks_back_under_their_numbers(
    member_client: MemberClient, letter: Letter
) -> None:
    post(member_client, letter, title="A first version of the edition")
    first = letter.text_versions.filter(language="en").latest("number")
    replace_the_first(member_client, letter)
    services.restore_version(now(letter), version=first)
    assert numbered(letter) == dict(enumerate(ENGLISH, 1))


def test_a_version_from_before_the_launch_brings_back_no_other_numbering(
    member_client: MemberClient, letter: Letter
) -> None:
    old = writing.make_version(
        letter,
        edition=letter.editions.get(number=1),
        asks=[ENGLISH[2], "Gone since", ENGLISH[0]],
        title="Old",
    )
    url = address("text_restore", letter, language="en", version_number=old.number)
    told = member_client.post(url, follow=True).content.decode()
    assert "The asks stayed as they are" in told
    assert now(letter).working_edition.texts.get(language="en").title == "Old"
    assert numbered(letter) == dict(enumerate(ENGLISH, 1))


def test_a_letter_started_from_one_with_gaps_numbers_its_asks_from_1(
    member_client: MemberClient, letter: Letter
) -> None:
    replace_the_first(member_client, letter)
    content = services.versions.content_of(now(letter).working_edition, "en")
    begun = services.create_letter(letter.lead, language="en", title="Another", start=content)
    assert numbered(begun) == {1: ENGLISH[1], 2: ENGLISH[2], 3: "Publish the orders"}


def test_before_the_launch_asks_are_numbered_by_their_order(member_client: MemberClient) -> None:
    draft = factories.make_letter(coalition=member_client.coalition, state="draft", languages=["en", "ur"])
    page = member_client.get(address("letter_text", draft, language="en")).content.decode()
    assert 'value="down-0"' in page
    replace_the_first(member_client, draft)
    assert numbered(draft) == {1: ENGLISH[1], 2: ENGLISH[2], 3: "Publish the orders"}
    assert numbered(draft, "ur") == {1: URDU[1], 2: URDU[2]}
