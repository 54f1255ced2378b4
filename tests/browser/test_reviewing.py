"""The queue in a real browser: by keys alone, and on a phone without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from letters.models import Letter, Membership
from signatures.models import Signature
from tests.factories import PASSWORD, make_coalition, make_letter, make_member, make_signature

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member(transactional_db: None) -> Membership:
    return make_member(make_coalition(slug="open-net", name="Open Net"))


@pytest.fixture
def letter(member: Membership) -> Letter:
    letter = make_letter(coalition=member.coalition, slug="keep-it-on")
    for number in range(3):
        make_signature(letter, state="waiting", name=f"Malala {'ABC'[number]}", confirmed_at=None)
    return letter


def open_queue(page: Page, site: Any, member: Membership) -> Page:
    page.goto(f"{site.url}/desk/open-net/to-decide/?what=people")
    page.fill("[name=login]", member.user.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit], main form button").first.click()
    expect(page.get_by_role("heading", name="To decide")).to_be_visible()
    page.wait_for_load_state()
    return page


def states() -> dict[str, str]:
    return {row.public_name or "hidden": row.state for row in Signature.objects.order_by("pk")}


def test_a_row_is_approved_by_keys_alone(
    new_page: Callable[..., Page], site: Any, member: Membership, letter: Letter
) -> None:
    page = open_queue(new_page(width=1280), site, member)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    for key in ("j", "j", "a"):
        page.keyboard.press(key)
    expect(page.get_by_text("This decides on exactly 1 signature:")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 signature approved")).to_be_visible()
    assert states()["Malala B"] == "confirmed"


def test_keys_are_words_where_somebody_types(
    new_page: Callable[..., Page], site: Any, member: Membership, letter: Letter
) -> None:
    page = open_queue(new_page(width=1280), site, member)
    page.keyboard.press("x")
    assert page.locator("[name=row]:checked").count() == 0
    for key in ("j", "x", "r"):
        page.keyboard.press(key)
    page.get_by_label("Reason").press_sequentially("jar x")
    assert page.get_by_label("Reason").input_value() == "jar x"


def test_without_javascript_all_are_refused_and_that_is_undone(
    new_page: Callable[..., Page], site: Any, member: Membership, letter: Letter
) -> None:
    page = open_queue(new_page(width=360, javascript=False), site, member)
    for row in page.locator("[name=row]").all():
        row.check()
    page.get_by_role("button", name="Refuse …").click()
    page.get_by_label("Reason").fill("We do not know you.")
    page.get_by_role("button", name="Refuse (3)").click()
    expect(page.get_by_role("heading", name="3 signatures refused")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert set(Signature.objects.values_list("state", flat=True)) == {"refused"}
    page.get_by_role("button", name="Undo all (3)").click()
    expect(page.get_by_text("Undone: 3 signatures stand as before.")).to_be_visible()
    assert set(Signature.objects.values_list("state", flat=True)) == {"waiting"}
