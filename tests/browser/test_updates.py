"""A media alert from the desk to a journalist's screen, without a line of JavaScript."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories


def test_a_media_alert_is_written_published_and_read(site: LiveServer, new_page: Callable[..., Page]) -> None:
    member = factories.make_member()
    letter = factories.make_letter(coalition=member.coalition, slug="keep-it-on")
    page = new_page(javascript=False)
    page.goto(f"{site.url}/desk/{member.coalition.slug}/letters/{letter.pk}/updates/new/?kind=alert")
    page.fill("[name=login]", member.user.email)
    page.fill("[name=password]", factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Headline").fill("The ministry answers")
    page.get_by_role("button", name="Begin the draft").click()
    page.get_by_label("Text", exact=False).first.fill("In writing, **at last**.")
    page.get_by_label("What they say").first.fill("We read it with care.")
    page.get_by_label("Spokesperson").first.fill("Nighat")
    page.locator("[name=contacts-0-name]").fill("Press desk")
    page.locator("[name=contacts-0-phone]").fill("+92 300 1234567")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.get_by_role("link", name="Publish …").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("published", exact=True)).to_be_visible()

    reader = new_page(width=360, javascript=False)
    reader.goto(f"{site.url}/letters/keep-it-on/")
    reader.get_by_role("link", name="The ministry answers").click()
    expect(reader.locator("figure")).to_contain_text("We read it with care.")
    expect(reader.get_by_role("link", name="+92 300 1234567")).to_be_visible()
    assert reader.evaluate("document.documentElement.scrollWidth") <= 360
