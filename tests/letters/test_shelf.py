"""The desk's first page when a coalition has many letters."""

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from letters.desk import shelves
from tests import factories
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(member_client: MemberClient, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a coalition with five letters, two a page."""
    monkeypatch.setattr(shelves, "LETTERS_ON_A_SHELF", 2)
    for number in range(5):
        title = "The roads of Lahore" if number == 1 else f"Letter {number}"
        factories.make_letter(coalition=member_client.coalition, title=title, slug=f"slug-{number}")
    return reverse("desk:coalition", args=[member_client.coalition.slug])


def slugs(page: str) -> list[str]:
    return [f"slug-{number}" for number in range(5) if f"/letters/slug-{number}/" in page]


def test_letters_are_read_a_page_at_a_time_newest_first(member_client: MemberClient, shelf: str) -> None:
    first = member_client.get(reverse("desk:home")).content.decode()
    assert slugs(first) == ["slug-3", "slug-4"]
    older = first.partition('rel="next" href="')[2].partition('"')[0]
    second = member_client.get(older).content.decode()
    assert slugs(second) == ["slug-1", "slug-2"]
    last = member_client.get(second.partition('rel="next" href="')[2].partition('"')[0]).content.decode()
    assert slugs(last) == ["slug-0"]
    assert 'rel="next"' not in last


def test_a_letter_is_found_by_a_word_of_its_title_or_address(member_client: MemberClient, shelf: str) -> None:
    assert slugs(member_client.get(shelf, {"q": "roads"}).content.decode()) == ["slug-1"]
    assert slugs(member_client.get(shelf, {"q": "SLUG-0"}).content.decode()) == ["slug-0"]
    assert "No letter is found." in member_client.get(shelf, {"q": "nothing"}).content.decode()
    assert slugs(member_client.get(shelf, {"q": "letter", "before": "x"}).content.decode()) == [
        "slug-3",
        "slug-4",
    ]


def test_another_coalitions_letter_is_not_found(member_client: MemberClient, shelf: str) -> None:
    factories.make_letter(title="Hidden away")
    assert "No letter is found." in member_client.get(shelf, {"q": "hidden"}).content.decode()


def test_a_page_costs_the_same_however_many_letters_follow(
    member_client: MemberClient, shelf: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for asked in ({}, {"q": "letter"}):
        with django_assert_num_queries(11):
            member_client.get(shelf, asked)
