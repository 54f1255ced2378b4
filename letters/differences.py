"""What changed between two texts, word by word, readable without colour and in either direction of writing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from letters.models import Edition

# A line's end, other space, a character of a script that sets no space between words, or what stands between spaces.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
TOKENS = re.compile(rf"\n|[^\S\n]+|[{UNSPACED}]|[^\s{UNSPACED}]+")


@dataclass(frozen=True)
class Difference:
    """A part of a text that changed: what it is called, and its words with <ins> and <del>."""

    label: str
    words: SafeString


def word_diff(before: str, after: str) -> SafeString:
    """`after` as HTML, with what was taken out of `before` in <del> and what was put in in <ins>.

    Lines are compared first, then the words of the lines that differ, so that a long text costs no more than its
    changes. Line ends are kept as they are.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    parts: list[tuple[str, str]] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(("equal", "".join(old[a:b])))
        else:
            parts += _words("".join(old[a:b]), "".join(new[c:d]))
    return format_html_join("", "{}", ((_marked(what, text),) for what, text in parts if text))


def text_differences(before: Edition, after: Edition, language: str) -> list[Difference]:
    """What changed in one language; a language that one of the two lacks is empty there."""
    old, new = _parts_of(before, language), _parts_of(after, language)
    return [
        Difference(label, word_diff(was, now))
        for (label, was), (_label, now) in zip(old, new, strict=True)
        if was != now
    ]


def _parts_of(edition: Edition, language: str) -> Iterator[tuple[str, str]]:
    text = edition.text_in(language)
    asks = "\n".join(
        f"{number}. {texts[language]}" for number, texts in edition.asks().items() if language in texts
    )
    yield _("Title"), text.title if text else ""
    yield _("Salutation"), text.salutation if text else ""
    yield _("Text"), text.body if text else ""
    yield _("Asks"), asks
    yield _("Closing"), text.closing if text else ""


def _words(before: str, after: str) -> Iterator[tuple[str, str]]:
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    for what, a, b, c, d in _joined(SequenceMatcher(None, old, new).get_opcodes(), old):
        if what == "equal":
            yield "equal", "".join(old[a:b])
        else:
            yield "del", "".join(old[a:b])
            yield "ins", "".join(new[c:d])


def _joined(
    codes: Sequence[tuple[str, int, int, int, int]], old: Sequence[str]
) -> Iterator[tuple[str, int, int, int, int]]:
    """Changes with nothing but a space between them as one, so that a rewritten sentence is read as a sentence."""
    held: tuple[str, int, int, int, int] | None = None
    for place, code in enumerate(codes):
        what, a, b, _c, d = code
        is_last = place == len(codes) - 1
        is_gap = what == "equal" and held is not None and not is_last and not "".join(old[a:b]).strip(" ")
        if what == "equal" and not is_gap:
            if held:
                yield held
            held = None
            yield code
        else:
            held = ("replace", held[1], b, held[3], d) if held else code
    if held:
        yield held


def _marked(what: str, text: str) -> SafeString:
    if what == "equal":
        return format_html("{}", text)
    return format_html("<ins>{}</ins>" if what == "ins" else "<del>{}</del>", text)
