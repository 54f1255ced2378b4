"""Two members who write one letter at once, asks that are moved, and a translator by their link, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from letters import services
from letters.models import Letter
from letters.services.translators import make_token
from tests import factories, writing
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def letter(transactional_db: None) -> Letter:
    return factories.make_letter(state="draft", languages=["en", "ur"])


def sign_in(page: Page, site: Any, letter: Letter, name: str) -> Page:
    user = factories.make_member(letter.lead, user=factories.make_user(name=name)).user
    page.goto(site.url + "/desk/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    page.goto(site.url + reverse("desk:letter_text", args=[letter.lead.slug, letter.pk, "en"]))
    return page


def asks(page: Page) -> list[str]:
    return [
        str(value) for value in page.locator("[name=asks]").evaluate_all("all => all.map(one => one.value)")
    ]


def fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


@pytest.mark.parametrize("javascript", [True, False])
def test_two_editors_save_at_once_and_nothing_is_lost(
    new_page: Callable[..., Page], site: Any, letter: Letter, javascript: bool
) -> None:
    first = sign_in(new_page(width=360, javascript=javascript), site, letter, "Ayesha Khan")
    second = sign_in(new_page(javascript=javascript), site, letter, "Bilal Ahmed")
    first.fill("[name=body]", "We ask for an open internet, today.")
    second.fill("[name=body]", "We ask for an open internet, for ever.")
    second.fill("[name=title]", "The title of the second")
    first.locator(".save-bar .btn-primary").click()
    second.locator(".save-bar .btn-primary").click()
    expect(second.locator("[role=alert]")).to_contain_text("Ayesha Khan")
    expect(second.locator("del", has_text="today").last).to_be_visible()
    expect(second.locator("ins", has_text="for ever").last).to_be_visible()
    assert second.input_value("[name=title]") == "The title of the second"
    fits(second, 1280)
    second.locator(".save-bar .btn-primary").click()
    expect(second.locator("[role=status]")).to_contain_text("Saved.")
    first.goto(site.url + reverse("desk:text_versions", args=[letter.lead.slug, letter.pk, "en"]))
    expect(first.locator("tbody tr")).to_have_count(3)
    fits(first, 360)


@pytest.mark.parametrize("javascript", [True, False])
def test_asks_are_moved_added_and_taken_out(
    new_page: Callable[..., Page], site: Any, letter: Letter, javascript: bool
) -> None:
    page = sign_in(new_page(width=360, javascript=javascript), site, letter, "Ayesha Khan")
    one, two, three = factories.ASKS["en"]
    page.fill("[name=closing]", "Typed,")
    page.get_by_role("button", name="Move ask 3 up").click()
    page.get_by_role("button", name="Move ask 2 up").click()
    page.get_by_role("button", name="Take ask 3 out").click()
    expect(page.locator("[name=asks]").nth(0)).to_have_value(three)
    assert [ask for ask in asks(page) if ask] == [three, one]
    before = len(asks(page))
    page.get_by_role("button", name="More fields").click()
    expect(page.locator("[name=asks]").nth(before)).to_be_visible()
    page.locator("[name=asks]").nth(2).fill("A third")
    page.locator("[name=title]").press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Saved.")
    assert [ask for ask in asks(page) if ask] == [three, one, "A third"]
    saved = Letter.objects.get().working_edition
    assert [texts.get("ur", "") for texts in saved.asks().values()] == [
        factories.ASKS["ur"][2],
        factories.ASKS["ur"][0],
        "",
    ]
    assert saved.texts.get(language="en").closing == "Typed,"
    assert two not in page.content()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_translator_reads_what_changed_and_saves(
    new_page: Callable[..., Page], site: Any, letter: Letter, width: int
) -> None:
    services.save_text(letter, language="ur", title="عنوان", salutation="", body="متن", closing="", asks=[])
    services.save_text(
        letter, language="en", title="A title", salutation="", body="B", closing="", asks=["X"]
    )
    page = new_page(width=width, javascript=False)
    page.goto(site.url + f"/translate/{make_token(writing.make_translator(letter))}/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("ins", has_text="A title")).to_be_visible()
    page.fill("[name=body]", "نیا متن")
    page.check("[name=brought_up]")
    fits(page, width)
    page.locator(".save-bar .btn-primary").click()
    expect(page.locator("[role=status]")).to_be_visible()
    expect(page.locator("ins")).to_have_count(0)
    assert Letter.objects.get().working_edition.texts.get(language="ur").body == "نیا متن"
    assert page.context.cookies() == []


@pytest.mark.parametrize("javascript", [True, False])
def test_after_the_launch_asks_keep_their_numbers_as_rows_come_and_go(
    new_page: Callable[..., Page], site: Any, transactional_db: None, javascript: bool
) -> None:
    letter = factories.make_letter(languages=["en", "ur"])
    services.begin_edition(letter, substance=True)
    page = sign_in(new_page(width=360, javascript=javascript), site, letter, "Ayesha Khan")
    expect(page.get_by_role("button", name="Move ask")).to_have_count(0)
    page.get_by_role("button", name="Take ask 1 out").click()
    expect(page.get_by_label("Ask 2", exact=True)).to_have_value(factories.ASKS["en"][1])
    page.get_by_role("button", name="Take the new ask out").last.click()
    page.get_by_role("button", name="Take the new ask out").last.click()
    if javascript:  # without it there are always empty rows at the end
        expect(page.get_by_label("New ask", exact=True)).to_have_count(0)
    page.get_by_role("button", name="More fields").click()
    page.get_by_label("New ask", exact=True).first.fill("Publish the orders")
    fits(page, 360)
    page.locator("[name=title]").press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Saved.")
    expect(page.get_by_label("Ask 4", exact=True)).to_have_value("Publish the orders")
    saved = Letter.objects.get().working_edition
    assert {number: texts["en"] for number, texts in saved.asks().items()} == {
        2: factories.ASKS["en"][1],
        3: factories.ASKS["en"][2],
        4: "Publish the orders",
    }
