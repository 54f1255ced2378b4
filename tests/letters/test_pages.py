"""The public pages of letters, as a browser and a cache see them."""

import hashlib
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from letters.models import Letter
from signatures.tallies import fold_tallies
from tests.factories import make_coalition, make_letter, make_signature, make_text

pytestmark = pytest.mark.django_db

HOME_QUERIES = 6
LETTER_QUERIES = 14


@pytest.fixture
def letter() -> Letter:
    return make_letter(slug="keep-it-on", languages=("en", "ur"))


def read(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, path
    return response.content.decode()


def sign_in_number(letter: Letter, number: int) -> None:
    for _ in range(number):
        make_signature(letter)
        make_signature(letter, kind="organisation")
    fold_tallies()
    caches["pages"].clear()


# --- The list of letters ------------------------------------------------------------------------------------


def test_home_says_so_when_there_is_nothing(client: Client) -> None:
    assert "No letter is published here yet." in read(client, "/")


def test_home_lists_open_letters_before_closed_ones_and_no_drafts(client: Client) -> None:
    make_letter(title="Closed one", state="closed")
    make_letter(title="Open one")
    make_letter(title="Draft one", state="draft")
    html = read(client, "/")
    assert html.index("Open one") < html.index("Closed one")
    assert "Draft one" not in html


def test_home_tells_the_counts(client: Client, letter: Letter) -> None:
    sign_in_number(letter, 2)
    html = read(client, "/")
    assert "2 organisations" in html
    assert "2 people" in html
    assert "1 country" in html


def test_home_speaks_the_language_asked_for(client: Client, letter: Letter) -> None:
    html = read(client, "/?lang=ur")
    assert '<html lang="ur" dir="rtl">' in html
    assert letter.edition.text_in("ur").title in html  # type: ignore[union-attr]
    assert '<html lang="en" dir="ltr">' in read(client, "/?lang=tlh")


def test_home_turns_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("letters.public.LETTERS_ON_A_PAGE", 2)
    for number in range(3):
        make_letter(title=f"Letter number {number}")
    assert "Letter number 0" not in read(client, "/")
    assert "Letter number 0" in read(client, "/?page=2")
    assert "Letter number 2" in read(client, "/?page=nonsense")


@pytest.mark.parametrize("number", [1, 3])
def test_home_asks_as_many_queries_for_any_number_of_letters(
    client: Client, django_assert_num_queries: Any, number: int
) -> None:
    for _ in range(number):
        sign_in_number(make_letter(languages=("en", "ur")), 1)
    with django_assert_num_queries(HOME_QUERIES):
        read(client, "/")


# --- The letter ---------------------------------------------------------------------------------------------


def test_letter_shows_all_its_parts(client: Client, letter: Letter) -> None:
    html = read(client, "/letters/keep-it-on/")
    text, (to, cc) = letter.edition.text_nearest("en"), letter.to_and_cc()
    for part in (text.title, text.salutation, text.closing, to[0].name, cc[0].name, letter.lead.name):
        assert part in unescape(html)
    assert "<strong>the elections</strong>" in html
    assert html.count("<h1") == 1
    assert 'id="ask-3"' in html
    assert letter.edition.sha256[:12] in html
    assert "Edition 1.0" in html
    assert '<form method="post" action="/letters/keep-it-on/sign/"' in html
    assert 'name="kind" value="individual"' in html
    assert 'href="/letters/keep-it-on/sign/?kind=organisation"' in html


def test_original_language_is_at_the_bare_address(client: Client, letter: Letter) -> None:
    assert '<html lang="en" dir="ltr">' in read(client, "/letters/keep-it-on/")
    response = client.get("/letters/keep-it-on/en/")
    assert (response.status_code, response["Location"]) == (301, "/letters/keep-it-on/")
    assert client.get("/letters/keep-it-on/fr/").status_code == 404


def test_urdu_runs_from_right_to_left(client: Client, letter: Letter) -> None:
    html = read(client, "/letters/keep-it-on/ur/")
    assert '<html lang="ur" dir="rtl">' in html
    assert 'action="/letters/keep-it-on/ur/sign/"' in html


def test_a_language_that_the_interface_lacks_has_labels_marked_as_english(client: Client) -> None:
    letter = make_letter(languages=("sd",))
    html = read(client, letter.get_absolute_url())
    assert '<html lang="sd" dir="rtl">' in html
    assert '<section id="sign" class="part screen" aria-labelledby="sign-title" lang="en" dir="ltr">' in html


def test_languages_know_of_each_other(client: Client, letter: Letter) -> None:
    html = read(client, "/letters/keep-it-on/ur/")
    base = "http://testserver/letters/keep-it-on/"
    assert f'<link rel="canonical" href="{base}ur/">' in html
    assert f'<link rel="alternate" hreflang="en" href="{base}">' in html
    assert f'<link rel="alternate" hreflang="ur" href="{base}ur/">' in html
    assert f'<link rel="alternate" hreflang="x-default" href="{base}">' in html
    assert re.search(r'<a href="/letters/keep-it-on/" lang="en" hreflang="en" dir="ltr">English</a>', html)


def test_share_links_have_the_public_address_alone(client: Client, letter: Letter) -> None:
    html = unescape(read(client, "/letters/keep-it-on/"))
    shared = re.findall(r'href="((?:mailto:|https://(?:wa\.me|t\.me|x\.com|www\.facebook\.com))[^"]*)"', html)
    assert len(shared) == 5
    assert all("testserver%2Fletters%2Fkeep-it-on%2F" in address for address in shared)


def test_the_page_can_be_shared_as_a_card(client: Client, letter: Letter) -> None:
    html = read(client, "/letters/keep-it-on/")
    assert '<meta property="og:url" content="http://testserver/letters/keep-it-on/">' in html
    assert '<meta name="twitter:card" content="summary_large_image">' in html
    assert '<meta name="description" content="Keep the internet on.">' in html


def test_many_copies_are_folded(client: Client) -> None:
    letter = make_letter(copies=17)
    html = read(client, letter.get_absolute_url())
    assert re.search(r'<details class="copies">\s*<summary>In copy: 17 offices</summary>', html)


def test_closed_letter_says_so_and_has_no_form(client: Client) -> None:
    letter = make_letter(state="closed")
    html = read(client, letter.get_absolute_url())
    assert "This letter is closed for signatures" in html
    assert "<form" not in html


def test_letter_past_its_end_is_closed_before_beat_has_run(client: Client) -> None:
    letter = make_letter(closes_at=timezone.now() - timedelta(minutes=1))
    assert "<form" not in read(client, letter.get_absolute_url())


def test_letter_for_organisations_alone_has_their_form(client: Client) -> None:
    letter = make_letter(accepts_individuals=False)
    html = read(client, letter.get_absolute_url())
    assert 'name="kind" value="organisation"' in html
    assert 'id="people"' not in html


def test_demo_says_that_it_is_one(client: Client) -> None:
    letter = make_letter(coalition=make_coalition(is_demo=True))
    assert "This is a demonstration" in read(client, letter.get_absolute_url())


def test_markup_in_titles_and_names_is_inert(client: Client) -> None:
    letter = make_letter(title="<script>alert(1)</script>", body="<script>alert(2)</script>")
    make_signature(letter, name="<b>Bold</b>")
    html = read(client, letter.get_absolute_url())
    assert "<script" not in html
    assert "<b>" not in html


# --- What is not public -------------------------------------------------------------------------------------


def test_a_letter_that_is_not_public_cannot_be_told_from_none(client: Client) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    make_letter(slug="draft-letter", state="draft")
    make_letter(slug="embargoed", state="draft", scheduled_at=timezone.now(), opens_at=tomorrow)
    for rest in ("", "ur/", "signatories/", "editions/1.0.json"):
        nobody = client.get(f"/letters/nobody-has-it/{rest}")
        assert nobody.status_code == 404
        for slug in ("draft-letter", "embargoed"):
            response = client.get(f"/letters/{slug}/{rest}")
            assert (response.status_code, response.content) == (404, nobody.content)
            assert dict(response.items()) == dict(nobody.items())


def test_a_letter_whose_moment_has_come_is_public_before_beat_has_run(client: Client) -> None:
    earlier = timezone.now() - timedelta(minutes=1)
    make_letter(slug="due", state="draft", scheduled_at=earlier, opens_at=earlier)
    read(client, "/letters/due/")


def test_a_letter_due_under_a_slug_in_use_takes_nothing_from_it(client: Client) -> None:
    earlier = timezone.now() - timedelta(minutes=1)
    make_letter(slug="taken", title="The one in force")
    make_letter(slug="taken", title="The intruder", state="draft", scheduled_at=earlier, opens_at=earlier)
    assert "The one in force" in read(client, "/letters/taken/")


# --- Caches, cookies, load ----------------------------------------------------------------------------------

PATHS = ["/", "/letters/keep-it-on/", "/letters/keep-it-on/ur/", "/letters/keep-it-on/signatories/"]
PATHS += ["/letters/keep-it-on/editions/1.0.json", "/sitemap.xml", "/robots.txt"]


@pytest.mark.parametrize("path", PATHS)
def test_public_pages_are_the_same_for_everybody(client: Client, letter: Letter, path: str) -> None:
    client.cookies["sessionid"] = "something"
    response = client.get(path, headers={"accept-language": "fr"})
    assert response.status_code == 200
    assert "Set-Cookie" not in response
    assert not response.cookies
    vary = response.headers.get("Vary", "").lower()
    assert "cookie" not in vary
    assert "accept-language" not in vary


@pytest.mark.parametrize("path", PATHS)
def test_public_pages_are_revalidated(client: Client, letter: Letter, path: str) -> None:
    response = client.get(path)
    again = client.get(path, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_with_names_are_kept_a_second_and_others_longer(client: Client, letter: Letter) -> None:
    with_names = client.get("/letters/keep-it-on/")
    assert with_names["Cache-Control"] == "max-age=0, s-maxage=1, must-revalidate"
    assert client.get("/")["Cache-Control"] == "max-age=60, s-maxage=60"


@pytest.mark.parametrize("path", PATHS[:4])
def test_unknown_parameters_change_nothing(client: Client, letter: Letter, path: str) -> None:
    plain = client.get(path)
    caches["pages"].clear()
    assert client.get(path + "?utm_source=x&fbclid=y").content == plain.content


@pytest.mark.parametrize("number", [1, 3])
def test_letter_asks_as_many_queries_for_any_number_of_signatures(
    client: Client, letter: Letter, django_assert_num_queries: Any, number: int
) -> None:
    sign_in_number(letter, number)
    with django_assert_num_queries(LETTER_QUERIES):
        read(client, "/letters/keep-it-on/")


def test_cached_letter_asks_none(client: Client, letter: Letter, django_assert_num_queries: Any) -> None:
    read(client, "/letters/keep-it-on/")
    with django_assert_num_queries(0):
        read(client, "/letters/keep-it-on/?utm_source=x")


@pytest.mark.parametrize("path", PATHS[:4])
def test_pages_keep_the_content_security_policy(client: Client, letter: Letter, path: str) -> None:
    html = read(client, path)
    assert "<script" not in html
    assert "<style" not in html
    assert not re.search(r'\sstyle="', html)
    assert not re.search(r'\son[a-z]+="', html)


# --- Editions, sitemap, errors ------------------------------------------------------------------------------


def test_edition_is_served_as_the_bytes_that_were_hashed(client: Client, letter: Letter) -> None:
    response = client.get("/letters/keep-it-on/editions/1.0.json")
    assert response["Content-Type"] == "application/json"
    assert hashlib.sha256(response.content).hexdigest() == letter.edition.sha256
    assert client.get("/letters/keep-it-on/editions/2.0.json").status_code == 404


def test_sitemap_has_public_letters_in_their_languages(client: Client, letter: Letter) -> None:
    make_letter(slug="draft-letter", state="draft")
    xml = read(client, "/sitemap.xml")
    assert "<loc>http://testserver/letters/keep-it-on/ur/</loc>" in xml
    assert 'hreflang="ur" href="http://testserver/letters/keep-it-on/ur/"' in xml
    assert "draft-letter" not in xml


@pytest.mark.parametrize("number", [1, 3])
def test_sitemap_asks_as_many_queries_for_any_number_of_letters(
    client: Client, django_assert_num_queries: Any, number: int
) -> None:
    for _ in range(number):
        make_letter(languages=("en", "ur"))
    with django_assert_num_queries(6):
        read(client, "/sitemap.xml")


def test_robots_are_kept_from_what_is_private(client: Client) -> None:
    text = read(client, "/robots.txt")
    for path in ("/signatures/", "/desk/", "/accounts/"):
        assert f"Disallow: {path}\n" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text


def test_error_pages_render(client: Client, settings: Any) -> None:
    from django.template.loader import render_to_string  # noqa: PLC0415

    html = client.get("/nowhere/").content.decode()
    assert "There is no such page" in html
    for status in (400, 403, 500):
        assert "<h1>" in render_to_string(f"{status}.html")


def test_added_language_appears_with_its_own_page(client: Client, letter: Letter) -> None:
    make_text(letter.edition, "fr")
    assert '<html lang="fr" dir="ltr">' in read(client, "/letters/keep-it-on/fr/")
