"""The signatory list: order, search, pages, and what exposure lets be seen."""

import re
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from letters.models import Letter
from signatures.models import Signature
from signatures.public import list_page, listed
from signatures.tallies import fold_tallies
from tests.factories import make_letter, make_organisation, make_signature

pytestmark = pytest.mark.django_db

LIST_QUERIES = 10
PEOPLE = "/letters/keep-it-on/signatories/?kind=individual"
ORGANISATIONS = "/letters/keep-it-on/signatories/?kind=organisation"


@pytest.fixture
def letter() -> Letter:
    return make_letter(slug="keep-it-on", languages=("en", "ur"))


def read(client: Client, path: str) -> str:
    fold_tallies()
    caches["pages"].clear()
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def names(html: str) -> list[str]:
    """Those that stand in lists of names, not the addressees'."""
    lists = re.findall(r'<ul class="names.*?</ul>', html, flags=re.DOTALL)
    return re.findall(r"<li><bdi>([^<]*)</bdi>", "".join(lists))


def organisation(letter: Letter, name: str, country: str = "PK", **fields: Any) -> Signature:
    body = make_organisation(letter.lead, name=name, country=country, website=fields.pop("website", ""))
    return make_signature(letter, kind="organisation", organisation=body, **fields)


def test_empty_list_says_so(client: Client, letter: Letter) -> None:
    assert "No name is shown here yet." in read(client, PEOPLE)
    assert "No name is shown here yet." in read(client, ORGANISATIONS)


def test_names_of_many_scripts_are_in_one_order(client: Client, letter: Letter) -> None:
    ordered = ["Ägir", "Ana", "Émile", "Zoë", "Анна", "احمد", "สมชาย", "山田"]
    for name in reversed(ordered):
        make_signature(letter, name=name)
    assert names(read(client, PEOPLE)) == ordered


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("ana", ["Ana María", "Ánatole"]),
        ("ÁNA", ["Ana María", "Ánatole"]),
        ("احم", ["احمد رضا"]),
        ("มา", []),
        ("zz", []),
    ],
)
def test_search_by_the_start_of_a_name_ignores_case_and_accents(
    client: Client, letter: Letter, start: str, found: list[str]
) -> None:
    for name in ("Ánatole", "Ana María", "Mariana", "احمد رضا", "سمجای"):
        make_signature(letter, name=name)
    html = read(client, f"{PEOPLE}&q={start}")
    assert names(html) == found
    assert found or "No name here begins with" in html


def test_exposure_is_kept(client: Client, letter: Letter) -> None:
    make_signature(letter, name="Public Person", role="Judge", country="PE")
    make_signature(letter, name="Initial Person", exposure="initials", country="BO", role="Spy")
    make_signature(letter, name="Country Person", exposure="country", country="CL")
    make_signature(letter, name="Counted Person", exposure="counted", country="AR")
    make_signature(letter, name="Pending Person", state="pending")
    for path in (PEOPLE, "/letters/keep-it-on/"):
        html = read(client, path)
        listing = re.sub(r"<select.*?</select>", "", html, flags=re.DOTALL)
        assert names(html) == ["I. P.", "Public Person"]
        assert "Judge" in listing
        assert "Peru" in listing
        assert "A signatory from Chile" in listing
        for hidden in (
            "Initial Person",
            "Spy",
            "Bolivia",
            "Country Person",
            "Counted",
            "Argentina",
            "Pending",
        ):
            assert hidden not in listing.replace("Count me, show nothing", "")


def test_organisations_print_domain_and_how_they_are_verified(client: Client, letter: Letter) -> None:
    organisation(letter, "Digital Rights", website="https://www.rights.example.org/en", verified="reviewer")
    for path in (ORGANISATIONS, "/letters/keep-it-on/"):
        html = read(client, path)
        assert "<bdi>rights.example.org</bdi>" in html
        assert 'title="reviewed by the coalition">✓</span>' in html
        assert '<span class="mark">✓</span> reviewed by the coalition' in html


