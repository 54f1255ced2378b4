"""Two mailboxes are never taken for one, and a mail goes to the mailbox that was named."""

import pytest
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.test import Client

from letters.models import Letter
from letters.rules import clean_email
from signatures.links import own_url
from signatures.mailing import send_owed_mail
from signatures.models import Organisation, Signature, State
from signatures.rules import canonical_address, clean_address, mailbox_is_on_website, website_host
from signatures.services import approve_organisation, confirm
from tests import factories

APART = [
    ("user@straße.de", "user@strasse.de"),
    ("user@φίλος.gr", "user@φίλοσ.gr"),
    ("user@аpple.com", "user@apple.com"),
    ("u.ser@example.org", "user@example.org"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_addresses_of_two_mailboxes_stay_two(one: str, other: str) -> None:
    assert canonical_address(clean_address(one)) != canonical_address(clean_address(other))


@pytest.mark.parametrize("clean", [clean_address, clean_email])
@pytest.mark.parametrize("address", [address for pair in APART for address in pair])
def test_an_address_is_mailed_where_it_leads(address: str, clean: object) -> None:
    cleaned = clean(address)  # type: ignore[operator]
    assert cleaned.isascii()
    assert sanitize_address(cleaned, "utf-8") == cleaned


@pytest.mark.parametrize("clean", [clean_address, clean_email])
@pytest.mark.parametrize("local", ["ü" * 30, "ü", "ſam", "ﬁona", "ß"])
def test_a_mailbox_that_cannot_be_mailed_is_refused(local: str, clean: object) -> None:
    with pytest.raises(ValidationError):
        clean(f"{local}@example.org")  # type: ignore[operator]


def test_a_look_alike_domain_opens_nobodys_signature(client: Client, db: None, mailoutbox: list) -> None:
    letter = factories.make_letter()
    sign(client, letter, "user@straße.de")
    victim = letter.signatures.get()
    confirm(victim)
    mailoutbox.clear()
    sign(client, letter, "user@strasse.de")
    client.post(f"/letters/{letter.slug}/en/lost-link/", {"email": "user@strasse.de"})
    send_owed_mail()
    victims_link = "/signatures/" + own_url(victim).split("/signatures/")[1].split(".")[0] + "."
    assert {address for mail in mailoutbox for address in mail.to} == {"user@strasse.de"}
    assert not any(victims_link in str(mail.body) for mail in mailoutbox)


def test_the_link_of_a_standing_signature_goes_to_its_own_address(
    client: Client, db: None, mailoutbox: list
) -> None:
    letter = factories.make_letter()
    factories.make_signature(letter, name="Sana Mirza", email="sana.mirza@gmail.com")
    sign(client, letter, "sanamirza+x@googlemail.com", name="Somebody Else")
    client.post(f"/letters/{letter.slug}/en/lost-link/", {"email": "S.anaMirza@gmail.com"})
    send_owed_mail()
    assert [mail.to for mail in mailoutbox] == [["sana.mirza@gmail.com"]] * 2
    assert not any("Somebody Else" in str(mail.body) for mail in mailoutbox)


def sign(client: Client, letter: Letter, email: str, *, name: str = "User") -> None:
    form = {"kind": "individual", "name": name, "email": email, "country": "DE", "exposure": "public"}
    assert client.post(f"/letters/{letter.slug}/sign/", form).status_code == 303


# --- Websites -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://straße.de", "xn--strae-oqa.de"),
        ("https://STRASSE.de./", "strasse.de"),
        ("https://ｅxample.org", "example.org"),
        ("https://xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("https://example.org@evil.com", ""),
        ("https://example.org\\@evil.com", ""),
        ("https://exam\tple.org", ""),
        ("https://☃.net", ""),
        ("https://" + "a" * 70 + ".de", ""),
    ],
)
def test_a_website_has_the_host_that_a_browser_opens(website: str, host: str) -> None:
    assert website_host(website) == host


def test_a_mailbox_on_a_domain_in_another_script_is_on_its_website() -> None:
    assert mailbox_is_on_website(clean_address("x@bücher.de"), "https://www.bücher.de")
    assert not mailbox_is_on_website(clean_address("x@strasse.de"), "https://straße.de")


def test_a_look_alike_domain_does_not_sign_for_a_known_organisation(client: Client, db: None) -> None:
    letter = factories.make_letter()
    actor = factories.make_user()
    first = post_organisation(client, letter, email="chair@straße.de")
    approve_organisation(confirm(first), actor=actor)
    assert Organisation.objects.get().domain == "xn--strae-oqa.de"
    second = factories.make_letter(coalition=letter.lead)
    false = post_organisation(client, second, email="chair@strasse.de")
    assert confirm(false).state == State.WAITING


def post_organisation(client: Client, letter: Letter, *, email: str) -> Signature:
    form = {
        "kind": "organisation",
        "organisation": "Straße e.V.",
        "website": "https://straße.de",
        "country": "DE",
        "name": "A Chair",
        "role": "Chair",
        "email": email,
        "has_authority": "on",
    }
    assert client.post(f"/letters/{letter.slug}/sign/", form).status_code == 303
    return letter.signatures.latest("pk")
