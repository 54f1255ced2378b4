"""The sign-on room in a real browser: an invited organisation on a small phone in Urdu without JavaScript, and the
desk's board, which keeps itself up to date."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from letters.models import Letter
from signatures.models import CountryTotal, Invitation, Opening, Signature
from signatures.room.inviting import start_invitations
from tests.factories import PASSWORD, make_invitation, make_letter, make_member, make_organisation
from tests.parts.process import wait_until
from tests.parts.site import Worker
from tests.parts.smtp import MailServer
from tests.signatures.room import SIGN, invited, post

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "ڈیجیٹل رائٹس فاؤنڈیشن"


@pytest.fixture
def letter(transactional_db: None) -> Letter:
    return make_letter(
        state="circulating", languages=["en", "ur"], sign_on_until=timezone.now() + timedelta(days=2)
    )


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url  # type: ignore[index]


def test_an_organisation_signs_on_a_phone_in_urdu_without_javascript(
    new_page: Callable[..., Page], site: Any, letter: Letter, worker: Worker, smtp: MailServer
) -> None:
    organisation = make_organisation(letter.lead, name=NAME, website="https://drf.example.org/")
    make_invitation(letter, organisation=organisation, language="ur", name="نگہت", email="n@drf.example.org")
    start_invitations(letter, actor=make_member(letter.lead).user)
    mail = smtp.wait_for(1, to="n@drf.example.org")[0]
    assert mail.message["Content-Language"] == "ur"
    agent = (
        "Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile"  # without "Headless", which scanners say too
    )
    phone = new_page(width=360, language="ur", javascript=False, user_agent=agent)
    phone.goto(next(word for word in mail.body().split() if "/room/" in word))
    fits(phone)
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    expect(phone.locator("h1")).to_have_text("انٹرنیٹ بند نہ کیا جائے")
    assert phone.context.cookies() == []
    assert Opening.objects.get().method == "opened"
    form = phone.locator("form", has=phone.locator("input[value=sign]"))
    expect(form.locator("[name=organisation]")).to_have_value(NAME)
    form.locator("[name=role]").fill("ڈائریکٹر")
    form.locator("button[type=submit]").click()  # without the authority: it is told, and nothing is lost
    expect(form.locator("[name=role]")).to_have_value("ڈائریکٹر")
    assert not Signature.objects.exists()
    form.locator("[name=has_authority]").check()
    form.locator("button[type=submit]").click()
    expect(phone.locator("[role=status]").first).to_contain_text(NAME)
    fits(phone)
    signature = Signature.objects.get()
    assert (signature.state, signature.origin, signature.public_name) == ("confirmed", "invited", NAME)
    smtp.wait_for(2, to="n@drf.example.org")
    wait_until(lambda: CountryTotal.objects.filter(count=1).exists(), what="the count")
    phone.reload()
    expect(phone.locator("#in")).to_contain_text(NAME)


def sign_in(page: Page, site: Any, email: str) -> None:
    page.goto(site.url + "/desk/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    expect(page).to_have_url(site.url + "/desk/")


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_board_follows_the_answers_by_itself(
    new_page: Callable[..., Page], site: Any, letter: Letter, width: int, language: str
) -> None:
    Letter.objects.update(target=2)
    row = invited(letter)
    page = new_page(width=width, language=language)
    sign_in(page, site, make_member(letter.lead).user.email)
    page.goto(site.url + reverse("desk:room", args=[letter.lead.slug, letter.pk]))
    fits(page)
    bar = page.locator("#board progress")
    expect(bar).to_have_attribute("value", "0")
    post(Client(), row, SIGN)
    expect(bar).to_have_attribute("value", "1", timeout=9000)
    page.locator("table a").first.click()
    expect(page.locator("h1")).to_have_text("Open Karachi")
    fits(page)


def test_the_desk_invites_without_javascript(
    new_page: Callable[..., Page], site: Any, letter: Letter, worker: Worker, smtp: MailServer
) -> None:
    make_invitation(letter, email="one@example.org")
    page = new_page(width=360, javascript=False)
    sign_in(page, site, make_member(letter.lead).user.email)
    page.goto(site.url + reverse("desk:room_invite", args=[letter.lead.slug, letter.pk]))
    fits(page)
    page.locator("button[value=preview]").first.click()
    fits(page)
    page.locator("button[value=send]").click()
    smtp.wait_for(1, to="one@example.org")
    assert Invitation.objects.get().invited_at is not None
