"""The guide as one journey in a real browser: a letter from the first draft to the officials' answers. It makes the
pictures of docs/guide.md: `make pictures` writes them into docs/images."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from letters.models import Membership
from signatures.tallies import fold_tallies
from tests import factories
from tests.browser.guide import delivering, gathering, writing
from tests.browser.guide.desk import PEOPLE, Guide
from tests.browser.pictures import Pictures
from tests.parts.site import Worker
from tests.parts.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = (
    writing.come_to_the_desk,
    writing.invite_members,
    writing.look_at_security,
    writing.begin_from_a_template,
    writing.write_the_text,
    writing.save_what_is_stale,
    writing.read_the_history,
    writing.translate,
    writing.comment,
    writing.register_officials,
    writing.address_the_letter,
    gathering.import_organisations,
    gathering.let_it_circulate,
    gathering.invite_the_room,
    gathering.sign_on_a_phone,
    gathering.follow_the_board,
    delivering.publish,
    delivering.hand_it_over,
    delivering.read_the_ledger,
    delivering.sign_as_a_person,
    delivering.decide,
    delivering.read_the_numbers,
    delivering.correct_it,
    delivering.alert_the_press,
    delivering.record_an_answer,
    delivering.read_the_log,
)
GUIDE = Path(settings.BASE_DIR, "docs", "guide.md")
SHOWN = re.compile(r"images/([\w-]+)\.png")


@pytest.fixture
def guide(
    site: Any, worker: Worker, smtp: MailServer, new_page: Callable[..., Page], tmp_path: Path
) -> Guide:
    coalition = factories.make_coalition(
        slug="open-net", name="Open Net Coalition", email="letters@opennet.example.org"
    )
    user = factories.make_user("samina@opennet.example.org", name="Samina Raza")
    admin = factories.make_member(coalition, user=user)
    _make_earlier_letters(admin)
    return Guide(site.url, smtp, new_page, Pictures(tmp_path, new_page()), admin)


def _make_earlier_letters(admin: Membership) -> None:
    for slug, title, state, days, signed in (
        ("restore-mobile-service", "Restore mobile service in Balochistan", "closed", 71, 12),
        ("no-upgrades-on-election-day", "No system upgrades on election day", "open", 12, 8),
    ):
        letter = factories.make_letter(
            coalition=admin.coalition,
            slug=slug,
            title=title,
            state=state,
            addressees=0,
            copies=0,
            opened_at=timezone.now() - timedelta(days=days),
            opens_at=timezone.now() - timedelta(days=days),
        )
        for name, country, role in PEOPLE[:signed]:
            factories.make_signature(letter, name=name, country=country, role=role)
            factories.make_signature(letter, kind="organisation", country=country)
    fold_tallies()


def test_a_letter_goes_from_a_draft_to_its_answers_and_the_guide_shows_it(guide: Guide) -> None:
    for step in STEPS:
        step(guide)
    assert set(SHOWN.findall(GUIDE.read_text())) <= set(guide.pictures.taken)
