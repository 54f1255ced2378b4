from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from letters.models import Letter, User
from signatures.demo import DEMO_EMAIL, DEMO_PASSWORD, load_demo
from signatures.models import Signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Any) -> Letter:
    settings.DEBUG = True
    return load_demo()


def test_the_demo_has_one_letter_in_three_languages_and_hundreds_of_signatories(demo: Letter) -> None:
    assert {text.language for text in demo.edition.texts.all()} == {"en", "fr", "ur"}
    assert demo.is_open()
    assert demo.asks.count() == 3
    to, cc = demo.to_and_cc()
    assert (len(to), len(cc) >= 5) == (2, True)
    organisations = Signature.objects.confirmed().organisations()
    assert organisations.count() == 60
    assert len(set(organisations.values_list("country", flat=True))) >= 30
    assert Signature.objects.confirmed().individuals().count() == 420


def test_loading_it_again_changes_nothing(demo: Letter) -> None:
    before = Signature.objects.count()
    call_command("load_demo")
    assert Signature.objects.count() == before
    assert Letter.objects.count() == 1


def test_the_demo_member_signs_in(demo: Letter, client: Client) -> None:
    assert client.login(email=DEMO_EMAIL, password=DEMO_PASSWORD)
    assert User.objects.get().memberships.get().role == "owner"


def test_the_letter_page_says_that_it_is_a_demo(demo: Letter, client: Client) -> None:
    for path in ("", "fr/", "ur/"):
        page = client.get(demo.get_absolute_url() + path)
        assert page.status_code == 200
        assert "note-warn" in page.text


def test_outside_of_debug_the_demo_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="everybody knows its password"):
        call_command("load_demo")
    assert not User.objects.exists()
