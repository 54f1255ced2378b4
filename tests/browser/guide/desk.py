"""What the steps of the guide's journey share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect

from letters.models import Letter, Membership
from tests import factories
from tests.browser.pictures import Pictures
from tests.parts.smtp import MailServer

PEOPLE = (
    ("Zara Malik", "PK", "Teacher"),
    ("Imran Yousafzai", "PK", "Polling agent"),
    ("Hina Rafiq", "PK", "Journalist"),
    ("Tariq Jamali", "PK", "Shopkeeper"),
    ("Meera Joshi", "IN", "Lawyer"),
    ("Farhana Begum", "BD", "Nurse"),
    ("Samuel Otieno", "KE", "Engineer"),
    ("Claire Moreau", "FR", "Researcher"),
    ("Lukas Brandt", "DE", "Student"),
    ("Grace Whitfield", "GB", "Election observer"),
    ("Diego Fuentes", "CL", "Developer"),
    ("Amina Trabelsi", "TN", "Editor"),
)


@dataclass
class Guide:
    """What the steps share: the site, its mails, the admin's page and an editor's, and the letter."""

    url: str
    smtp: MailServer
    new_page: Callable[..., Page]
    pictures: Pictures
    admin: Membership
    letter: Letter = field(default_factory=Letter)

    def __post_init__(self) -> None:
        self.desk, self.editor = self.new_page(), self.new_page()

    def picture(self, name: str, **options: Any) -> None:
        self.pictures.take(self.desk, name, **options)

    def tab(self, name: str) -> None:
        self._go(self.desk.locator(".letter-nav").get_by_role("link", name=name, exact=True))

    def head(self, name: str) -> None:
        self._go(self.desk.locator(".desk-nav").get_by_role("link", name=name, exact=True))

    def press(self, name: str) -> None:
        self._go(self.desk.locator("main").get_by_role("button", name=name).first)

    def follow(self, name: str) -> None:
        self._go(self.desk.locator("main").get_by_role("link", name=name).first)

    def _go(self, button: Locator) -> None:
        with self.desk.expect_navigation():
            button.click()

    def told(self, words: str) -> None:
        expect(self.desk.locator("main")).to_contain_text(words)

    def link_to(self, address: str, part: str) -> str:
        mail = self.smtp.wait_for(1, to=address)[-1]
        return next(word for word in mail.body().split() if part in word)


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(url + "/desk/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(url + "/desk/")
