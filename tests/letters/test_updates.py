"""What the public reads of updates: their pages, the list, the feed, the sitemap, the plain text."""

from datetime import timedelta
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from letters.models import Letter, PressContact, Quote, Update
from letters.press import fill, width
from letters.services.updates import publish_update, withdraw_update
from tests.factories import make_answer, make_letter, make_update

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "/letters/keep-it-on/"
PATHS = [
    f"{BASE}updates/",
    f"{BASE}updates/1/",
    f"{BASE}updates/1.txt",
    f"{BASE}feed.atom",
    f"{BASE}answers/",
]
PATHS += [f"{BASE}updates/ur/", f"{BASE}updates/1/ur/", f"{BASE}ur/feed.atom", f"{BASE}answers/ur/"]
# All that could tell of an update.
TELLING = [BASE, f"{BASE}ur/", *PATHS[:1], f"{BASE}feed.atom", f"{BASE}ur/feed.atom", "/sitemap.xml", "/"]


@pytest.fixture
def letter() -> Letter:
    return make_letter(slug="keep-it-on", languages=("en", "ur"))


def read(client: Client, path: str) -> str:
    caches["pages"].clear()
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def make_alert(letter: Letter, **fields: Any) -> Update:
    update = make_update(letter, kind="alert", headline="They answered", **fields)
    text = update.texts.all()[0]
    Quote.objects.create(
        text=text, position=2, words="Second words.", name="Bilal", role="Director", organisation="Bolo Bhi"
    )
    Quote.objects.create(text=text, position=1, words="First words.", name="Nighat", organisation="DRF")
    PressContact.objects.create(
        update=update, position=1, name="Press desk", phone="+92 300 1234567", email="press@example.org"
    )
    return update


# --- Where an update is read ------------------------------------------------------------------------------------


def test_the_letters_page_shows_the_newest_five(client: Client, letter: Letter) -> None:
    for number in range(7):
        moment = timezone.now() - timedelta(hours=7 - number)
        make_update(letter, headline=f"Headline {number}", publish_at=moment)
    html = read(client, BASE)
    assert "Headline 2" in html
    assert "Headline 1" not in html
    assert html.index("Headline 6") < html.index("Headline 2")
    assert f'href="{BASE}updates/"' in html
    assert (
        f'<link rel="alternate" type="application/atom+xml" title="{letter.edition.texts.all()[0]}"' in html
    )
    assert "Headline 0" in read(client, f"{BASE}updates/")


def test_an_update_has_its_own_address_in_each_of_its_languages(client: Client, letter: Letter) -> None:
    make_update(letter, languages=("en", "ur"), published=True)
    html = read(client, f"{BASE}updates/1/")
    assert "<strong>good</strong>" in html
    assert f'<link rel="canonical" href="http://testserver{BASE}updates/1/">' in html
    assert f'<link rel="alternate" hreflang="ur" href="http://testserver{BASE}updates/1/ur/">' in html
    assert '<html lang="ur" dir="rtl">' in read(client, f"{BASE}updates/1/ur/")
    response = client.get(f"{BASE}updates/1/en/")
    assert (response.status_code, response["Location"]) == (301, f"{BASE}updates/1/")
    for path in (
        "updates/1/fr/",
        "updates/fr/",
        "fr/feed.atom",
        "answers/fr/",
        "updates/1/fr.txt",
        "updates/0/",
    ):
        assert client.get(BASE + path).status_code == 404, path


def test_an_update_in_a_language_that_the_letter_lacks_can_be_read(client: Client, letter: Letter) -> None:
    make_update(letter, languages=("fr",), published=True)
    assert '<html lang="fr" dir="ltr">' in read(client, f"{BASE}updates/1/")
    assert 'lang="fr"' in read(client, f"{BASE}updates/ur/")


def test_a_media_alert_names_who_says_what_in_order_and_whom_to_ask(client: Client, letter: Letter) -> None:
    make_alert(letter, published=True)
    html = read(client, f"{BASE}updates/1/")
    assert html.index("First words.") < html.index("Second words.")
    for part in ("Nighat", "Bolo Bhi", "Director", "Press desk", "mailto:press@example.org"):
        assert part in html
    assert 'href="tel:+923001234567"' in html


def test_a_response_says_who_answered_and_where_it_can_be_read(client: Client, letter: Letter) -> None:
    minister = letter.to_and_cc()[0][0]
    day = timezone.localdate() - timedelta(days=1)
    make_update(
        letter,
        kind="response",
        addressee=minister,
        said_on=day,
        source_url="https://gov.example/answer",
        published=True,
    )
    html = read(client, f"{BASE}updates/1/")
    for part in (minister.name, "https://gov.example/answer", f'datetime="{day.isoformat()}"'):
        assert part in html


