"""One file taken apart: front matter as nodes that know their line, and Markdown below it. Nothing is interpreted:
YAML would take `NO` for false and a date for a date, so that every value is read as the text that stands there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml
from django.core.exceptions import ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Value = TypeVar("Value")

FENCE = "---"
# The front matter's first line is the file's second, and YAML counts from 0.
FIRST_LINE = 2


@dataclass(frozen=True, order=True)
class Place:
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class LetterFileError(Exception):
    """Files that are refused; `problems` are (where, what is wrong), all of them."""

    def __init__(self, problems: list[tuple[Place, str]]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{place}: {said}" for place, said in problems))


@dataclass
class Source:
    """A file's front matter and Markdown; `problems` grows as its values are read."""

    path: str
    front: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Node] = field(default_factory=dict)
    body: str = ""
    body_line: int = 1
    problems: list[tuple[Place, str]] = field(default_factory=list)
    is_readable: bool = True

    def refuse(self, at: Node | int, said: str) -> None:
        line = at if isinstance(at, int) else at.start_mark.line + FIRST_LINE
        self.problems.append((Place(self.path, line), said))

    def place(self, key: str) -> Place:
        """Where a key stands; line 1 for one that is missing."""
        node = self.keys.get(key)
        return Place(self.path, node.start_mark.line + FIRST_LINE if node else 1)

    def refuse_unknown(self, known: set[str]) -> None:
        for key in self.front:
            if key not in known:
                self.refuse(self.keys[key], f"unknown key {key!r}; known are {', '.join(sorted(known))}")

    def one(
        self,
        key: str,
        clean: Callable[[str], Value],
        default: Value,
        *,
        required: bool = False,
        limit: int = 0,
    ) -> Value:
        """A key's value by `clean`, which may raise ValueError or ValidationError."""
        found = self.scalar(self.front.get(key), key)
        if not found:
            if required and found is not None:
                self.problems.append((self.place(key), f"{key} is missing"))
            return default
        return self.cleaned(self.front[key], key, found, clean, default, limit)

    def many(self, key: str) -> list[tuple[Node, str]]:
        """The texts of a list, each with its node; none for a missing key."""
        entries = [(node, self.scalar(node, key)) for node in self.items(key)]
        return [(node, text) for node, text in entries if text]

    def items(self, key: str) -> list[Node]:
        node = self.front.get(key)
        if node is None or _is_empty(node):
            return []
        if isinstance(node, SequenceNode):
            return node.value
        self.refuse(node, f"{key} must be a list")
        return []

    def scalar(self, node: Node | None, key: str) -> str | None:
        """A value as it is written: empty for one that is missing, None for one that is no text (and refused)."""
        if node is None or _is_empty(node):
            return ""
        if isinstance(node, ScalarNode):
            return str(node.value).strip()
        self.refuse(node, f"{key} must be one text; if it has a colon, bracket or brace, put it in quotes")
        return None

    def cleaned(
        self, node: Node, key: str, text: str, clean: Callable[[str], Value], default: Value, limit: int = 0
    ) -> Value:
        if limit and len(text) > limit:
            self.refuse(node, f"{key} is longer than {limit} characters")
            return default
        try:
            return clean(text)
        except ValidationError as error:
            self.refuse(node, f"{key}: {text!r}: {' '.join(error.messages)}")
        except ValueError as error:
            self.refuse(node, f"{key}: {text!r} {error}")
        return default

    def mapping(self, node: Node, key: str, known: set[str]) -> dict[str, Node]:
        if not isinstance(node, MappingNode):
            self.refuse(node, f"each entry of {key} must be written {{name: …, office: …, email: …}}")
            return {}
        return dict(self._pairs(node, known, f"{key}: "))

    def _pairs(self, node: MappingNode, known: set[str] | None, inside: str) -> Iterator[tuple[str, Node]]:
        seen = set()
        for key_node, value in node.value:
            key = str(key_node.value)
            if key in seen:
                self.refuse(key_node, f"{inside}{key!r} is given twice")
            elif known is not None and key not in known:
                self.refuse(key_node, f"{inside}unknown key {key!r}; known are {', '.join(sorted(known))}")
            else:
                self.keys.setdefault(key, key_node)
                yield key, value
            seen.add(key)


def open_source(path: Path) -> Source:
    """Reads one file; what cannot be read is a problem of the Source, at its line."""
    source = Source(str(path), is_readable=False)
    try:
        content = path.read_bytes()
    except OSError as error:
        source.refuse(1, f"cannot be read: {error.strerror}")
        return source
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        source.refuse(content.count(b"\n", 0, error.start) + 1, "is not UTF-8")
        return source
    _split(source, text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return source


def _split(source: Source, lines: list[str]) -> None:
    if lines[0].rstrip() != FENCE:
        source.refuse(1, f"must begin with a line {FENCE} and the front matter")
        return
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        source.refuse(len(lines), f"the front matter does not end: there is no second line {FENCE}")
        return
    source.body, source.body_line = "\n".join(lines[end + 1 :]), end + 2
    source.is_readable = _compose(source, "\n".join(lines[1:end]) + "\n")


def _compose(source: Source, front: str) -> bool:
    try:
        root = yaml.compose(front, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source.refuse(mark.line + FIRST_LINE if mark else 1, f"the front matter is not YAML: {error.problem}")
        return False
    except yaml.reader.ReaderError as error:
        source.refuse(
            front.count("\n", 0, error.position) + FIRST_LINE,
            "the front matter has a character that no text has",
        )
        return False
    if root is None:
        return True
    if not isinstance(root, MappingNode):
        source.refuse(root, "the front matter must be written key: value")
        return False
    source.front = dict(source._pairs(root, None, ""))
    return True


def _is_empty(node: Node) -> bool:
    # `~` and nothing mean empty; `Null` may be somebody's name.
    return isinstance(node, ScalarNode) and node.tag.endswith(":null") and node.value in ("", "~")
