"""Whatever is typed into any form of the desk, or asked of any of its pages, the answer is never a failure."""

import random
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from campaign.urls import desk
from letters.models import Letter
from tests import factories
from tests.desk import desk_addresses

NAMES = [pattern.name or "" for pattern in desk if "coalition" in pattern.pattern.converters]
POSTS = 12
ODD = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u202eabc",
    "=1+1",
    "<script>alert(1)</script>",
    "a\r\nBcc: x@example.org",
    "0",
    "-1",
    "1",
    "9" * 18,
    "9" * 19,
    "9" * 5000,
    "1e400",
    "NaN",
    "٣",
    "²",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01T00:00",
    "en",
    "ur",
    "xx",
    "PK",
    "Asia/Karachi",
    "../etc/passwd",
    "Pacific/Kiritimati",
    "x" * 300,
    "é" * 70_000,
    "a@example.org",
    "a@" + "b" * 300 + ".org",
    "https://[x",
    "http://例え.テスト/",
    "https://example.org:99999999/",
    "name,country\nBolo Bhi,PK\n",
    'name,office\n"a',
    "{}",
    "[" * 2000,
    "*" * 2000,
    "on",
    "remove",
    "\ufeff",
]
# What makes a form be taken whole, so that what is behind it is reached.
VERBS = ["choose", "create", "confirm", "verb", "save", "q", "after", "before", "start", "state", "other"]
FIELD = re.compile(r"<(?:input|select|textarea|button)\b[^>]*\bname=\"([^\"]+)\"[^>]*>")
VALUE = re.compile(r"\bvalue=\"([^\"]*)\"")


@pytest.fixture
def letter(db: None) -> Letter:
    return factories.make_letter(state="draft", languages=["en", "ur"])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_typed_makes_a_page_of_the_desk_fail(client: Client, letter: Letter, name: str) -> None:
    chance = random.Random(name)  # the same each time
    address = dict(desk_addresses(letter))[name]
    client.force_login(factories.make_member(letter.lead, role="owner").user)
    form = _fields(client.get(address).text) if name not in STREAMS else {}
    for typed in _typed(chance, form):
        for answer in (client.post(address, typed), client.get(address, _escaped(typed))):
            assert answer.status_code < 500, typed


STREAMS = {pattern for pattern in NAMES if "export" in pattern or pattern == "plot"}


def _fields(page: str) -> dict[str, str]:
    found = {}
    for field in FIELD.finditer(page):
        value = VALUE.search(field[0])
        found[field[1]] = value[1] if value else ""
    return found


def _typed(chance: random.Random, form: dict[str, str]) -> Iterator[dict[str, str]]:
    names = [*form, *VERBS]
    for _each in range(POSTS):
        typed = dict(form)
        for name in chance.sample(names, k=min(len(names), chance.randint(1, 4))):
            typed[name] = chance.choice(ODD)
        yield typed


def _escaped(typed: dict[str, str]) -> dict[str, str]:
    """As short as an address may be."""
    return {name: value[:200] for name, value in typed.items()}


@pytest.mark.parametrize("until", ["0001-01-01T00:00+12:00", "9999-12-31T23:59-12:00", "\0", "9" * 40])
def test_a_moment_that_utc_does_not_have_decides_nothing(client: Client, letter: Letter, until: str) -> None:
    client.force_login(factories.make_member(letter.lead, role="owner").user)
    asked = {"source": "organisations", "verb": "refuse", "until": until, "all": "1"}
    assert client.post(f"/desk/{letter.lead.slug}/to-decide/bulk/", asked).status_code == 302


def test_a_null_in_an_address_is_no_failure(client: Client, letter: Letter) -> None:
    client.force_login(factories.make_member(letter.lead, role="owner").user)
    assert client.get(f"/desk/{letter.lead.slug}/notable-names/?after=a%00b").status_code == 200
