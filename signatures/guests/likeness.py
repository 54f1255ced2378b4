"""Finds organisations that may be one and the same, for a person to decide: names that look alike though they are
written otherwise, that differ in little, that are the other's initials, or that have the same website.

What looks alike is the skeleton of UTS #39 (Unicode Security Mechanisms), by ICU; what differs in little is told by
rapidfuzz's normalised Indel similarity.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import icu
from django.db import models
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from campaign.countries import country_name
from signatures.rules import free_mail_domains, name_key

MOST_CANDIDATES = 5
SHORTEST_COMPARED = 5  # characters; of shorter names, all differ in little
SIMILAR = 88.0  # percent
SIMILAR_ABROAD = 96.0  # chapters of one body differ in the country's name alone
NEAR = 70.0  # percent, of characters or of words in common
BLOCK = 3  # characters at the beginning or the end that two names must share to be compared
LONGEST_ACRONYM = 8

_ARTICLES = frozenset(
    ("the", "a", "an", "la", "le", "les", "el", "los", "las", "l", "al", "die", "der", "das", "il", "o")
)
# Legal forms, which one spelling has and another has not.
_FORMS = frozenset((
    "ltd", "limited", "inc", "incorporated", "llc", "llp", "plc", "ev", "gmbh", "ggmbh", "asbl", "aisbl", "vzw", "ivzw",
    "ac", "sa", "onlus", "ry", "zs", "ops", "cic", "pty", "bv", "npo", "npc", "kk", "eg", "scio", "cio", "reg", "regd",
    "registered",
))  # fmt: skip
# Words that initials leave out, or take in.
_SMALL = frozenset((
    "of", "the", "for", "and", "in", "on", "at", "to", "a", "an", "de", "la", "le", "les", "du", "des", "d", "l", "el",
    "los", "las", "del", "y", "e", "o", "da", "do", "dos", "das", "para", "pour", "et", "en", "von", "und", "für",
    "der", "die", "il", "per", "di", "van", "voor",
))  # fmt: skip
_BETWEEN = re.compile(r"\s+[/|–—]\s+|\s*[()\[\]（）]\s*")
_MARKS = re.compile("[\u0300-\u036f\u064b-\u0652\u0670]")
# `\w` leaves out the vowel signs of Indic and South East Asian scripts, and the joiners.
_NO_WORD = re.compile(r"[^\w\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u200c\u200d]+|_+")
# Sites on which anybody has a page.
_SHARED_SITES = frozenset((
    "facebook.com", "fb.com", "twitter.com", "x.com", "instagram.com", "linkedin.com", "youtube.com", "google.com",
    "linktr.ee", "medium.com", "t.me", "telegram.me", "wa.me", "whatsapp.com", "bit.ly", "substack.com",
    "mastodon.social", "vk.com", "github.com", "wikipedia.org",
))  # fmt: skip


class Why(models.TextChoices):
    """Why two are alike."""

    LOOKS = "looks", _("The names look alike, but are written with different characters.")
    COUNTRY = "country", _("The same name, in another country.")
    NAME = (
        "name",
        _("The names differ only in accents, small words, their order, the legal form or the country."),
    )
    ACRONYM = "acronym", _("One name is the initials of the other.")
    WEBSITE = "website", _("They have the same website.")
    SIMILAR = "similar", _("The names differ in a few characters.")


# The surest first.
_RANK = {why: place for place, why in enumerate(Why.values)}


@dataclass(frozen=True)
class Known:
    """An organisation that others are compared with: `what` is {"organisation": id} or {"line": number}."""

    what: dict[str, int]
    name: str
    country: str = ""
    domain: str = ""

    @cached_property
    def key(self) -> str:
        return name_key(self.name)

    @cached_property
    def parts(self) -> list[str]:
        """The whole name; and of `Name (Other name)` and `Name / Other name` each."""
        return [self.name, *(part for part in _BETWEEN.split(self.name) if part and part != self.name)]

    @cached_property
    def cores(self) -> set[str]:
        """Its words without articles, legal forms, accents and order; of each part that has a few."""
        found = {" ".join(sorted(_core_words(part))) for part in self.parts}
        return {
            core
            for core in found
            if len(core) >= SHORTEST_COMPARED or core == " ".join(sorted(_core_words(self.name)))
        }

    @cached_property
    def home(self) -> set[str]:
        """The cores without the country's own name, which many add: "Bytes for All, Pakistan"."""
        own = set(_words(country_name(self.country, "en"))) if self.country else set()
        found = (" ".join(word for word in core.split() if word not in own) for core in self.cores)
        return {core for core in found if len(core) >= SHORTEST_COMPARED}

    @cached_property
    def joined(self) -> str:
        """Its words in their order, without what `cores` leaves out and without spaces."""
        return "".join(
            _core_words(self.parts[1] if len(self.parts) > 1 and len(self.parts[1]) > 8 else self.name)
        )

    @cached_property
    def acronyms(self) -> set[str]:
        """What in the name is written as an acronym is."""
        return {bare.casefold() for part in self.parts if _is_acronym(bare := part.replace(".", "").strip())}

    @cached_property
    def initials(self) -> set[str]:
        return {
            initials
            for part in self.parts
            for initials in _initials(part)
            if 3 <= len(initials) <= LONGEST_ACRONYM
        }


def worth_comparing(one: Known, known: Iterable[Known]) -> Iterator[Known]:
    """Those of many that `one` may be alike to, found in a fraction of the time that a register of all takes."""
    looks, first = _looks(one.name), {acronym[0] for acronym in one.acronyms}
    for other in known:
        theirs = _looks(other.name)
        is_near = fuzz.ratio(looks, theirs) >= NEAR or fuzz.token_set_ratio(looks, theirs) >= NEAR
        may_be_acronym = other.name[:1].casefold() in first or _is_acronym(other.name)
        if is_near or may_be_acronym or (one.domain and one.domain == other.domain):
            yield other


