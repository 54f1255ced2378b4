"""What a letter's files say, checked whole before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django_countries import countries
from yaml.nodes import Node

from letters import rules
from letters.files.source import LetterFileError, Place, Source, open_source

ONLY_ORIGINAL = {"slug", "coalition", "to", "cc", "opens", "closes", "signers", "retention_days"}
EVERY_FILE = {"language", "asks", "salutation", "closing"}
# A translation may repeat what names the letter, if it says the same.
REPEATED = ("slug", "coalition")
OFFICIAL_KEYS = {"name", "office", "institution", "country", "email", "language"}
SIGNERS = ("organisation", "individual")
TITLE_LENGTH, BODY_LENGTH, ASK_LENGTH, LINE_LENGTH = 300, 60_000, 1000, 200
MOST_RETENTION_DAYS = 36_500


@dataclass(frozen=True)
class OfficialEntry:
    kind: str
    values: dict[str, str]


@dataclass(frozen=True)
class TextEntry:
    language: str
    title: str
    salutation: str
    body: str
    closing: str
    asks: list[str]


@dataclass(frozen=True)
class LetterFile:
    """A letter as its files tell it; `texts` begins with the original, `places` says where each key stands."""

    slug: str
    coalition: str
    opens_at: datetime | None
    closes_at: datetime | None
    accepts_organisations: bool
    accepts_individuals: bool
    retention_days: int | None
    officials: list[OfficialEntry]
    texts: list[TextEntry]
    places: dict[str, Place] = field(compare=False)

    @property
    def language(self) -> str:
        return self.texts[0].language


def read_letter(paths: Sequence[Path]) -> LetterFile:
    """The letter in these files, the one with `to` or `coalition` (else the first) the original; LetterFileError with
    every problem found, in all of them."""
    sources = [open_source(path) for path in paths]
    readable = [source for source in sources if source.is_readable]
    original = next((source for source in readable if {"to", "coalition"} & set(source.front)), sources[0])
    translations = [source for source in readable if source is not original]
    letter = _read_original(original) if original.is_readable else None
    if letter:
        for source in translations:
            _read_translation(source, letter)
    if problems := [problem for source in sources for problem in sorted(source.problems)]:
        raise LetterFileError(problems)
    assert letter is not None
    return letter


def read_text(path: Path) -> TextEntry:
    """One text, which names no letter and no addressee; LetterFileError with every problem found in it."""
    source = open_source(path)
    source.refuse_unknown(EVERY_FILE)
    text = _read_text(source) if source.is_readable else None
    if text is None or source.problems:
        raise LetterFileError(sorted(source.problems))
    return text


def _read_original(source: Source) -> LetterFile:
    source.refuse_unknown(ONLY_ORIGINAL | EVERY_FILE)
    text = _read_text(source)
    opens = source.one("opens", _moment, None)
    closes = source.one("closes", _moment, None)
    if opens and closes and closes <= opens:
        source.problems.append((source.place("closes"), "closes must be later than opens"))
    signers = _read_signers(source)
    return LetterFile(
        slug=source.one("slug", rules.clean_slug, "", required=True, limit=80),
        coalition=source.one("coalition", rules.clean_line, "", required=True, limit=LINE_LENGTH),
        opens_at=opens,
        closes_at=closes,
        accepts_organisations="organisation" in signers,
        accepts_individuals="individual" in signers,
        retention_days=source.one("retention_days", _days, None),
        officials=_read_officials(source, text.language),
        texts=[text],
        places={key: source.place(key) for key in sorted(ONLY_ORIGINAL | EVERY_FILE)},
    )


def _read_translation(source: Source, letter: LetterFile) -> None:
    """Adds the translation to the letter's texts."""
    source.refuse_unknown(EVERY_FILE | set(REPEATED))
    for key in REPEATED:
        said = source.one(key, str, "")
        if said and said != getattr(letter, key):
            source.refuse(source.front[key], f"{key}: {said!r} is not what the original says")
    text = _read_text(source)
    if text.language in {other.language for other in letter.texts}:
        source.refuse(source.front["language"], f"language: there is a text in {text.language!r} already")
    if text.asks and len(text.asks) != len(letter.texts[0].asks):
        said = f"asks: the original has {len(letter.texts[0].asks)}, this translation has {len(text.asks)}"
        source.refuse(source.front["asks"], said)
    letter.texts.append(text)


