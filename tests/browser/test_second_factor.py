"""The second factor in a real browser, with its virtual authenticator, under the site's Content-Security-Policy."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from letters.models import Coalition, Membership
from tests.factories import PASSWORD, make_coalition, make_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member(transactional_db: None) -> Membership:
    return make_member(make_coalition(slug="open-net", name="Open Net"))


@pytest.fixture
def desk(page: Page, site: Any, member: Membership) -> Page:
    sign_in(page, site, member)
    return page


def sign_in(page: Page, site: Any, member: Membership) -> None:
    page.goto(site.url + "/accounts/login/")
    page.fill("[name=login]", member.user.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()


def add_authenticator(page: Page) -> None:
    """A platform's own authenticator that says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def confirm_password(page: Page) -> None:
    expect(page).to_have_url(re.compile("/reauthenticate/"))
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()


def code_of(secret: str) -> str:
    steps = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, steps[-1]))


def test_a_passkey_is_added_asked_for_renamed_and_removed(desk: Page, site: Any, member: Membership) -> None:
    add_authenticator(desk)
    desk.goto(site.url + "/accounts/security/")
    desk.get_by_role("link", name="Add a passkey").click()
    confirm_password(desk)
    desk.fill("[name=name]", "My phone")
    desk.get_by_role("button", name="Add it").click()
    expect(desk.locator(".codes li")).to_have_count(10)
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    desk.locator("form[action='/accounts/logout/'] button").first.click()
    sign_in(desk, site, member)
    expect(desk).to_have_url(site.url + "/accounts/2fa/authenticate/")
    desk.get_by_role("button", name="Use a passkey").click()
    expect(desk).to_have_url(site.url + "/desk/")
    desk.goto(site.url + "/accounts/security/")
    expect(desk.locator("main")).to_contain_text("My phone")
    desk.get_by_role("link", name="Rename").click()
    expect(desk).to_have_url(re.compile("/reauthenticate/"))
    desk.get_by_role("link", name="Use a passkey").click()
    desk.get_by_role("button", name="Use a passkey").click()
    desk.fill("[name=name]", "My old phone")
    desk.get_by_role("button", name="Save").click()
    desk.goto(site.url + "/accounts/security/")
    expect(desk.locator("main")).to_contain_text("My old phone")
    desk.get_by_role("link", name="Remove …").click()
    desk.get_by_role("button", name="Remove it").click()
    desk.wait_for_load_state()
    assert not Authenticator.objects.exists()


def test_a_passkey_that_the_browser_does_not_give_is_told(desk: Page, site: Any) -> None:
    desk.goto(site.url + "/accounts/2fa/passkeys/add/")
    confirm_password(desk)
    failed = desk.locator("[data-passkey-failed]")
    expect(failed).to_be_hidden()
    desk.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('no')); }")
    desk.get_by_role("button", name="Add it").click()
    expect(failed).to_be_visible()
    assert not Authenticator.objects.exists()


def test_a_member_of_a_coalition_that_asks_for_it_sets_an_app_up_and_comes_in(
    desk: Page, site: Any, member: Membership, tmp_path: Path
) -> None:
    Coalition.objects.update(second_factor_required_at="2026-01-01T00:00Z")
    desk.goto(site.url + "/desk/open-net/")
    expect(desk).to_have_url(site.url + "/accounts/security/")
    desk.get_by_role("link", name="Set up an app").click()
    confirm_password(desk)
    picture = desk.locator(".qr svg")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] > 150
    desk.fill("[name=code]", code_of(desk.locator(".hash").inner_text()))
    desk.get_by_role("button", name="Switch it on").click()
    expect(desk.locator(".codes li")).to_have_count(10)
    with desk.expect_download() as waited:
        desk.get_by_role("link", name="Save them as a file").click()
    kept = tmp_path / waited.value.suggested_filename
    waited.value.save_as(kept)
    assert kept.name == "recovery-codes.txt"
    assert len(kept.read_text().split()) == 10
    desk.goto(site.url + "/desk/open-net/")
    expect(desk.locator("h1")).to_have_text("Open Net")


def test_an_app_works_without_javascript(
    new_page: Callable[..., Page], site: Any, member: Membership
) -> None:
    page = new_page(width=360, javascript=False)
    sign_in(page, site, member)
    page.goto(site.url + "/accounts/2fa/app/activate/")
    confirm_password(page)
    secret = page.locator(".hash").inner_text()
    page.fill("[name=code]", code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.locator("form[action='/accounts/logout/'] button").first.click()
    sign_in(page, site, member)
    expect(page.locator("noscript, .note")).not_to_have_count(0)
    page.fill("[name=code]", code_of(secret))
    page.locator("main form button").first.click()
    expect(page).to_have_url(site.url + "/desk/")