def test_the_list_says_so_when_it_is_empty_and_turns_pages(
    client: Client, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nothing has been published on this letter yet." in read(client, f"{BASE}updates/")
    monkeypatch.setattr("letters.updates.ON_A_PAGE", 2)
    for number in range(3):
        make_update(letter, headline=f"Headline {number}", published=True)
    assert "Headline 0" not in read(client, f"{BASE}updates/")
    assert "Headline 0" in read(client, f"{BASE}updates/?page=2")


# --- Before its moment, and after it is taken back --------------------------------------------------------------


def test_an_update_under_embargo_is_told_of_nowhere_until_its_moment(client: Client, letter: Letter) -> None:
    caches["pages"].clear()
    before = {path: read(client, path) for path in TELLING}
    update = make_alert(letter, publish_at=timezone.now() + timedelta(hours=1))
    make_update(letter, headline="A draft")
    for path in TELLING:
        assert read(client, path) == before[path], path
    nobody = client.get(f"{BASE}updates/99/")
    for path in (f"{BASE}updates/1/", f"{BASE}updates/1.txt", f"{BASE}updates/2/"):
        response = client.get(path)
        assert (response.status_code, response.content) == (404, nobody.content)
    Update.objects.filter(pk=update.pk).update(publish_at=timezone.now() - timedelta(seconds=1))
    for path in (BASE, f"{BASE}updates/", f"{BASE}feed.atom", f"{BASE}updates/1/"):
        assert "They answered" in read(client, path), path
    assert f"<loc>http://testserver{BASE}updates/1/</loc>" in read(client, "/sitemap.xml")


def test_what_waits_leaves_no_gap_in_the_numbers(client: Client, letter: Letter) -> None:
    waiting = make_update(letter, headline="Waits", publish_at=timezone.now() + timedelta(hours=1))
    publish_update(make_update(letter, headline="News"))
    assert "News" in read(client, f"{BASE}updates/1/")
    Update.objects.filter(pk=waiting.pk).update(publish_at=timezone.now())
    assert "News" in read(client, f"{BASE}updates/1/")
    assert "Waits" in read(client, f"{BASE}updates/2/")


def test_nothing_of_a_hidden_letters_updates_shows(client: Client) -> None:
    hidden = make_letter(slug="keep-it-on", state="draft")
    make_alert(hidden, published=True)
    make_answer(hidden)
    for path in PATHS[:5]:
        assert client.get(path).status_code == 404, path
    assert "keep-it-on" not in read(client, "/sitemap.xml")
    earlier = timezone.now() - timedelta(minutes=1)
    Letter.objects.filter(pk=hidden.pk).update(scheduled_at=earlier, opens_at=earlier)
    assert "They answered" in read(client, f"{BASE}updates/1/")


def test_a_withdrawn_update_says_so_and_nothing_else(client: Client, letter: Letter) -> None:
    update = make_alert(letter, published=True, languages=("en", "ur"))
    make_update(letter, headline="A later one", published=True)
    withdraw_update(update)
    caches["pages"].clear()
    for path in ("updates/1/", "updates/1/ur/", "updates/1.txt"):
        response = client.get(BASE + path)
        assert response.status_code == 410
        said = response.content.decode()
        assert "withdrawn" in said or "ur" in path
        for part in ("They answered", "First words", "press@example.org", "good"):
            assert part not in said
    for path in TELLING:
        assert "They answered" not in read(client, path)
    assert f"{BASE}updates/1/" not in read(client, "/sitemap.xml")
    assert "A later one" in read(client, f"{BASE}updates/2/")


# --- The feed ---------------------------------------------------------------------------------------------------


def entries(xml: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(xml).findall(f"{ATOM}entry")


def text_of(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def test_the_feed_is_atom_with_updates_and_answers(client: Client, letter: Letter) -> None:
    make_update(letter, languages=("en", "ur"), headline="News & more", published=True)
    make_answer(letter, state="kept")
    response = client.get(f"{BASE}feed.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    assert feed.tag == f"{ATOM}feed"
    assert text_of(feed, "id").startswith("tag:testserver,")
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")] == [
        f"http://testserver{BASE}feed.atom"
    ]
    answer, update = entries(response.content.decode())
    assert "kept" in text_of(answer, "title")
    assert text_of(update, "title") == "News & more"
    assert "<strong>good</strong>" in text_of(update, "content")
    assert update.find(f"{ATOM}link[@hreflang='ur']").get("href") == f"http://testserver{BASE}updates/1/ur/"  # type: ignore[union-attr]
    for entry in (answer, update):
        assert text_of(entry, "id").startswith("tag:testserver,")
        assert text_of(entry, "published") <= text_of(entry, "updated")
    assert len({text_of(entry, "id") for entry in (answer, update)}) == 2


def test_a_correction_moves_the_feeds_date_and_keeps_the_entrys_name(client: Client, letter: Letter) -> None:
    update = make_update(letter, published=True)
    before = entries(read(client, f"{BASE}feed.atom"))[0]
    Update.objects.filter(pk=update.pk).update(corrected_at=timezone.now() + timedelta(minutes=5))
    after = entries(read(client, f"{BASE}feed.atom"))[0]
    assert text_of(after, "id") == text_of(before, "id")
    assert text_of(after, "published") == text_of(before, "published")
    assert text_of(after, "updated") > text_of(before, "updated")
    assert "corrected on" in read(client, f"{BASE}updates/1/")


def test_an_empty_feed_is_the_same_whenever_it_is_read(client: Client, letter: Letter) -> None:
    first = read(client, f"{BASE}feed.atom")
    assert read(client, f"{BASE}feed.atom") == first
    assert entries(first) == []


def test_a_feed_in_urdu_says_so(client: Client, letter: Letter) -> None:
    make_update(letter, languages=("en", "ur"), published=True)
    xml = read(client, f"{BASE}ur/feed.atom")
    feed = ElementTree.fromstring(xml)
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "ur"
    assert text_of(entries(xml)[0], "title") == "The minister met us (ur)"


# --- The plain text ---------------------------------------------------------------------------------------------


def test_the_plain_text_can_be_pasted_into_a_mail(client: Client, letter: Letter) -> None:
    make_alert(letter, published=True, body="A **long** text, " * 30 + "\n\n- one\n- two")
    response = client.get(f"{BASE}updates/1.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    text = response.content.decode()
    assert max(width(line) for line in text.splitlines() if "://" not in line) <= 72
    assert "**" not in text
    assert "“First words.”\n— Nighat, DRF" in text
    assert "Press desk\n+92 300 1234567\npress@example.org" in text
    assert f"http://testserver{BASE}updates/1/" in text
    assert text.rstrip().endswith(f"http://testserver{BASE}")


def test_in_urdu_numbers_and_addresses_keep_their_order(client: Client, letter: Letter) -> None:
    words = "انٹرنیٹ بند نہ کیا جائے۔ " * 30
    update = make_alert(letter, languages=("ur",), body=words, published=True)
    text = read(client, f"{BASE}updates/1.txt")
    assert "\u200e+92 300 1234567" in text
    assert "\u200epress@example.org" in text
    assert f"\u200ehttp://testserver{BASE}updates/1/" in text
    lines = [line for line in text.splitlines() if "انٹرنیٹ" in line]
    assert all(width(line) <= 72 for line in lines)
    assert " ".join(lines).split() == words.split()
    assert update.original_language == "ur"


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("one two three", "one two\nthree"),
        ("- one two three", "- one\n  two\n  three"),
        ("> one two three", "> one\n> two\n> three"),
        ("https://example.org/long", "https://example.org/long"),
        ("", ""),
    ],
)
def test_lines_are_broken_at_spaces_behind_their_mark(text: str, broken: str) -> None:
    assert fill(text, 8) == broken


def test_marks_take_no_column_and_wide_signs_two() -> None:
    assert (width("زَبَر"), width("日本"), width("a\u200cb")) == (3, 4, 2)


# --- Caches, cookies, load --------------------------------------------------------------------------------------


@pytest.fixture
def told(letter: Letter) -> Letter:
    make_alert(letter, published=True, languages=("en", "ur"))
    make_answer(letter)
    return letter


@pytest.mark.parametrize("path", PATHS)
def test_public_pages_are_the_same_for_everybody(client: Client, told: Letter, path: str) -> None:
    client.cookies["sessionid"] = "something"
    response = client.get(path, headers={"accept-language": "fr"})
    assert response.status_code == 200
    assert not response.cookies
    vary = response.headers.get("Vary", "").lower()
    assert "cookie" not in vary
    assert "accept-language" not in vary
    assert response["Cache-Control"] == "max-age=0, s-maxage=1, must-revalidate"
    again = client.get(path, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    html = unescape(response.content.decode())
    for forbidden in ("<script", "<style", " style="):
        assert forbidden not in html


QUERIES = {"updates/": 9, "updates/1/": 10, "feed.atom": 11, "answers/": 10}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("path", QUERIES)
def test_a_page_asks_as_many_queries_for_any_number_of_updates(
    client: Client, letter: Letter, django_assert_num_queries: Any, path: str, number: int
) -> None:
    for _ in range(number):
        make_alert(letter, languages=("en", "ur"), published=True)
        make_answer(letter, note="A note")
    with django_assert_num_queries(QUERIES[path]):
        read(client, BASE + path)


@pytest.mark.parametrize("number", [1, 3])
def test_the_sitemap_asks_as_many_queries_for_any_number_of_updates(
    client: Client, django_assert_num_queries: Any, number: int
) -> None:
    for _ in range(number):
        letter = make_letter()
        for _ in range(number):
            make_update(letter, published=True)
        make_answer(letter)
    with django_assert_num_queries(7):
        xml = read(client, "/sitemap.xml")
    assert xml.count("/answers/</loc>") == number
