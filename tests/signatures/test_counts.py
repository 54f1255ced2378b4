import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters.models import Letter
from signatures.models import CountryTotal
from signatures.public import FEWEST, Counts, country_counts, counts_of, counts_of_all, fold_small
from tests.factories import make_letter


def total(letter: Letter, country: str, count: int, kind: str = "individual") -> None:
    CountryTotal.objects.create(letter=letter, kind=kind, country=country, count=count)


@pytest.mark.django_db
def test_counts_are_sums_and_countries_are_counted_once() -> None:
    letter, other = make_letter(), make_letter()
    total(letter, "PK", 7)
    total(letter, "PK", 2, "organisation")
    total(letter, "PE", 1, "organisation")
    total(letter, "FR", 0)
    assert counts_of(letter) == Counts(organisations=3, individuals=7, countries=2)
    assert counts_of_all([letter, other])[other.pk] == Counts(0, 0, 0)


@pytest.mark.django_db
def test_countries_are_named_in_the_language_of_the_page() -> None:
    letter = make_letter()
    total(letter, "PK", 9)
    total(letter, "PE", 3)
    total(letter, "FR", 2)
    told, rest = country_counts(letter, "ur")
    assert [(row.name, row.number) for row in told] == [("پاکستان", 9)]
    assert rest == 5


@pytest.mark.parametrize(
    ("rows", "told", "rest"),
    [
        ([("PK", 9), ("PE", 8)], [("PK", 9), ("PE", 8)], 0),
        ([("PK", 9), ("PE", 5), ("FR", 2)], [("PK", 9)], 7),
        ([("PK", 9), ("FR", 4), ("DE", 1)], [("PK", 9)], 5),
        ([("PK", 6), ("FR", 1)], [], 7),
        ([("FR", 3)], [], 0),
        ([], [], 0),
    ],
)
def test_small_countries_fold_and_take_along_who_would_be_found_by_subtraction(
    rows: list[tuple[str, int]], told: list[tuple[str, int]], rest: int
) -> None:
    assert fold_small(rows) == (told, rest)


@given(st.dictionaries(st.text("ABCDEF", min_size=2, max_size=2), st.integers(1, 12)))
def test_no_count_that_is_told_or_can_be_found_is_of_few(counts: dict[str, int]) -> None:
    told, rest = fold_small(list(counts.items()))
    assert all(count >= FEWEST for _country, count in told)
    hidden = sum(counts.values()) - sum(count for _country, count in told)
    assert hidden == 0 or hidden >= FEWEST or not told
    assert rest in (0, hidden)


@pytest.mark.django_db
def test_who_was_imported_without_a_country_counts_and_is_of_none() -> None:
    letter = make_letter()
    for country in ("", "PK"):
        total(letter, country, 1)
    assert counts_of(letter) == (0, 2, 1)
