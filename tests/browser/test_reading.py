"""A reader's first visit, over the wire and on the screen."""

import gzip
import http.client
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from letters.models import Letter
from signatures.tallies import fold_tallies
from tests.factories import make_letter, make_organisation, make_signature
from tests.parts.site import Server

BUDGET = 50 * 1024
# The demo's countries and kinds of names: long enough, and in scripts that cost two and three bytes a character.
NAMES = [
    "Digital Rights Observatory",
    "Fundación Río Encendido",
    "ڈیجیٹل حقوق فورم",
    "Мастерская свободной связи",
]
COUNTRIES = ["PK", "PE", "DE", "KE", "UA", "ID", "FR", "BR", "TH", "ZA"]


def sign(letter: Letter, numbers: range) -> None:
    for number in numbers:
        name, country = f"{NAMES[number % 4]} {number * 7919 % 9973}", COUNTRIES[number % 10]
        website = f"https://rights-{number * 104729 % 99991}.example.org/"
        organisation = make_organisation(letter.lead, name=name, country=country, website=website)
        make_signature(letter, kind="organisation", organisation=organisation, verified="reviewer")
        make_signature(letter, name=f"Person {number * 6007 % 8191}", role="Teacher", country=country)
    fold_tallies()


@pytest.fixture
def letter(transactional_db: None) -> Letter:
    body = "\n\n".join(
        f"{number}. " + "We write to you about the elections of this year. " * 8 for number in range(10)
    )
    letter = make_letter(slug="keep-it-on", languages=("en", "ur"), body=body, copies=17)
    sign(letter, range(12))
    return letter


def fetch(url: str) -> tuple[int, str]:
    """What comes over the wire for a URL (status line, headers, body, in bytes), and the text that it becomes."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.request("GET", parts.path, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    assert response.status == 200, url
    body = response.read()
    connection.close()
    text = gzip.decompress(body) if response.headers["Content-Encoding"] == "gzip" else body
    return len(body) + len(response.headers.as_bytes()) + len("HTTP/1.1 200 OK\r\n"), text.decode()


def test_first_visit_with_300_organisations_moves_at_most_50_kilobytes(
    letter: Letter, served: Server
) -> None:
    sign(letter, range(12, 300))
    size, html = fetch(f"{served.url}/letters/keep-it-on/")
    assert html.count('class="host"') == 300
    loaded = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]*)"', html)
    assert len(loaded) == 2
    assert not re.findall(r'\ssrc="', html)
    total = size + sum(fetch(served.url + path)[0] for path in loaded)
    assert total <= BUDGET, f"{total} bytes"


def test_a_visit_makes_no_other_requests_and_keeps_no_cookie(
    letter: Letter, served: Server, new_page: Callable[..., Page]
) -> None:
    page, asked = new_page(javascript=False), []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"{served.url}/letters/keep-it-on/")
    assert all(path == "/letters/keep-it-on/" or path.startswith("/static/") for path in asked), asked
    assert len(asked) <= 3
    assert page.context.cookies() == []


@pytest.mark.parametrize("path", ["", "ur/", "signatories/", "ur/signatories/", "sign/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_small_phone(
    letter: Letter, served: Server, new_page: Callable[..., Page], path: str, scheme: str
) -> None:
    page = new_page(width=360, height=740, color_scheme=scheme)
    page.goto(f"{served.url}/letters/keep-it-on/{path}")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_sign_link_stays_in_sight_on_a_phone_until_the_form_is_reached(
    letter: Letter, served: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(width=360, height=740)
    page.goto(f"{served.url}/letters/keep-it-on/")
    bar = page.locator(".sign-bar a")
    expect(bar).to_be_in_viewport()
    bar.click()
    expect(page.locator("#id_name")).to_be_in_viewport()
    expect(bar).not_to_be_in_viewport()


def test_print_is_the_letter_alone(letter: Letter, served: Server, page: Page) -> None:
    page.goto(f"{served.url}/letters/keep-it-on/")
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text(f"{served.url}/letters/keep-it-on/", exact=True)).to_be_visible()
    for selector in (".site-head", ".site-foot", "#sign", ".sign-bar", ".share"):
        expect(page.locator(selector).first).to_be_hidden()


# WCAG 2.2, 1.4.3: the contrast of text with what is behind it.
CONTRASTS = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const color = parse(getComputedStyle(node).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const seen = [...document.querySelectorAll('body *')].filter(node => node.offsetParent &&
    [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
  return seen.map(node => {
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), node.className || node.tagName, node.textContent.trim().slice(0, 30)];
  }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["letters/keep-it-on/", "letters/keep-it-on/signatories/", ""])
def test_text_has_enough_contrast(
    letter: Letter, served: Server, new_page: Callable[..., Page], path: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{served.url}/{path}")
    assert page.evaluate(CONTRASTS) == []