def _looks(name: str) -> str:
    return _checker.getSkeleton(0, name).casefold()


def skeleton(name: str) -> str:
    """Equal for two names that look alike (UTS #39), but for case and what is no letter, mark or digit."""
    return name_key(_checker.getSkeleton(0, name))


_checker = icu.SpoofChecker()


@lru_cache(maxsize=1000)
def _words(name: str) -> list[str]:
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", name.replace(".", "").replace("&", " and ")))
    plain = unicodedata.normalize("NFC", plain).casefold().replace("’", "'").replace("'s", "s")
    return [word for word in _NO_WORD.split(plain) if word]


def _core_words(name: str) -> list[str]:
    words = _words(name)
    return [word for word in words if word not in _ARTICLES and word not in _FORMS and word != "and"] or words


def _is_acronym(text: str) -> bool:
    return 3 <= len(text) <= LONGEST_ACRONYM and text.isupper() and text.isalpha()


def _initials(name: str) -> Iterator[str]:
    words = [word for word in _words(name.replace("-", " ")) if word[0].isalpha()]
    if len(words) >= 3:
        yield "".join(word[0] for word in words)
    large = [word for word in words if word not in _SMALL and word not in _FORMS]
    if len(large) >= 3:
        yield "".join(word[0] for word in large)


class Found(NamedTuple):
    """Which ones a name is alike to, surest first, or the very same one."""

    same: dict[str, int] | None
    alike: list[dict[str, Any]]


@dataclass
class Register:
    """What is known, by all that makes two alike; grows as a list is read."""

    by_name: dict[tuple[str, str], Known] = field(default_factory=dict)
    indexes: dict[str, dict[str, list[Known]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    @classmethod
    def of(cls, known: Iterable[Known]) -> "Register":
        register = cls()
        for one in known:
            register.add(one)
        return register

    def add(self, one: Known) -> None:
        keys = _keys_of(one)
        self.by_name.setdefault((keys[0][1], one.country), one)
        for index, key in keys:
            self.indexes[index][key].append(one)

    def find(self, one: Known) -> Found:
        same = self.by_name.get((one.key, one.country))
        if same:
            return Found(same.what, [])
        why: dict[tuple[str, int], set[str]] = defaultdict(set)
        for known, reason in self._alike(one):
            why[next(iter(known.what.items()))].add(reason)
        found: list[dict[str, Any]] = [
            {kind: number, "why": sorted(reasons, key=_rank)} for (kind, number), reasons in why.items()
        ]
        return Found(None, sorted(found, key=lambda candidate: _rank(candidate["why"][0]))[:MOST_CANDIDATES])

    def _alike(self, one: Known) -> Iterator[tuple[Known, str]]:
        for index, key in _keys_of(one):
            if index in _REASONS:
                yield from ((known, _reason(index, one, known)) for known in self.indexes[index][key])
        at_home = (known for core in one.home for known in self.indexes["home"][core])
        yield from ((known, _reason("core", one, known)) for known in at_home if _may_be_one(one, known))
        yield from ((known, Why.ACRONYM) for known in self._by_initials(one) if _may_be_one(one, known))
        yield from ((known, Why.SIMILAR) for known in self._similar(one))

    def _by_initials(self, one: Known) -> Iterator[Known]:
        for acronym in one.acronyms:
            yield from self.indexes["initials"][acronym]
        for initials in one.initials:
            yield from self.indexes["acronym"][initials]

    def _similar(self, one: Known) -> Iterator[Known]:
        if len(one.joined) < SHORTEST_COMPARED:
            return
        near = {id(known): known for edge in _edges(one) for known in self.indexes["edge"][edge]}
        choices = {number: known.joined for number, known in near.items()}
        for _text, percent, number in process.extract(
            one.joined, choices, scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=MOST_CANDIDATES
        ):
            if percent >= SIMILAR_ABROAD or _may_be_one(one, near[number]):
                yield near[number]


_REASONS = {"key": Why.COUNTRY, "looks": Why.LOOKS, "core": Why.NAME, "domain": Why.WEBSITE}


def _keys_of(one: Known) -> tuple[tuple[str, str], ...]:
    return _keys(one.name, one.country, one.domain)


# A register is built anew for each step of a job, mostly of names that the step before had too.
@lru_cache(maxsize=12_000)
def _keys(name: str, country: str, domain: str) -> tuple[tuple[str, str], ...]:
    """(index, key) of all by which an organisation is found; its name's key first."""
    one = Known({}, name, country, domain)
    is_own = domain and domain not in _SHARED_SITES and domain not in free_mail_domains()
    found = {
        "looks": [skeleton(name)],
        "core": one.cores,
        "home": one.home,
        "domain": [domain] if is_own else [],
        "acronym": one.acronyms,
        "initials": one.initials,
        "edge": _edges(one),
    }
    return ("key", one.key), *((index, key) for index, keys in found.items() for key in keys)


def _edges(one: Known) -> tuple[str, ...]:
    return (
        (f"{one.joined[:BLOCK]}…", f"…{one.joined[-BLOCK:]}") if len(one.joined) >= SHORTEST_COMPARED else ()
    )


def _reason(index: str, one: Known, known: Known) -> str:
    """Names of one key are the same name, whatever else of them is alike."""
    if index in ("looks", "core") and known.key == one.key:
        return Why.COUNTRY
    return _REASONS[index]


def _rank(why: str) -> int:
    return _RANK[why]


def _may_be_one(one: Known, other: Known) -> bool:
    """Whether their countries do not say otherwise."""
    return one.country == other.country or not one.country or not other.country
