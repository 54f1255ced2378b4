"""Signatures over time: the numbers are those of the tallies, and the picture is plain and tells them."""

import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from letters.models import Letter
from signatures.models import Tally
from signatures.plot import Growth, draw_growth, growth_of
from tests import factories
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)
BOTH = ["organisation", "individual"]
SVG = "{http://www.w3.org/2000/svg}"


def make_letter(*, days: float, **fields: Any) -> Letter:
    """A letter that opened so many days before NOW."""
    return factories.make_letter(opened_at=NOW - timedelta(days=days), **fields)


def tally(
    letter: Letter, moment: datetime, count: int = 1, *, kind: str = "individual", country: str = "PK"
) -> None:
    Tally.objects.create(letter=letter, hour=moment, kind=kind, country=country, count=count)


def told(growth: Growth) -> list[tuple[str, int, int]]:
    shape = "%d %H" if growth.by_hour else "%m-%d"
    return [
        (timezone.localtime(one.start).strftime(shape), one.organisations, one.people)
        for one in growth.newest_first
    ]


def test_a_young_letter_is_told_by_the_hour() -> None:
    letter = make_letter(days=1)
    tally(letter, datetime(2026, 5, 19, 14, tzinfo=UTC), 3)
    tally(letter, datetime(2026, 5, 20, 14, tzinfo=UTC), 2, country="SE")
    tally(letter, datetime(2026, 5, 20, 14, tzinfo=UTC), 4)
    tally(letter, datetime(2026, 5, 20, 14, tzinfo=UTC), 1, kind="organisation")
    growth = growth_of(letter, NOW)
    assert growth.by_hour
    assert len(growth.buckets) == 25
    assert told(growth) == [("20 14", 1, 6), ("19 14", 0, 3)]


def test_an_older_letter_is_told_by_the_day_of_the_readers_zone() -> None:
    letter = make_letter(days=10)
    tally(letter, datetime(2026, 5, 18, 18, tzinfo=UTC), 1)
    tally(letter, datetime(2026, 5, 18, 20, tzinfo=UTC), 2)
    assert told(growth_of(letter, NOW)) == [("05-18", 0, 3)]
    with timezone.override("Asia/Karachi"):
        growth = growth_of(letter, NOW)
        assert told(growth) == [("05-19", 0, 2), ("05-18", 0, 1)]
        assert len(growth.buckets) == 11


def test_days_are_whole_over_a_change_of_the_clock() -> None:
    with timezone.override("Europe/Berlin"):  # on 29 March 2026 an hour is left out
        letter = make_letter(days=60)
        tally(letter, datetime(2026, 3, 28, 23, tzinfo=UTC), 1)
        tally(letter, datetime(2026, 3, 29, 21, tzinfo=UTC), 1)
        tally(letter, datetime(2026, 3, 29, 22, tzinfo=UTC), 1)
        assert told(growth_of(letter, NOW)) == [("03-30", 0, 1), ("03-29", 0, 2)]


def test_only_the_last_sixty_days_are_told() -> None:
    letter = make_letter(days=400)
    tally(letter, NOW.replace(minute=0) - timedelta(days=200), 5)
    tally(letter, NOW.replace(minute=0) - timedelta(days=3), 7)
    growth = growth_of(letter, NOW)
    assert len(growth.buckets) == 60
    assert told(growth) == [("05-17", 0, 7)]


def test_a_letter_that_nobody_signs_any_more_is_told_to_its_last_signature() -> None:
    letter = make_letter(days=400)
    tally(letter, NOW.replace(minute=0) - timedelta(days=390), 5)
    tally(letter, NOW.replace(minute=0) - timedelta(days=380), 7)
    growth = growth_of(letter, NOW)
    assert told(growth) == [("05-05", 0, 7), ("04-25", 0, 5)]
    assert len(growth.buckets) == 21


def test_a_closed_letter_is_told_to_its_end() -> None:
    letter = make_letter(days=400, state="closed")
    letter.closed_at = NOW - timedelta(days=300)
    tally(letter, letter.closed_at.replace(minute=0) - timedelta(days=1), 5)
    assert told(growth_of(letter, NOW)) == [("07-23", 0, 5)]
    # An organisation may be approved after that.
    tally(letter, letter.closed_at.replace(minute=0) + timedelta(days=2), kind="organisation")
    assert told(growth_of(letter, NOW)) == [("07-26", 1, 0), ("07-23", 0, 5)]


def test_what_was_confirmed_in_the_minutes_before_the_first_hour_is_not_lost() -> None:
    letter = make_letter(days=1)
    tally(letter, NOW.replace(minute=0) - timedelta(days=1), 1)
    assert told(growth_of(letter, NOW)) == [("19 14", 0, 1)]


@pytest.mark.parametrize("counts", [[], [0], [1], [3, 9], [1234567]])
@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("days", [0, 1, 90])
def test_the_picture_is_plain_and_tells_its_numbers(counts: list[int], size: str, days: int) -> None:
    letter = make_letter(days=days)
    for number, count in enumerate(counts):
        tally(letter, NOW.replace(minute=0), count, country=f"A{number}")
    picture = draw_growth(growth_of(letter, NOW), BOTH, size=size)
    root = ElementTree.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    assert not [
        one for one in root.iter() if one.tag in (f"{SVG}style", f"{SVG}script") or "style" in one.attrib
    ]
    texts = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert any(text.startswith("Organisations per") for text in texts)
    assert any(text.startswith("People per") for text in texts)
    highest = max(int(text.replace(",", "")) for text in texts if text.replace(",", "").isdecimal())
    assert sum(counts) <= highest <= max(2 * sum(counts), 2)


def test_it_speaks_the_readers_language() -> None:
    letter = make_letter(days=10)
    tally(letter, NOW.replace(minute=0), 1500)
    with translation.override("fr"):
        picture = draw_growth(growth_of(letter, NOW), BOTH).decode()
    assert "15 mai" in picture
    assert "2\u202f000" in picture


def test_the_overview_shows_it_with_the_numbers_in_a_table(member_client: MemberClient) -> None:
    letter = factories.make_letter(coalition=member_client.coalition)
    where = {"coalition": letter.lead.slug, "letter_id": letter.pk}
    overview, picture = reverse("desk:letter", kwargs=where), reverse("desk:plot", kwargs=where)
    empty = member_client.get(overview).content.decode()
    assert "Nobody has signed yet" in empty
    assert picture not in empty
    tally(letter, timezone.now().replace(minute=0, second=0, microsecond=0), 1234)
    shown = member_client.get(overview).content.decode()
    assert f'<img src="{picture}" alt="Columns:' in shown
    assert "<td>1234</td>" in shown
    answer = member_client.get(picture)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert b"People per hour" in answer.content
    assert b'width="340"' in member_client.get(f"{picture}?size=narrow").content
    assert b'width="720"' in member_client.get(f"{picture}?size=huge").content


def test_a_kind_that_does_not_sign_has_no_panel(member_client: MemberClient) -> None:
    letter = factories.make_letter(coalition=member_client.coalition, accepts_organisations=False)
    picture = reverse("desk:plot", args=[letter.lead.slug, letter.pk])
    assert b"Organisations" not in member_client.get(picture).content
    tally(letter, timezone.now().replace(minute=0, second=0, microsecond=0), kind="organisation")
    assert b"Organisations" in member_client.get(picture).content