def test_organisations_are_grouped_by_country_in_the_order_of_the_page(
    client: Client, letter: Letter
) -> None:
    for country in ("AT", "DE", "SA"):
        organisation(letter, f"Organisation of {country}", country)
    english = re.findall(r"<h3>([^<]*)</h3>", read(client, ORGANISATIONS))
    assert english == ["Austria", "Germany", "Saudi Arabia"]
    urdu = re.findall(r"<h3>([^<]*)</h3>", read(client, "/letters/keep-it-on/ur/signatories/"))
    assert urdu == ["آسٹریا", "جرمنی", "سعودی عرب"]


def test_organisations_can_be_read_from_a_to_z(client: Client, letter: Letter) -> None:
    organisation(letter, "Beta", "AT")
    organisation(letter, "Alpha", "ZA")
    html = read(client, ORGANISATIONS + "&order=name")
    assert names(html) == ["Alpha", "Beta"]
    assert "<h3>" not in html


def test_pages_follow_each_other_both_ways(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signatures.public.ON_A_PAGE", 2)
    for name in ("A", "B", "B", "C", "D"):
        make_signature(letter, name=name)

    def read_page(**cursor: str) -> tuple[list[str], str, str]:
        page = list_page(letter, "individual", "en", **cursor)
        return [row.name for row in page.rows], page.previous, page.next

    first, previous, second_cursor = read_page()
    assert (first, previous) == (["A", "B"], "")
    second, before_second, third_cursor = read_page(after=second_cursor)
    assert second == ["B", "C"]
    third, before_third, end = read_page(after=third_cursor)
    assert (third, end) == (["D"], "")
    assert read_page(before=before_third)[0] == second
    assert read_page(before=before_second) == (first, "", second_cursor)
    assert read_page(after="!!! no cursor")[0] == first


def test_list_turns_its_pages_by_links(
    client: Client, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signatures.public.ON_A_PAGE", 2)
    for name in ("Aa", "Ab", "Ac", "Ba"):
        make_signature(letter, name=name)
    html = read(client, PEOPLE + "&q=a")
    following = re.search(r'rel="next" href="([^"]*)"', html)
    assert following
    html = read(client, "/letters/keep-it-on/signatories/" + following[1].replace("&amp;", "&"))
    assert names(html) == ["Ac"]
    assert "First page" in html


def test_only_days_are_told(client: Client, letter: Letter) -> None:
    make_signature(letter, name="Ana")
    assert re.findall(r'datetime="([^"]*)"', read(client, PEOPLE))
    assert not re.search(r'datetime="[^"]{11,}"', read(client, PEOPLE))


def test_languages_of_the_list(client: Client, letter: Letter) -> None:
    assert '<html lang="ur" dir="rtl">' in read(client, "/letters/keep-it-on/ur/signatories/")
    response = client.get("/letters/keep-it-on/en/signatories/")
    assert (response.status_code, response["Location"]) == (301, "/letters/keep-it-on/signatories/")
    assert client.get("/letters/keep-it-on/fr/signatories/").status_code == 404


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%FF%FE", "after=%00", "after=" + "A" * 5000, "before=é", "kind=x&order=y"]
)
def test_nonsense_is_answered_with_a_list(client: Client, letter: Letter, query: str) -> None:
    make_signature(letter, name="Ana")
    read(client, f"/letters/keep-it-on/signatories/?{query}")


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("path", [PEOPLE, ORGANISATIONS, ORGANISATIONS + "&order=name", PEOPLE + "&q=a"])
def test_list_asks_as_many_queries_for_any_number_of_names(
    client: Client, letter: Letter, django_assert_max_num_queries: Any, number: int, path: str
) -> None:
    for index in range(number):
        make_signature(letter, name=f"Ana {index}")
        organisation(letter, f"Ana {index}")
    fold_tallies()
    caches["pages"].clear()
    with django_assert_max_num_queries(LIST_QUERIES):
        assert client.get(path).status_code == 200


def test_list_reads_one_range_of_its_index(letter: Letter) -> None:
    rows = (
        listed(letter, "individual").filter(sort_key__gt=b"a", sort_key__lt=b"b").values_list("public_name")
    )
    if connection.vendor == "postgresql":
        # Which else would scan so small a table.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = rows[:100].explain()
    assert re.search(r"index (scan )?(using )?signature_list", plan, flags=re.IGNORECASE), plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
