"""What changed between two states of a text, word by word, for people to read: title, salutation, asks, body, closing.

Paragraphs are compared first and words only within those that belong together, both by difflib; where a word ends is
ICU's knowledge (UAX #29), so that Thai and Chinese have words too, and Urdu's are not cut at a mark.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any

import icu
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaign.languages import direction_of
from letters.models import Edition

SAME, CHANGED, ADDED, REMOVED, MOVED = "same", "changed", "added", "removed", "moved"
# Paragraphs with less in common than this are told as one removed and another added.
ALIKE = 0.4
MOST_PAIRS = 20_000
MOST_WORD_PAIRS = 9_000_000
SHOWN_BESIDE_A_CHANGE = 1

LABELS: tuple[tuple[str, str | Promise], ...] = (
    ("title", _("Title")),
    ("salutation", _("Salutation")),
    ("body", _("Text")),
    ("asks", _("Asks")),
    ("closing", _("Closing")),
)


@dataclass(frozen=True)
class Piece:
    """Some words: the same in both, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """A paragraph, an ask or a line; `old` and `new` are its number in each, from 1, or 0 where it is not."""

    kind: str
    pieces: tuple[Piece, ...]
    old: int
    new: int


@dataclass(frozen=True)
class Block:
    """Consecutive lines; those that are far from any change are folded away."""

    lines: tuple[Line, ...]
    is_folded: bool


@dataclass(frozen=True)
class Part:
    """A part of the text that differs."""

    name: str
    label: str | Promise
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Difference:
    """All parts that differ; empty when the two states are the same."""

    language: str
    parts: tuple[Part, ...]

    @property
    def direction(self) -> str:
        return direction_of(self.language)

    def __bool__(self) -> bool:
        return bool(self.parts)


