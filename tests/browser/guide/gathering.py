"""The sign-on room, from a list of organisations to a board with answers."""

from datetime import timedelta
from pathlib import Path

from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from letters.models import Job
from signatures.models import Invitation, Signature
from tests.browser.guide.desk import Guide
from tests.browser.pictures import fits
from tests.parts.process import wait_until
from tests.signatures.room import SIGN, page, post

ORGANISATIONS = Path(__file__).parents[2] / "data" / "organisations_guide.csv"
# Chromium's own says "Headless", which scanners of links say too.
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile"
URDU = "ڈیجیٹل حقوق مرکز"


def import_organisations(guide: Guide) -> None:
    guide.tab("Room")
    guide.follow("Import organisations")
    guide.desk.set_input_files("[name=file]", ORGANISATIONS)
    guide.press("Read the list")
    _until_no_job(guide)
    guide.desk.get_by_role("navigation", name="Rows").get_by_role("link").first.wait_for()
    expect(guide.desk.locator("form.twins").first).to_be_visible()
    guide.picture("import")
    guide.press("The same organisation")
    guide.follow("All that are left are different")
    guide.press("They are different")
    guide.press("Add ")
    _until_no_job(guide)
    assert Invitation.objects.count() >= 37


def _until_no_job(guide: Guide) -> None:
    wait_until(lambda: not Job.objects.unfinished().exists(), seconds=20, what="the job")
    guide.desk.reload()
    if "/jobs/" in guide.desk.url:
        guide.desk.locator("main a.btn").first.click()


def let_it_circulate(guide: Guide) -> None:
    guide.tab("Room")
    guide.press("Let it circulate")
    guide.follow("Deadline and target")
    until = timezone.now() + timedelta(days=2, hours=3)
    guide.desk.fill("[name=sign_on_until]", until.strftime("%Y-%m-%dT18:00"))
    guide.desk.select_option("[name=zone]", "Asia/Karachi")
    guide.desk.fill("[name=target]", "30")
    guide.press("Save")
    guide.letter.refresh_from_db()
    assert guide.letter.target == 30


def invite_the_room(guide: Guide) -> None:
    guide.tab("Room")
    guide.desk.locator("main").get_by_role("link", name="Invite", exact=True).click()
    guide.press("Invite all of them")
    guide.picture("room-invite")
    guide.press("Send them now")
    wait_until(lambda: not Invitation.objects.to_invite().exists(), seconds=20, what="the invitations")


def sign_on_a_phone(guide: Guide) -> None:
    phone = guide.new_page(width=360, height=740, language="ur", javascript=False, user_agent=PHONE)
    phone.goto(guide.link_to("nighat@digitalhuqooq.example", "/room/"))
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    guide.pictures.take(phone, "room-phone", tallest=740)
    _sign(phone)
    signature = Signature.objects.get(letter=guide.letter)
    assert (signature.state, signature.public_name) == ("confirmed", URDU)
    fits(phone)


def _sign(phone: Page) -> None:
    form = phone.locator("form", has=phone.locator("input[value=sign]"))
    form.locator("[name=role]").fill("ڈائریکٹر")
    form.locator("[name=has_authority]").check()
    form.locator("button[type=submit]").click()
    expect(phone.locator("[role=status]").first).to_contain_text(URDU)


def follow_the_board(guide: Guide) -> None:
    """Others answer too, and the desk sees it."""
    rows = list(Invitation.objects.filter(answer="", invited_at__isnull=False).order_by("pk"))
    for row in rows[:32]:
        page(Client(), row)
    for row in rows[:28:2]:
        name = row.organisation.name
        post(Client(), row, {**SIGN, "organisation": name, "name": f"{name[:12]} secretariat"})
    post(Client(), rows[1], {"verb": "decline", "reason": "Our board meets next week."})
    body = "In earlier shutdowns people could not reach a doctor: please say so."
    post(Client(), rows[3], {"verb": "change", "body": body, "language": "en"})
    guide.tab("Room")
    expect(guide.desk.locator("#board progress")).to_have_attribute("value", "15")
    guide.picture("board")
