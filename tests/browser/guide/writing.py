"""From the first sign-in to a letter that is written, translated and addressed."""

from pathlib import Path

from django.conf import settings as django_settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from letters.files.reading import TextEntry, read_letter
from letters.models import Letter
from letters.models.official import Official
from tests import factories
from tests.browser.guide.desk import Guide, sign_in

DEMO = Path(django_settings.BASE_DIR, "letters", "demo")
FILES = [DEMO / name for name in ("keep-it-on.md", "keep-it-on.fr.md", "keep-it-on.ur.md")]
TEXTS = {text.language: text for text in read_letter(FILES).texts}


def come_to_the_desk(guide: Guide) -> None:
    sign_in(guide.desk, guide.url, guide.admin.user.email)
    guide.told("Restore mobile service in Balochistan")
    guide.picture("desk")


def invite_members(guide: Guide) -> None:
    guide.desk.get_by_role("link", name="Members").first.click()
    _invite(guide, "bilal@opennet.example.org", "editor")
    guide.editor.goto(guide.link_to("bilal@opennet.example.org", "/accounts/invitations/"))
    guide.editor.fill("[name=name]", "Bilal Ahmed")
    guide.editor.fill("[name=password]", factories.PASSWORD)
    guide.editor.get_by_role("button", name="Make my account and join").click()
    expect(guide.editor).to_have_url(guide.url + "/desk/open-net/")
    _invite(guide, "rukhsana@opennet.example.org", "moderator")
    guide.smtp.wait_for(1, to="rukhsana@opennet.example.org")
    guide.head("Members")
    guide.told("Bilal Ahmed")
    guide.picture("members")


def _invite(guide: Guide, email: str, role: str) -> None:
    guide.desk.fill("[name=email]", email)
    guide.desk.select_option("[name=role]", role)
    guide.press("Send the invitation")
    guide.told("on its way")


def look_at_security(guide: Guide) -> None:
    guide.head("Security")
    if guide.desk.locator("[name=password]").count():
        guide.desk.fill("[name=password]", factories.PASSWORD)
        guide.desk.locator("main form button").first.click()
    guide.picture("security")


# --- The text -----------------------------------------------------------------------------------------------------


def begin_from_a_template(guide: Guide) -> None:
    guide.head("Letters")
    guide.follow("New letter")
    guide.desk.select_option("[name=start]", "internet-shutdown.en")
    guide.desk.fill("[name=title]", "Keep the internet on while Pakistan votes")
    guide.desk.fill("[name=slug]", "keep-it-on")
    guide.picture("new-letter")
    guide.press("Begin the draft")
    guide.letter = Letter.objects.get(slug="keep-it-on")


def write_the_text(guide: Guide) -> None:
    guide.tab("Text")
    _fill_text(guide.desk, TEXTS["en"])
    guide.desk.locator(".save-bar .btn-primary").click()
    guide.told("Saved.")
    expect(guide.desk.locator("#preview")).to_contain_text("In two days, Pakistan votes")
    guide.picture("text")


def _fill_text(page: Page, text: TextEntry) -> None:
    body = text.body.rpartition("\n\n")[0]  # without the word that it is a demonstration
    for name, value in (("salutation", text.salutation), ("body", body), ("closing", text.closing)):
        page.fill(f"[name={name}]", value)
    page.fill("[name=title]", text.title)
    fields = page.locator("[name=asks]")
    for place in range(fields.count()):
        fields.nth(place).fill(text.asks[place] if place < len(text.asks) else "")


def save_what_is_stale(guide: Guide) -> None:
    guide.editor.goto(guide.desk.url)
    body = guide.desk.input_value("[name=body]")
    guide.desk.fill("[name=body]", body.replace("plain request", "simple request"))
    guide.desk.locator(".save-bar .btn-primary").click()
    guide.editor.fill("[name=body]", body.replace("people in many countries", "people in 24 countries"))
    guide.editor.locator(".save-bar .btn-primary").click()
    expect(guide.editor.locator("[role=alert]")).to_contain_text("Samina Raza")
    guide.pictures.take(guide.editor, "stale")
    both = guide.editor.input_value("[name=body]").replace("plain request", "simple request")
    guide.editor.fill("[name=body]", both)
    guide.editor.locator(".save-bar .btn-primary").click()
    expect(guide.editor.locator("[role=status]")).to_contain_text("Saved.")


def read_the_history(guide: Guide) -> None:
    guide.tab("Text")
    guide.follow("History")
    guide.follow("Version 4")
    expect(guide.desk.locator("main ins").first).to_be_visible()
    guide.picture("history")


