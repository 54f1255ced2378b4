import re

from hypothesis import given
from hypothesis import strategies as st

from letters.differences import word_diff


def without(html: str, tag: str) -> str:
    """The text that is left when all of one tag goes with what it holds, and the other tag's marks go alone."""
    return re.sub(r"</?\w+>", "", re.sub(rf"<{tag}>.*?</{tag}>", "", html, flags=re.DOTALL))


def test_a_changed_word_is_marked_and_the_rest_is_not() -> None:
    said = word_diff("We ask for two things.\nNow.", "We ask for three things.\nNow.")
    assert said == "We ask for <del>two</del><ins>three</ins> things.\nNow."


def test_words_changed_side_by_side_are_read_as_one_change() -> None:
    assert (
        word_diff("keep it open now", "hold them shut now")
        == "<del>keep it open</del><ins>hold them shut</ins> now"
    )


def test_what_is_typed_stays_text() -> None:
    assert word_diff("a <b>", "a <i>") == "a <del>&lt;b&gt;</del><ins>&lt;i&gt;</ins>"


def test_urdu_and_chinese_change_by_the_word_and_by_the_character() -> None:
    assert word_diff("انٹرنیٹ بند نہ ہو", "انٹرنیٹ کھلا ہو") == "انٹرنیٹ <del>بند نہ</del><ins>کھلا</ins> ہو"
    assert word_diff("保持网络开放", "保持网路开放") == "保持网<del>络</del><ins>路</ins>开放"


LINES = st.lists(st.sampled_from(["a b c", "a c", "x", "", "b b  b", "یہ وہ", "c a"]), max_size=6).map(
    "\n".join
)


@given(LINES, LINES)
def test_both_texts_can_be_read_out_of_the_difference(before: str, after: str) -> None:
    said = word_diff(before, after)
    assert without(said, "ins") == before
    assert without(said, "del") == after
