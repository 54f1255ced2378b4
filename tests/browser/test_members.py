"""An owner's invitation to a new member's first page, and two coalitions on one letter: on a phone without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from letters.mailing import send_owed_mail
from letters.models import Membership
from tests.factories import PASSWORD, make_coalition, make_letter, make_member
from tests.parts.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Keep the internet on through the elections"


@pytest.fixture
def owner(transactional_db: None) -> Membership:
    return make_member(make_coalition(slug="open-net", name="Open Net"))


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Callable[[], Page]:
    return lambda: new_page(width=360, javascript=False)


def sign_in(page: Page, site: Any, member: Membership) -> Page:
    page.goto(site.url + "/accounts/login/")
    page.fill("[name=login]", member.user.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").first.click()
    return page


def link_in(smtp: MailServer, address: str, part: str) -> str:
    send_owed_mail()
    mail = smtp.wait_for(1, to=address)[-1]
    return next(word for word in mail.body().split() if part in word)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url


def test_a_member_is_invited_joins_is_promoted_and_removed(
    phone: Callable[[], Page], site: Any, smtp: MailServer, owner: Membership
) -> None:
    desk = sign_in(phone(), site, owner)
    desk.goto(site.url + "/desk/open-net/members/")
    desk.fill("[name=email]", "amal@example.org")
    desk.select_option("[name=role]", "viewer")
    desk.get_by_role("button", name="Send the invitation").click()
    expect(desk.locator("[role=status]")).to_contain_text("on its way")
    fits(desk)
    amal = phone()
    amal.goto(link_in(smtp, "amal@example.org", "/accounts/invitations/"))
    fits(amal)
    amal.fill("[name=name]", "Amal Haddad")
    amal.fill("[name=password]", "seventeen green parrots")
    amal.get_by_role("button", name="Make my account and join").click()
    expect(amal).to_have_url(site.url + "/desk/open-net/")
    assert amal.goto(site.url + "/desk/open-net/letters/new/").status == 403  # type: ignore[union-attr]
    desk.reload()
    desk.get_by_role("link", name="Change Amal Haddad").click()
    desk.select_option("[name=role]", "editor")
    desk.get_by_role("button", name="Save").click()
    assert amal.goto(site.url + "/desk/open-net/letters/new/").status == 200  # type: ignore[union-attr]
    desk.get_by_role("link", name="Change Amal Haddad").click()
    fits(desk)
    desk.get_by_role("button", name="Remove this member").click()
    assert amal.goto(site.url + "/desk/open-net/").status == 404  # type: ignore[union-attr]
    desk.goto(site.url + "/desk/open-net/log/")
    fits(desk)
    for action in ("member invited", "invitation accepted", "role changed", "member removed"):
        expect(desk.locator("main table")).to_contain_text(action)


def test_two_coalitions_publish_a_letter_together(
    phone: Callable[[], Page], site: Any, smtp: MailServer, owner: Membership
) -> None:
    other = make_member(make_coalition(slug="other-net", name="Other Net"))
    letter = make_letter(coalition=owner.coalition, state="draft", title=TITLE)
    lead, theirs = sign_in(phone(), site, owner), sign_in(phone(), site, other)
    lead.goto(f"{site.url}/desk/open-net/letters/{letter.pk}/publishers/")
    lead.fill("[name=slug]", "other-net")
    lead.get_by_role("button", name="Ask").click()
    fits(lead)
    theirs.goto(link_in(smtp, other.user.email, "/desk/other-net/requests/"))
    fits(theirs)
    assert TITLE not in theirs.content()
    theirs.get_by_role("button", name="Accept").click()
    expect(theirs.locator("h1")).to_have_text(TITLE)
    fits(theirs)
    theirs.goto(site.url + "/desk/")
    expect(theirs.locator("main")).to_contain_text("published with Open Net, which leads")
