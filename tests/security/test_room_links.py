"""The room's link in the hands of who means ill: no other organisation's name, and no stranger's mailbox filled."""

import pytest
from django.test import Client

from letters.models import Letter, OwedMail
from signatures.models import OtherName
from signatures.quotas import MAILS_A_DAY
from tests import factories
from tests.signatures.room import SIGN, invited, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Letter:
    return factories.make_letter(state="circulating")


def test_another_known_organisations_name_waits_for_a_person(letter: Letter) -> None:
    row = invited(letter, name="Access")
    factories.make_organisation(letter.lead, name="Access Now")
    post(Client(), row, {**SIGN, "organisation": "ACCESS now"})
    assert letter.signatures.get().state == "waiting"


def test_another_name_of_a_known_organisation_waits_for_a_person(letter: Letter) -> None:
    row = invited(letter, name="Access")
    other = factories.make_organisation(letter.lead, name="Something Else")
    OtherName.objects.create(
        coalition=letter.lead, organisation=other, name="Access Now", name_key="accessnow"
    )
    post(Client(), row, {**SIGN, "organisation": "Access Now"})
    assert letter.signatures.get().state == "waiting"


def test_its_own_name_stands_though_another_country_has_one_of_that_name(letter: Letter) -> None:
    row = invited(letter, name="Access")
    factories.make_organisation(letter.lead, name="Access", country="DE")
    post(Client(), row, {**SIGN, "organisation": "Access"})
    assert letter.signatures.get().state == "confirmed"


def test_a_stranger_is_mailed_a_few_links_a_day_whoever_passes_them(letter: Letter) -> None:
    rows = [invited(letter, name=f"Organisation {number} of many") for number in range(MAILS_A_DAY + 2)]
    answers = [
        post(Client(), row, {"verb": "pass", "colleague": "Bilal", "address": f"b+{number}@example.net"})
        for number, row in enumerate(rows)
    ]
    assert [answer.status_code for answer in answers] == [303] * MAILS_A_DAY + [422] * 2
    assert OwedMail.objects.filter(name="pass_link").count() == MAILS_A_DAY
    assert 'id="error_1_id_address"' in answers[-1].text
