"""What is typed for a name neither hides, nor covers the names of others, nor carries a link to a stranger."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from signatures.forms import IndividualForm, OrganisationForm
from signatures.quotas import MAILS_A_DAY, charge
from signatures.rules import clean_name, clean_text, name_key
from signatures.services import confirm
from tests import factories


@pytest.mark.parametrize("name", ["\u3164\u3164", "\u115f", "\u2800\u2800 x", "Sana\uffa0", "_", "__ _"])
def test_a_name_that_shows_nothing_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        clean_name(name)


@pytest.mark.parametrize("clean", [clean_name, clean_text])
def test_a_pile_of_marks_is_refused(clean: object) -> None:
    with pytest.raises(ValidationError):
        clean("Sana Mirza of a long name" + "\u0301\u0302\u0303" * 3)  # type: ignore[operator]


@pytest.mark.parametrize(
    "name",
    [
        "\u0646\u064e\u0651\u062f\u0649",
        "Nguy\u1ec5n V\u0103n A\u0301\u0323",
        "\u05d1\u05bc\u05b0\u05e8\u05b5\u0591\u05d0\u05e9\u05b4\u05c1\u0596\u05d9\u05ea",
        "\u0f56\u0f66\u0f92\u0fb2\u0f74\u0f56\u0f66",
        "\u0e19\u0e49\u0e33\u0e1c\u0e36\u0e49\u0e07",
        "\u845b\U000e0100\u57ce",
        "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f\u064c",
        "7amleh",
        "J.R.R. Tolkien",
        "Booking.com",
        "A/B",
    ],
)
def test_names_of_people_are_taken(name: str) -> None:
    assert clean_name(name)


@pytest.mark.parametrize("name", ["Win at evil.com/x", "evil.example/prize now"])
def test_a_name_carries_no_link(name: str) -> None:
    with pytest.raises(ValidationError):
        clean_name(name)


@pytest.mark.parametrize("hidden", ["\u034f", "\u200d", "\ufe0f", "\U000e0100"])
def test_what_shows_nothing_makes_no_other_organisation(hidden: str) -> None:
    assert name_key(f"Access{hidden} Now") == name_key("Access Now")


@pytest.mark.parametrize(
    ("form", "field", "length"),
    [(IndividualForm, "name", 120), (OrganisationForm, "organisation", 160), (IndividualForm, "role", 120)],
)
def test_a_length_is_that_of_what_is_stored(form: type, field: str, length: int) -> None:
    # Each of these is two characters in NFC.
    assert field in form({field: "\u0958" * length}).errors
    assert field not in form({field: "\u0958" * (length // 2)}).errors


@pytest.mark.django_db
def test_the_longest_name_is_confirmed(client: Client) -> None:
    letter = factories.make_letter()
    form = {"kind": "individual", "email": "a@example.org", "country": "IN", "exposure": "public"}
    longest = {"name": "\u0958" * 60, "role": "\u0958" * 60, "affiliation": "\u0958" * 80}
    assert client.post(f"/letters/{letter.slug}/sign/", form | longest).status_code == 303
    assert confirm(letter.signatures.get()).state == "confirmed"


# --- Quotas -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_tags_and_dots_give_no_more_mails_a_day() -> None:
    variants = [f"vic{'.' if n % 2 else ''}tim+{n}@Example.ORG" for n in range(MAILS_A_DAY * 3)]
    assert sum(charge([variant])[0] for variant in variants) == MAILS_A_DAY
    assert charge(["victima@example.org"]) == [True]
