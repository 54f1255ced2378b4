"""Five roles of one coalition and an owner of another in a real browser: what each sees, does, and is refused."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page, expect

from letters.mailing import send_owed_mail
from letters.models import Letter, Membership
from letters.services.translators import make_token
from signatures.models import Signature
from tests import factories, writing
from tests.browser.pictures import Pictures, fits
from tests.parts.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Keep the internet on through the elections"
WRITE = ["Overview", "Text", "Addressees", "Settings", "Editions"]
GATHER = ["Room", "Signatures", "To decide", "Numbers"]
DELIVER = ["Handing over", "Updates", "Answers", "Exports", "Log"]
READERS_TABS = [*WRITE, "Room", "Numbers", *DELIVER]
ROLES = ("owner", "editor", "moderator", "viewer")
# A button or link of a page of the desk, and whose it is.
BUTTONS = (
    ("coalition", "New letter", ("owner", "editor")),
    ("members", "Send the invitation", ("owner",)),
    ("officials", "New official", ("owner", "editor")),
    ("letter", "Write the text", ("owner", "editor")),
    ("letter_text", "Save", ("owner", "editor")),
    ("comments", "Comment", ("owner", "editor", "moderator")),
    ("addressees", "Register and add", ("owner", "editor")),
    ("room", "Invite", ("owner", "editor")),
    ("publishers", "Ask", ("owner",)),
    ("letter_publish", "Publish now", ("owner", "editor")),
    ("exports", "Download the full list", ("owner",)),
)
# By role, pages that are refused.
REFUSED = {
    "editor": ("coalition_settings",),
    "moderator": ("letter_new", "room_invite", "coalition_settings"),
    "viewer": ("signatures", "letter_to_decide", "letter_new", "official_new"),
}


@pytest.fixture
def letter(transactional_db: None) -> Letter:
    coalition = factories.make_coalition(slug="open-net", name="Open Net")
    letter = factories.make_letter(
        coalition=coalition, state="circulating", title=TITLE, languages=["en", "ur"], target=30
    )
    organisation = factories.make_organisation(coalition, name="Multan Teachers’ Union")
    factories.make_signature(letter, kind="organisation", organisation=organisation, state="waiting")
    factories.make_invitation(letter, invited_at=letter.created_at)
    return letter


def member_of(letter: Letter, role: str) -> Membership:
    user = factories.make_user(f"{role}@example.org", name=f"Rukhsana {role.title()}")
    return factories.make_member(letter.lead, user=user, role=role)


def sign_in(page: Page, site: Any, member: Membership) -> Page:
    page.goto(site.url + "/desk/")
    page.fill("[name=login]", member.user.email)
    page.fill("[name=password]", factories.PASSWORD)
    page.locator("main form button").first.click()
    expect(page).to_have_url(site.url + "/desk/")
    return page


def address(name: str, letter: Letter, coalition: str = "open-net") -> str:
    """That page of the desk, of the letter in English where it is of one."""
    for args in ([coalition, letter.pk], [coalition], [coalition, letter.pk, "en"]):
        try:
            return reverse(f"desk:{name}", args=args)
        except NoReverseMatch:
            continue
    raise LookupError(name)


def tabs(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".letter-nav a").all_inner_texts()]


def shown(page: Page, name: str) -> bool:
    """Whether a button or a link begins with that name; the button that Enter presses is hidden from everybody."""
    begins = re.compile(f"^{name}( |…|$)")
    main = page.locator("main")
    found = main.get_by_role("button", name=begins).or_(main.get_by_role("link", name=begins))
    return bool(found.count())


def is_refused(page: Page, url: str, status: int) -> None:
    """By a page in the site's look, which says so."""
    response = page.goto(url)
    assert response
    assert response.status == status, url
    title = "This is not open to you" if status == 403 else "There is no such page"
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator(".brand")).to_be_visible()
    expect(page.locator("main")).to_have_css("display", "block")
    fits(page)


# --- What each does -----------------------------------------------------------------------------------------------


def change_a_role(page: Page, site: Any, letter: Letter) -> None:
    other = member_of(letter, "viewer")
    page.goto(site.url + address("members", letter))
    page.get_by_role("link", name=f"Change {other.user.name}").click()
    page.select_option("[name=role]", "moderator")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main table").first).to_contain_text("moderator")
    other.refresh_from_db()
    assert other.role == "moderator"


def save_the_text(page: Page, site: Any, letter: Letter) -> None:
    page.goto(site.url + address("letter_text", letter))
    page.fill("[name=closing]", "In hope,")
    page.locator(".save-bar .btn-primary").click()
    expect(page.locator("[role=status]")).to_contain_text("Saved.")
    assert letter.working_edition.texts.get(language="en").closing == "In hope,"


