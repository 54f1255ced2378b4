"""From the launch to what the officials answered."""

from datetime import timedelta
from itertools import product

from django.utils import timezone
from playwright.sync_api import Page, expect

from deliveries.models import Delivery
from signatures.models import Signature
from signatures.tallies import fold_tallies
from tests import factories
from tests.browser.guide.desk import Guide
from tests.parts.process import wait_until

GIVEN = ("Zara", "Imran", "Hina", "Tariq", "Meera", "Samuel", "Claire", "Amina")
FAMILY = ("Malik", "Yousafzai", "Jamali", "Baloch", "Otieno", "Moreau")
COUNTRIES = ("PK", "PK", "IN", "PK", "BD", "KE", "PK", "FR", "DE", "PK", "GB", "CL", "TN")
ROLES = ("Teacher", "Polling agent", "Journalist", "Shopkeeper", "Lawyer", "", "Nurse")
WAITING = (
    ("Multan Teachers’ Union", "PK", "multanteachers.example"),
    ("Asociación Voz Abierta", "MX", "vozabierta.example"),
    ("Harare Digital Society", "ZW", "hds.example"),
)


def publish(guide: Guide) -> None:
    """After a change that an organisation asked for, which the translations do not follow yet."""
    guide.tab("Text")
    body = guide.desk.input_value("[name=body]")
    guide.desk.fill("[name=body]", body.replace("the need to call for help", "the need to reach a doctor"))
    guide.desk.locator(".save-bar .btn-primary").click()
    guide.told("Saved.")
    guide.tab("Overview")
    guide.picture("overview")
    guide.follow("Publish …")
    guide.told("Warning:")
    guide.picture("publish")
    guide.desk.check("[name=accepted]")
    guide.press("Publish now")
    guide.told("This letter is public.")


def hand_it_over(guide: Guide) -> None:
    guide.tab("Handing over")
    guide.picture("handing-over")
    guide.press("Hand over to")
    guide.smtp.wait_for(1, to="chief.commissioner@ecp.example.org", seconds=40)


def read_the_ledger(guide: Guide) -> None:
    accepted = Delivery.objects.filter(state="accepted")
    wait_until(lambda: accepted.count() == 5, seconds=40, what="the ledger")
    guide.tab("Handing over")
    guide.told("accepted")
    guide.picture("ledger")


def sign_as_a_person(guide: Guide) -> None:
    visitor = guide.new_page(width=360, height=740, javascript=False)
    visitor.goto(guide.url + "/letters/keep-it-on/")
    _sign(visitor)
    visitor.goto(guide.link_to("ayesha@example.net", "/signatures/"))
    visitor.locator("button.btn-primary").click()
    expect(visitor).to_have_url(guide.url + "/letters/keep-it-on/en/thanks/")
    _others_sign(guide)
    guide.tab("Signatures")
    guide.desk.get_by_role("navigation", name="Who signed").get_by_role("link").last.click()
    guide.told("Ayesha Khan")
    guide.picture("signatures")


def _sign(visitor: Page) -> None:
    form = visitor.locator("form[method=post]")
    form.locator("[name=name]").fill("Ayesha Khan")
    form.locator("[name=email]").fill("ayesha@example.net")
    form.locator("[name=country]").select_option("PK")
    form.locator("button[type=submit]").click()


def _others_sign(guide: Guide) -> None:
    """Two days later, as it were."""
    now = timezone.now()
    guide.letter.refresh_from_db()
    type(guide.letter).objects.filter(pk=guide.letter.pk).update(opened_at=now - timedelta(hours=47))
    for place, (given, family) in enumerate(product(GIVEN, FAMILY)):
        factories.make_signature(
            guide.letter,
            name=f"{given} {family}",
            country=COUNTRIES[place % len(COUNTRIES)],
            role=ROLES[place % len(ROLES)],
            exposure="initials" if place % 6 == 5 else "public",
            confirmed_at=now - timedelta(minutes=place * place),
        )
    for name, country, host in WAITING:
        website = f"https://{host}/"
        organisation = factories.make_organisation(
            guide.letter.lead, name=name, country=country, website=website, domain=host
        )
        factories.make_signature(
            guide.letter,
            kind="organisation",
            state="waiting",
            organisation=organisation,
            website=website,
            email=f"secretary@{host}",
            name="Nadia Aslam",
            role="Secretary",
            confirmed_at=None,
        )
    fold_tallies()


