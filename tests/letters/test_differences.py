"""What changed between two texts, as it is read: words within paragraphs, in any script, within the desk's time."""

import random
import time
from typing import Any

import pytest

from letters.differences import Difference, compare


def content(body: str = "", **changed: Any) -> dict[str, Any]:
    return {"title": "Title", "salutation": "", "body": body, "closing": "", "asks": [], **changed}


def told(difference: Difference, name: str = "body") -> list[str]:
    """Each line as it is told: {+added+}, [-removed-], and what folds or moves."""
    part = next(part for part in difference.parts if part.name == name)
    marks = {"added": "{+%s+}", "removed": "[-%s-]", "same": "%s"}
    return [
        ("(folded) " if block.is_folded else "")
        + (f"(from {line.old}) " if line.kind == "moved" else "")
        + "".join(marks[piece.kind] % piece.text for piece in line.pieces)
        for block in part.blocks
        for line in block.lines
    ]


def test_words_are_told_within_their_paragraph() -> None:
    old = content("The first one.\n\nWe ask for peace, today.")
    new = content("The first one.\n\nWe ask for calm, today.")
    assert told(compare(old, new, "en")) == ["The first one.", "We ask for [-peace-]{+calm+}, today."]


def test_both_texts_can_be_read_out_of_the_difference() -> None:
    words = [f"word{number}" for number in range(40)]
    chance = random.Random(3)
    for _ in range(200):
        old, new = (
            "\n\n".join(
                " ".join(chance.choices(words, k=chance.randint(1, 9))) for _ in range(chance.randint(1, 5))
            )
            for _ in range(2)
        )
        difference = compare(content(old), content(new), "en")
        lines = [line for part in difference.parts for block in part.blocks for line in block.lines]
        was = {line.old: side(line, "removed") for line in lines if line.old}
        now = {line.new: side(line, "added") for line in lines if line.new}
        if difference:
            assert [was[number] for number in sorted(was)] == old.split("\n\n")
            assert [now[number] for number in sorted(now)] == new.split("\n\n")


def side(line: Any, kind: str) -> str:
    return "".join(piece.text for piece in line.pieces if piece.kind in ("same", kind))


def test_what_did_not_change_is_no_part_and_what_is_far_from_a_change_is_folded() -> None:
    paragraphs = [f"Paragraph {number} says something." for number in range(6)]
    changed = [*paragraphs[:5], "Paragraph 5 says nothing."]
    difference = compare(content("\n\n".join(paragraphs)), content("\n\n".join(changed)), "en")
    assert [part.name for part in difference.parts] == ["body"]
    assert [line.startswith("(folded)") for line in told(difference)] == [True] * 4 + [False] * 2
    assert not compare(content("One\n\nTwo"), content("One\n \n\nTwo"), "en")


@pytest.mark.parametrize(
    ("language", "old", "new", "expected"),
    [
        ("ur", "ہم امن چاہتے ہیں۔", "ہم سکون چاہتے ہیں۔", "ہم [-امن-]{+سکون+} چاہتے ہیں۔"),
        ("th", "เราขอสันติภาพวันนี้", "เราขอสันติภาพพรุ่งนี้", "เราขอสันติภาพ[-วัน-]{+พรุ่ง+}นี้"),
        ("en", "Peace 😀 today", "Peace 😀 now", "Peace 😀 [-today-]{+now+}"),
    ],
)
def test_words_of_every_script_are_whole(language: str, old: str, new: str, expected: str) -> None:
    assert told(compare(content(old), content(new), language)) == [expected]


def test_an_ask_that_moved_is_told_once_where_it_is_now() -> None:
    old = content(asks=["Stop", "Explain in writing", "Apologise"])
    new = content(asks=["Apologise", "Stop", "Explain in public"])
    lines = told(compare(old, new, "en"), "asks")
    assert "(from 3) Apologise" in lines
    assert "Explain in [-writing-]{+public+}" in lines
    assert len(lines) == 3


def test_the_longest_texts_are_compared_within_the_desks_time() -> None:
    chance = random.Random(1)
    words = [f"w{number}" for number in range(3000)]
    old = "\n\n".join(" ".join(chance.choices(words, k=50)) for _ in range(200))[:60_000]
    new = " ".join(word if chance.random() > 0.05 else "new" for word in old.split(" "))
    started = time.process_time()
    compare(content(old), content(new), "en")
    compare(content("a " * 30_000), content("b " * 30_000), "en")
    compare(content(old.replace("\n\n", " ")), content(old[::-1]), "en")
    assert time.process_time() - started < 2