def _read_text(source: Source) -> TextEntry:
    title, body = _read_markdown(source)
    asks = [
        source.cleaned(node, "asks", ask, rules.clean_line, "", ASK_LENGTH)
        for node, ask in source.many("asks")
    ]
    return TextEntry(
        language=source.one("language", rules.clean_language, "", required=True),
        title=title,
        salutation=source.one("salutation", rules.clean_line, "", limit=300),
        body=body,
        closing=source.one("closing", rules.clean_line, "", limit=500),
        asks=asks,
    )


def _read_markdown(source: Source) -> tuple[str, str]:
    """The title, which is the first line, and the body."""
    lines = source.body.split("\n")
    for number, line in enumerate(lines, source.body_line):
        try:
            rules.clean_prose(line)
        except ValidationError:
            source.refuse(number, "has a character that no text has")
            return "", ""
    start = next((index for index, line in enumerate(lines) if line.strip()), None)
    if start is None:
        source.refuse(source.body_line, "the letter has no title: a line that begins with # and a space")
        return "", ""
    line_number = source.body_line + start
    if not lines[start].startswith("# ") or not lines[start][2:].strip():
        source.refuse(
            line_number, "the letter must begin with its title: a line that begins with # and a space"
        )
    title, body = rules.clean_line(lines[start][2:]), rules.clean_prose("\n".join(lines[start + 1 :])).strip()
    if len(title) > TITLE_LENGTH:
        source.refuse(line_number, f"the title is longer than {TITLE_LENGTH} characters")
    if not body:
        source.refuse(line_number, "the letter has no text below its title")
    if len(body) > BODY_LENGTH:
        source.refuse(line_number, f"the text is longer than {BODY_LENGTH} characters")
    return title, body


def _read_signers(source: Source) -> list[str]:
    chosen = source.many("signers")
    for node, signer in chosen:
        if signer not in SIGNERS:
            source.refuse(node, f"signers: {signer!r} is neither organisation nor individual")
    if "signers" in source.front and not chosen:
        source.refuse(source.front["signers"], "signers: somebody must be able to sign")
    return [signer for _node, signer in chosen] or list(SIGNERS)


def _read_officials(source: Source, language: str) -> list[OfficialEntry]:
    nodes = [(kind, node) for kind in ("to", "cc") for node in source.items(kind)]
    if not any(kind == "to" for kind, _node in nodes):
        source.problems.append((source.place("to"), "to: the letter has no addressee"))
    officials: list[OfficialEntry] = []
    for kind, node in nodes:
        entry = OfficialEntry(kind, _read_official(source, kind, node, language))
        if any(_same(entry, other) for other in officials):
            source.refuse(node, f"{kind}: {entry.values['name']} is named twice")
        officials.append(entry)
    return officials


def _read_official(source: Source, kind: str, node: Node, language: str) -> dict[str, str]:
    """An official's values; an office without a name is named by the office."""
    inner = Source(source.path, front=source.mapping(node, kind, OFFICIAL_KEYS), problems=[])
    values = {
        key: inner.one(key, rules.clean_line, "", limit=LINE_LENGTH)
        for key in ("name", "office", "institution")
    }
    values["country"] = inner.one("country", _country, "")
    values["email"] = inner.one("email", rules.clean_email, "", limit=254)
    values["language"] = inner.one("language", rules.clean_language, language) or "en"
    values["name"] = values["name"] or values["office"]
    if inner.front:
        for key in ("name", "email"):
            if key not in inner.front and not values[key]:
                inner.refuse(node, f"{key} is missing")
            elif inner.scalar(inner.front.get(key), key) == "" and not values[key]:
                inner.refuse(inner.front[key], f"{key} is empty")
    source.problems += [(place, f"{kind}: {said}") for place, said in inner.problems]
    return values


def _same(entry: OfficialEntry, other: OfficialEntry) -> bool:
    key = ("name", "office", "email")
    return entry.values["name"] != "" and all(entry.values[name] == other.values[name] for name in key)


def _country(code: str) -> str:
    if code.upper() not in countries.countries:
        raise ValueError("is not the two-letter code of a country (ISO 3166-1), such as PK")
    return code.upper()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1900 < moment.year < 2200:
        raise ValueError("is not a date and time with a zone, such as 2024-02-06T09:00:00+05:00")
    return moment


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= MOST_RETENTION_DAYS:
        raise ValueError(f"is not a number of days from 1 to {MOST_RETENTION_DAYS}")
    return int(text)