def compare(old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> Difference:
    """From `old` to `new`; each has title, salutation, body and closing as texts, and asks as a list of texts, each at
    the place of its number and empty where there is none."""
    parts = (
        Part(name, label, tuple(_folded(_moved(list(_told(olds, news, language))))))
        for name, label in LABELS
        if (olds := _split(name, old[name])) != (news := _split(name, new[name]))
    )
    return Difference(language, tuple(parts))


def compare_editions(before: Edition, after: Edition, language: str) -> Difference:
    """In one language; one that an edition lacks is empty there."""
    return compare(_state(before, language), _state(after, language), language)


def _state(edition: Edition, language: str) -> dict[str, Any]:
    text = edition.text_in(language)
    fields = ("title", "salutation", "body", "closing")
    content = {field: getattr(text, field) if text else "" for field in fields}
    return {**content, "asks": edition.asks_by_place(language)}


def _split(name: str, value: Any) -> list[str]:
    if name == "asks":
        return list(value)
    if name == "body":
        return [paragraph for paragraph in re.split(r"\n[ \t]*(?:\n[ \t]*)+", value.strip()) if paragraph]
    return [value] if value else []


def _told(old: Sequence[str], new: Sequence[str], language: str) -> Iterator[Line]:
    """Without the places at which no ask is."""
    return (line for line in _lines(old, new, language) if any(piece.text for piece in line.pieces))


def _lines(old: Sequence[str], new: Sequence[str], language: str) -> Iterator[Line]:
    for verb, i, i_end, j, j_end in SequenceMatcher(None, old, new).get_opcodes():
        if verb == "equal":
            for step in range(i_end - i):
                yield Line(SAME, (Piece(SAME, old[i + step]),), i + step + 1, j + step + 1)
        else:
            yield from _replaced(old, new, range(i, i_end), range(j, j_end), language)


def _replaced(
    old: Sequence[str], new: Sequence[str], olds: range, news: range, language: str
) -> Iterator[Line]:
    """In their order, each old line beside the new one that it became, if any did."""
    start = olds.start
    for j, i in _pairs(old, new, olds, news, language):
        if i is None:
            yield Line(ADDED, (Piece(ADDED, new[j]),), 0, j + 1)
            continue
        yield from (_removed(old, gone) for gone in range(start, i))
        yield Line(CHANGED, _pieces(old[i], new[j], language), i + 1, j + 1)
        start = i + 1
    yield from (_removed(old, gone) for gone in range(start, olds.stop))


def _removed(old: Sequence[str], i: int) -> Line:
    return Line(REMOVED, (Piece(REMOVED, old[i]),), i + 1, 0)


def _pairs(
    old: Sequence[str], new: Sequence[str], olds: range, news: range, language: str
) -> Iterator[tuple[int, int | None]]:
    """Each new line with the old one that it became; never crossing."""
    comparable = len(olds) * len(news) <= MOST_PAIRS
    start = olds.start
    for j in news:
        candidates = range(start, olds.stop) if comparable else range(0)
        found = next((i for i in candidates if _alike(old[i], new[j], language)), None)
        start = start if found is None else found + 1
        yield j, found


def _alike(old: str, new: str, language: str) -> bool:
    """By the words that they share (Dice's coefficient)."""
    olds, news = _words(old, language), _words(new, language)
    return bool(olds and news) and 2 * len(olds & news) >= ALIKE * (len(olds) + len(news))


@lru_cache(maxsize=1000)
def _words(text: str, language: str) -> frozenset[str]:
    return frozenset(token for token in _tokens(text, language) if _says(token))


def _says(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _tokens(text: str, language: str) -> list[str]:
    breaks = icu.BreakIterator.createWordInstance(icu.Locale(language))
    breaks.setText(text)
    # ICU counts in units of UTF-16, of which a letter beyond the first 65,536 has two.
    if not text or max(text) < "\U00010000":
        return [text[start:end] for start, end in pairwise([0, *breaks])]
    units = text.encode("utf-16-le")
    ends = [0, *breaks]
    return [units[2 * start : 2 * end].decode("utf-16-le") for start, end in pairwise(ends)]


def _moved(lines: list[Line]) -> list[Line]:
    """A line that was removed here and added there, word for word, is told as moved, once and where it is now."""
    gone = {line.pieces[0].text: line.old for line in lines if line.kind == REMOVED}
    came = {line.pieces[0].text for line in lines if line.kind == ADDED}
    moved = gone.keys() & came
    kept = (line for line in lines if line.kind != REMOVED or line.pieces[0].text not in moved)
    return [
        Line(MOVED, (Piece(SAME, text),), gone[text], line.new)
        if line.kind == ADDED and (text := line.pieces[0].text) in moved
        else line
        for line in kept
    ]


def _pieces(old: str, new: str, language: str) -> tuple[Piece, ...]:
    olds, news = _tokens(old, language), _tokens(new, language)
    if len(olds) * len(news) > MOST_WORD_PAIRS:
        return Piece(REMOVED, old), Piece(ADDED, new)
    runs = [
        ("".join(olds[i:i_end]), "".join(news[j:j_end]), verb == "equal")
        for verb, i, i_end, j, j_end in SequenceMatcher(None, olds, news).get_opcodes()
    ]
    return tuple(_readable(runs))


def _readable(runs: Sequence[tuple[str, str, bool]]) -> Iterator[Piece]:
    """A blank or a comma that stayed between two changes belongs to the change: words alone are kept apart."""
    last = len(runs) - 1

    def stays(at: int) -> bool:
        old, _new, same = runs[at]
        return same and (_says(old) or at in (0, last))

    for stayed, group in groupby(range(len(runs)), stays):
        places = list(group)
        old = "".join(runs[at][0] for at in places)
        new = "".join(runs[at][1] for at in places)
        if stayed:
            yield Piece(SAME, old)
        else:
            yield from (piece for piece in (Piece(REMOVED, old), Piece(ADDED, new)) if piece.text)


def _folded(lines: Iterable[Line]) -> Iterator[Block]:
    listed = list(lines)
    changed = [at for at, line in enumerate(listed) if line.kind != SAME]
    near = {at + step for at in changed for step in range(-SHOWN_BESIDE_A_CHANGE, SHOWN_BESIDE_A_CHANGE + 1)}
    for is_near, places in groupby(range(len(listed)), near.__contains__):
        yield Block(tuple(listed[at] for at in places), is_folded=not is_near)
