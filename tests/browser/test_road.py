"""The whole road in a real browser on a small phone: write, publish, sign, confirm, list, hand over, export."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from letters.models import Letter, Membership
from signatures.models import CountryTotal, Signature
from tests.factories import PASSWORD, make_coalition, make_member
from tests.parts.process import wait_until
from tests.parts.site import Worker
from tests.parts.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Keep the internet on through the elections",
        "salutation": "Dear Prime Minister,",
        "body": "We write to you **two days before** the polls.\n\nKeep the internet on.",
        "asks": ["Commit in public to an open internet", "Order no shutdown"],
        "closing": "Respectfully,",
        "signer": "Ayesha Khan",
        "direction": "ltr",
    },
    "ur": {
        "title": "انتخابات کے دوران انٹرنیٹ کھلا رکھیں",
        "salutation": "محترم وزیرِ اعظم،",
        "body": "ہم آپ کو پولنگ سے **دو دن پہلے** لکھ رہے ہیں۔\n\nانٹرنیٹ بند نہ کیا جائے۔",
        "asks": ["کھلے انٹرنیٹ کا عوامی وعدہ کریں", "کوئی بندش نہ کریں"],
        "closing": "احترام کے ساتھ،",
        "signer": "عائشہ خان",
        "direction": "rtl",
    },
}


@pytest.fixture(params=["en", "ur"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def member(transactional_db: None) -> Membership:
    return make_member(make_coalition(slug="open-net", name="Open Net", email="letters@opennet.example.org"))


@pytest.fixture
def phone(new_page: Callable[..., Page], language: str) -> Callable[[], Page]:
    """A fresh visitor on a phone of 360 pixels, without JavaScript."""
    return lambda: new_page(width=360, language=language, javascript=False)


@pytest.fixture
def desk(phone: Callable[[], Page], site: Any, member: Membership) -> Page:
    page = phone()
    page.goto(site.url + "/desk/")
    page.fill("[name=login]", member.user.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit], main form button").first.click()
    expect(page).to_have_url(site.url + "/desk/")
    return page


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url


def go(page: Page, name: str, *args: Any) -> Page:
    page.goto("/".join(page.url.split("/")[:3]) + reverse(name, args=args))
    fits(page)
    return page


def write_letter(desk: Page, language: str) -> Letter:
    words = WORDS[language]
    go(desk, "desk:letter_new", "open-net")
    desk.fill("[name=title]", words["title"])
    desk.select_option("[name=language]", language)
    desk.fill("[name=slug]", "keep-it-on")
    desk.locator("main form button").first.click()
    letter = Letter.objects.get()
    go(desk, "desk:letter_text", "open-net", letter.pk, language)
    for field in ("salutation", "body", "closing"):
        desk.fill(f"[name={field}]", words[field])
    for place, ask in enumerate(words["asks"]):
        desk.locator("[name=asks]").nth(place).fill(ask)
    desk.locator(".save-bar button.btn-primary").click()
    fits(desk)
    return letter


def name_officials(desk: Page, letter: Letter, language: str) -> None:
    for number in (1, 2):
        go(desk, "desk:addressees", "open-net", letter.pk)
        form = desk.locator("form", has=desk.locator("button[name=create]"))
        form.locator("[name$=name]").first.fill(f"Official {number}")
        form.locator("[name$=office]").fill("Prime Minister")
        form.locator("[name$=email]").fill(f"official{number}@example.org")
        form.locator("[name$=language]").select_option(language)
        form.locator("button[name=create]").click()
    assert letter.addressees.count() == 2


def publish(desk: Page, letter: Letter) -> None:
    go(desk, "desk:letter_publish", "open-net", letter.pk)
    desk.locator("button[name=action][value=now]").click()
    letter.refresh_from_db()
    assert letter.state == "open"


def sign(visitor: Page, site: Any, language: str) -> None:
    words = WORDS[language]
    visitor.goto(site.url + "/letters/keep-it-on/")
    fits(visitor)
    expect(visitor.locator("html")).to_have_attribute("dir", words["direction"])
    expect(visitor.locator("h1")).to_have_text(words["title"])
    form = visitor.locator("form[method=post]")
    form.locator("[name=name]").fill(words["signer"])
    form.locator("[name=email]").fill("ayesha@example.net")
    form.locator("[name=country]").select_option("PK")
    form.locator("button[type=submit]").click()
    expect(visitor).to_have_url(site.url + f"/letters/keep-it-on/{language}/sent/")
    fits(visitor)


def confirm(visitor: Page, smtp: MailServer, language: str) -> None:
    mail = smtp.wait_for(1, to="ayesha@example.net")[0]
    assert mail.message["Content-Language"] == language
    visitor.goto(next(word for word in mail.body().split() if "/signatures/" in word))
    fits(visitor)
    expect(visitor.locator("main")).to_contain_text(WORDS[language]["signer"])
    visitor.locator("button.btn-primary").click()
    expect(visitor).to_have_url(visitor.url.split("/letters/")[0] + f"/letters/keep-it-on/{language}/thanks/")
    assert "/signatures/" not in visitor.content()
    assert Signature.objects.get().state == "confirmed"


def hand_over(desk: Page, letter: Letter, smtp: MailServer, language: str) -> None:
    go(desk, "desk:deliveries", "open-net", letter.pk)
    desk.locator("main form[method=post] button.btn-primary").last.click()
    for number in (1, 2):
        mail = smtp.wait_for(1, to=f"official{number}@example.org", seconds=40)[0]
        assert WORDS[language]["title"] in mail.subject
        assert [part.get_content_type() for part in mail.attachments()] == ["application/pdf"]
        assert "official" not in mail.body().replace(f"official{number}@", "")
    wait_until(lambda: "accepted" in go(desk, "desk:deliveries", "open-net", letter.pk).content(), seconds=10)


def test_the_whole_road_on_a_phone(
    desk: Page,
    phone: Callable[[], Page],
    site: Any,
    worker: Worker,
    smtp: MailServer,
    language: str,
) -> None:
    letter = write_letter(desk, language)
    name_officials(desk, letter, language)
    publish(desk, letter)
    visitor = phone()
    sign(visitor, site, language)
    confirm(visitor, smtp, language)
    wait_until(lambda: CountryTotal.objects.filter(count=1).exists(), what="the count")
    visitor.goto(site.url + "/letters/keep-it-on/signatories/?kind=individual")
    fits(visitor)
    wait_until(lambda: visitor.reload() and WORDS[language]["signer"] in visitor.content(), what="the name")
    hand_over(desk, letter, smtp, language)
    csv = visitor.request.get(site.url + "/letters/keep-it-on/signatories.csv").text()
    assert WORDS[language]["signer"] in csv
    assert "ayesha@example.net" not in csv