def decide(guide: Guide) -> None:
    guide.tab("To decide")
    guide.told("Multan Teachers’ Union")
    guide.picture("to-decide")
    guide.follow("Multan Teachers’ Union")
    guide.desk.get_by_label("What you checked").fill("Registered with the province; their office answered.")
    guide.picture("signature")
    guide.desk.locator("[name=organisation]").first.check()
    guide.press("Approve")
    assert Signature.objects.filter(letter=guide.letter, state="waiting").count() == 2


def read_the_numbers(guide: Guide) -> None:
    guide.tab("Numbers")
    guide.picture("numbers")


def correct_it(guide: Guide) -> None:
    guide.tab("Editions")
    guide.press("Begin a revision")
    body = guide.desk.input_value("[name=body]")
    guide.desk.fill("[name=body]", body.replace("at least 11 shutdowns", "at least eleven shutdowns"))
    guide.desk.locator(".save-bar .btn-primary").click()
    guide.told("Saved.")
    guide.tab("Editions")
    guide.follow("See what changed, and publish")
    expect(guide.desk.locator("ins", has_text="eleven").first).to_be_visible()
    guide.desk.fill("[name=note]", "A number is written out.")
    guide.press("Save the note")
    expect(guide.desk.locator("button[value=publish]")).to_be_visible()
    guide.picture("editions")
    guide.desk.locator("button[value=publish]").click()
    guide.tab("Editions")
    guide.told("1.1")


def alert_the_press(guide: Guide) -> None:
    guide.tab("Updates")
    guide.follow("New update")
    guide.desk.select_option("[name=kind]", "alert")
    guide.desk.fill(
        "[name=headline]", "Organisations from 24 countries to Pakistan: do not switch off the vote"
    )
    guide.press("Begin the draft")
    guide.desk.fill(
        "[name=body]",
        "In a letter to the Caretaker Prime Minister and the Chief Election Commissioner, they ask for an open "
        "and secure internet **before, during and after** the polls of 8 February.",
    )
    guide.desk.locator("[name$='-words']").first.fill(
        "People who cannot reach each other cannot be said to choose."
    )
    guide.desk.locator("[name$='-name']").first.fill("Samina Raza")
    guide.desk.locator("[name$='-role']").first.fill("Coordinator")
    guide.desk.fill("[name=contacts-0-name]", "Press desk")
    guide.desk.fill("[name=contacts-0-phone]", "+92 300 1234567")
    guide.desk.get_by_role("button", name="Save", exact=True).click()
    guide.told("Saved.")
    guide.picture("update", since=".eyebrow")
    guide.follow("Publish …")
    guide.press("Publish")
    guide.told("published")


def record_an_answer(guide: Guide) -> None:
    guide.tab("Answers")
    for ask, state, note in (
        ("2", "promised", "The regulator is instructed to keep service up through the polls."),
        ("1", "refused", "No general commitment was given."),
    ):
        guide.desk.select_option("[name=ask]", ask)
        guide.desk.select_option("[name=addressee]", str(guide.letter.addressees.all()[0].pk))
        guide.desk.select_option("[name=state]", state)
        guide.desk.fill("[name=note_en]", note)
        guide.desk.get_by_role("button", name="Record", exact=True).click()
        guide.told(note)
    guide.picture("answers")


def read_the_log(guide: Guide) -> None:
    guide.tab("Log")
    guide.told("Samina Raza")
    guide.picture("log")