def translate(guide: Guide) -> None:
    """French by the editor, Urdu by a translator who has only a link, and reviewed at the desk."""
    _add_language(guide, guide.editor, "fr")
    _fill_text(guide.editor, TEXTS["fr"])
    guide.editor.locator(".save-bar .btn-primary").click()
    _add_language(guide, guide.desk, "ur")
    guide.follow("Translators")
    guide.desk.select_option("[name=language]", "ur")
    guide.desk.fill("[name=name]", "Zainab Hashmi")
    guide.desk.fill("[name=email]", "zainab@tarjuma.example")
    guide.press("Mail the invitation")
    translator = guide.new_page(language="ur")
    translator.goto(guide.link_to("zainab@tarjuma.example", "/translate/"))
    _fill_text(translator, TEXTS["ur"])
    translator.locator(".save-bar .btn-primary").click()
    expect(translator.locator("[role=status]")).to_be_visible()
    guide.tab("Text")
    guide.follow("اردو")
    guide.press("Mark as reviewed")
    guide.told("reviewed")
    guide.picture("translations")


def _add_language(guide: Guide, page: Page, language: str) -> None:
    page.goto(guide.url + reverse("desk:letter_text", args=["open-net", guide.letter.pk, "en"]))
    page.get_by_text("Add a language").click()
    page.locator("form.inline [name=language]").select_option(language)
    page.get_by_role("button", name="Add", exact=True).click()


def comment(guide: Guide) -> None:
    for body, language in (
        ("The court’s directive: can we say its date, and link the order?", "en"),
        ("“Sensitive areas” is between quotation marks in Urdu too. Good.", "ur"),
        ("Before it circulates: who tells the operators’ association?", ""),
    ):
        guide.editor.goto(guide.url + reverse("desk:comments", args=["open-net", guide.letter.pk]))
        guide.editor.fill("[name=body]", body)
        guide.editor.select_option("[name=language]", language)
        guide.editor.get_by_role("button", name="Comment").click()
    guide.tab("Text")
    guide.follow("Comments")
    guide.told("who tells the operators")
    guide.picture("comments")
    guide.press("Resolve")
    expect(guide.desk.locator("ul.comments > li")).to_have_count(2)


# --- Officials ----------------------------------------------------------------------------------------------------


def register_officials(guide: Guide) -> None:
    guide.head("Officials")
    guide.follow("New official")
    values = {
        "name": "Sikandar Sultan Raja",
        "office": "Chief Election Commissioner",
        "institution": "Election Commission of Pakistan",
        "email": "chief.commissioner@ecp.example.org",
        "further_languages": "en",
        "held_from": "2020-01-27",
    }
    for name, value in values.items():
        guide.desk.fill(f"[name={name}]", value)
    guide.desk.select_option("[name=country]", "PK")
    guide.desk.select_option("[name=language]", "ur")
    guide.press("Save")
    guide.head("Officials")
    guide.follow("Import")
    guide.desk.fill("[name=text]", OFFICIALS)
    guide.desk.locator("main form button").first.click()
    guide.desk.locator("main form button").last.click()
    guide.head("Officials")
    guide.follow("Sikandar Sultan Raja")
    guide.press("Checked today")
    guide.head("Officials")
    guide.told("Pakistan Telecommunication Authority")
    guide.picture("officials")


OFFICIALS = """name,honorific,office,institution,country,email,language
Anwaar-ul-Haq Kakar,,Caretaker Prime Minister,Government of Pakistan,PK,prime.minister@example.org,en
,,Chairman,Pakistan Telecommunication Authority,PK,chairman@pta.example.org,en
,,Federal Secretary for Interior,Ministry of Interior,PK,secretary@interior.example.org,en
,,Chief Secretary of Balochistan,Government of Balochistan,PK,chief.secretary@balochistan.example.org,ur
"""


def address_the_letter(guide: Guide) -> None:
    guide.desk.goto(guide.url + reverse("desk:letter", args=["open-net", guide.letter.pk]))
    guide.tab("Addressees")
    for name, kind in (
        ("Kakar", "to"),
        ("Raja", "to"),
        ("Chairman", "cc"),
        ("Interior", "cc"),
        ("Balochistan", "cc"),
    ):
        official = Official.objects.get(coalition=guide.admin.coalition, email__gt="", **_naming(name))
        form = guide.desk.locator("form", has=guide.desk.locator("button[name=choose]"))
        form.locator("[name=chosen]").select_option(str(official.pk))
        form.locator("[name=kind]").select_option(kind)
        form.locator("button[name=choose]").click()
    assert guide.letter.addressees.count() == 5
    guide.picture("addressees")


def _naming(part: str) -> dict[str, str]:
    return {"name__contains" if part in ("Kakar", "Raja") else "office__contains": part}