def approve_an_organisation(page: Page, site: Any, letter: Letter) -> None:
    page.goto(site.url + address("letter_to_decide", letter))
    page.get_by_role("link", name="Multan Teachers’ Union").click()
    page.locator("[name=organisation]:enabled").first.check()
    page.get_by_label("What you checked").fill("Their office answered the telephone.")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("[role=status]")).to_be_visible()
    assert Signature.objects.get().state == "confirmed"


def read_the_board(page: Page, site: Any, letter: Letter) -> None:
    page.goto(site.url + address("room", letter))
    expect(page.locator("#board")).to_contain_text("30 hoped for")


DEEDS: dict[str, Callable[[Page, Any, Letter], None]] = {
    "owner": change_a_role,
    "editor": save_the_text,
    "moderator": approve_an_organisation,
    "viewer": read_the_board,
}


@pytest.mark.parametrize("role", ROLES)
def test_a_member_sees_does_and_is_refused_what_their_role_says(
    new_page: Callable[..., Page], site: Any, letter: Letter, role: str
) -> None:
    page = sign_in(new_page(), site, member_of(letter, role))
    page.goto(site.url + address("letter", letter))
    assert tabs(page) == (READERS_TABS if role == "viewer" else [*WRITE, *GATHER, *DELIVER])
    for name, button, roles in BUTTONS:
        page.goto(site.url + address(name, letter))
        assert shown(page, button) == (role in roles), (name, button)
    DEEDS[role](page, site, letter)
    for name in REFUSED.get(role, ()):
        is_refused(page, site.url + address(name, letter), 403)


def test_a_translator_saves_urdu_by_their_link_and_reaches_nothing_else(
    new_page: Callable[..., Page], site: Any, letter: Letter
) -> None:
    page = new_page(width=360, language="ur", javascript=False)
    page.goto(f"{site.url}/translate/{make_token(writing.make_translator(letter))}/")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("main a[href*='/desk/']").count() == 0
    page.fill("[name=body]", "ہم انتخابات کے بارے میں لکھتے ہیں۔")
    page.locator(".save-bar .btn-primary").click()
    expect(page.locator("[role=status]")).to_be_visible()
    fits(page)
    assert letter.working_edition.texts.get(language="ur").body == "ہم انتخابات کے بارے میں لکھتے ہیں۔"
    page.goto(site.url + address("letter", letter))
    assert "/accounts/login/" in page.url
    assert page.goto(f"{site.url}/translate/nonsense/").status == 404  # type: ignore[union-attr]


def test_an_owner_of_another_coalition_publishes_with_it_reads_and_comments_and_cannot_edit(
    new_page: Callable[..., Page], site: Any, letter: Letter, smtp: MailServer
) -> None:
    other = factories.make_member(factories.make_coalition(slug="other-net", name="Other Net"))
    page, lead = sign_in(new_page(), site, other), sign_in(new_page(), site, member_of(letter, "owner"))
    is_refused(page, site.url + address("letter", letter), 404)
    is_refused(page, site.url + address("letter", letter, "other-net"), 404)
    lead.goto(site.url + address("publishers", letter))
    lead.fill("[name=slug]", "other-net")
    lead.get_by_role("button", name="Ask").click()
    send_owed_mail()
    mail = smtp.wait_for(1, to=other.user.email)[-1]
    page.goto(next(word for word in mail.body().split() if "/requests/" in word))
    assert TITLE not in page.content()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    assert tabs(page) == READERS_TABS
    page.goto(site.url + address("comments", letter, "other-net"))
    page.fill("[name=body]", "We stand by every word.")
    page.get_by_role("button", name="Comment", exact=True).click()
    lead.goto(site.url + address("comments", letter))
    expect(lead.locator("ul.comments")).to_contain_text("We stand by every word.")
    page.goto(site.url + address("letter_text", letter, "other-net"))
    assert not shown(page, "Save")
    for name in ("signatures", "room_invite", "letter_to_decide"):
        is_refused(page, site.url + address(name, letter, "other-net"), 403)
    for name in ("members", "coalition", "officials"):
        is_refused(page, site.url + address(name, letter), 404)


@pytest.mark.parametrize("name", ["letter", "letter_audit", "room"])
def test_the_desk_on_a_phone_from_right_to_left(
    new_page: Callable[..., Page], site: Any, letter: Letter, name: str, tmp_path: Path
) -> None:
    page = sign_in(new_page(width=360, height=740, language="ur"), site, member_of(letter, "owner"))
    page.goto(site.url + address(name, letter))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    fits(page)
    here = page.locator(".letter-nav [aria-current]")
    if here.count():
        expect(here).to_be_in_viewport(ratio=0.9)
    Pictures(tmp_path, new_page()).take(page, name, tallest=740)
