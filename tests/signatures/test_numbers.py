"""A letter in numbers: what is counted, by whom it may be read, and how it is taken home."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaign.countries import COUNTRY_CODES
from deliveries.services import make_occasion
from letters.models import Letter
from signatures import mailing, services, worldmap
from signatures.breakdowns import delay_of
from signatures.models import Breakdown, Signature
from signatures.tallies import fold_tallies, recount_tallies
from tests import factories
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, slug="keep-it-on")


def read(client: Client, letter: Letter, name: str = "numbers", *more: Any) -> str:
    response = client.get(reverse(f"desk:{name}", args=[letter.lead.slug, letter.pk, *more]))
    assert response.status_code == 200
    return response.content.decode()


def told(letter: Letter, dimension: str) -> dict[str, int]:
    rows = Breakdown.objects.filter(letter=letter, dimension=dimension).exclude(count=0)
    return dict(rows.values_list("value", "count"))


def signed(letter: Letter, taken: timedelta = timedelta(seconds=20), **fields: Any) -> Signature:
    now = timezone.now()
    return factories.make_signature(letter, consented_at=now - taken, confirmed_at=now, **fields)


# --- Counting --------------------------------------------------------------------------------------------------


def test_signatures_are_counted_by_language_referrer_and_delay(letter: Letter) -> None:
    signed(letter, language="ur", referrer="site")
    signed(letter, timedelta(minutes=3), language="en", referrer="none")
    signed(letter, timedelta(days=4), language="ur", referrer="site")
    signed(letter, language="en", origin="imported")
    factories.make_signature(letter, state="pending", language="fr")
    fold_tallies()
    fold_tallies()
    assert told(letter, "language") == {"ur": 2, "en": 2}
    assert told(letter, "referrer") == {"site": 2, "none": 1, "": 1}
    assert told(letter, "delay") == {"1m": 1, "5m": 1, "longer": 1}


@pytest.mark.parametrize(
    ("seconds", "code"), [(0, "1m"), (59, "1m"), (60, "5m"), (3599, "1h"), (3600, "1d"), (86400, "longer")]
)
def test_a_delay_has_one_name(seconds: int, code: str) -> None:
    assert delay_of(timedelta(seconds=seconds)) == code


def test_who_withdraws_is_counted_out_of_what_they_were_counted_in(letter: Letter) -> None:
    row = signed(letter, language="ur")
    signed(letter, language="ur")
    fold_tallies()
    services.change(row, name="Ayesha Khan", country="IN", exposure="counted", wants_updates=False)
    fold_tallies()
    assert told(letter, "language") == {"ur": 2}
    services.withdraw(row)
    fold_tallies()
    assert told(letter, "language") == {"ur": 1}
    assert told(letter, "delay") == {"1m": 1}


def test_who_is_removed_and_restored_is_counted_once(letter: Letter) -> None:
    row, actor = signed(letter), factories.make_user()
    fold_tallies()
    services.remove_signature(row, actor=actor, reason="x")
    services.restore_signature(row, actor=actor)
    fold_tallies()
    assert told(letter, "language") == {"en": 1}
    services.remove_signature(row, actor=actor, reason="x")
    fold_tallies()
    assert told(letter, "language") == {}


def test_the_recount_repairs_what_was_lost_and_what_was_invented(letter: Letter) -> None:
    signed(letter, language="ur", referrer="site")
    signed(letter, timedelta(hours=2), language="ur", mailed_at=timezone.now())
    fold_tallies()
    assert recount_tallies() == 1  # who was asked by mail before that was counted
    assert told(letter, "mailed") == {"": 1}
    right = list(Breakdown.objects.order_by("pk").values_list("dimension", "value", "count"))
    Breakdown.objects.filter(dimension="language").delete()
    Breakdown.objects.filter(dimension="delay", value="1d").update(count=7)
    Breakdown.objects.create(letter=letter, dimension="referrer", value="other", count=3)
    assert recount_tallies() == 3
    found = Breakdown.objects.exclude(count=0).values_list("dimension", "value", "count")
    assert set(found) == set(right)
    assert recount_tallies() == 0


def test_who_was_asked_to_confirm_is_counted_once(letter: Letter, mailbox: list[EmailMessage]) -> None:
    owed: dict[str, Any] = {"mail": "confirm", "mail_due_at": timezone.now()}
    row = factories.make_signature(letter, state="pending", **owed)
    factories.make_signature(letter, state="pending", **owed)
    standing = signed(letter, email="ayesha@example.net")
    factories.make_signature(letter, state="pending", email="ayesha@example.net", **owed)
    mailing.send_owed_mail()
    assert len(mailbox) == 3
    assert told(letter, "mailed") == {"": 2}
    services.renew_link(row)
    services.remove_signature(standing, actor=factories.make_user(), reason="x")
    mailing.send_owed_mail()
    assert len(mailbox) == 5
    assert told(letter, "mailed") == {"": 2}


# --- The page --------------------------------------------------------------------------------------------------


def test_the_numbers_stand_in_the_map_and_beside_it(member_client: MemberClient, letter: Letter) -> None:
    for _number in range(12):
        signed(letter, language="ur", referrer="site")
    signed(letter, country="MV")
    Breakdown.objects.create(letter=letter, dimension="mailed", value="", count=26)
    make_occasion(letter)
    fold_tallies()
    page = read(member_client, letter)
    assert "<title>Pakistan: 12</title>" in page
    assert "<title>Maldives: 1</title>" in page
    assert re.search(r"Pakistan <span[^>]*>PK</span></th><td>0</td><td>12</td>", page)
    assert "Urdu" in page
    assert "50 %" in page
    assert "a page of this site" in page
    assert re.search(r"<td>queued</td><td>3</td>", page)
    assert "<script" not in page.partition("<main")[2]
    assert "style=" not in page


def test_a_letter_without_signatures_says_so(member_client: MemberClient, letter: Letter) -> None:
    page = read(member_client, letter)
    assert "Nobody is counted yet." in page
    assert "It has not been handed over yet." in page


def test_who_may_not_see_who_signed_is_not_told_of_a_few(
    member_client: MemberClient, letter: Letter, client: Client
) -> None:
    for _number in range(6):
        signed(letter, language="ur")
    for country in ("MV", "MV", "BT", "NP", "LK"):
        signed(letter, country=country, language="fr")
    fold_tallies()
    assert "<title>Maldives: 2</title>" in read(member_client, letter)
    client.force_login(factories.make_member(letter.lead, role="viewer").user)
    page = read(client, letter)
    assert "<title>Maldives: 0</title>" in page
    assert re.search(r"Other countries</th><td></td><td>5</td>", page)
    assert "fewer than five" in page
    rows = list(csv.reader(io.StringIO(read(client, letter, "numbers_export", "csv"))))
    assert ["people by country", "other", "5"] in rows
    assert not any("MV" in row for row in rows)


def test_the_numbers_are_taken_home(member_client: MemberClient, letter: Letter) -> None:
    signed(letter, country="IN", language="ur")
    fold_tallies()
    rows = json.loads(read(member_client, letter, "numbers_export", "json"))
    assert {"dimension": "people by country", "value": "IN", "count": 1} in rows
    assert {"dimension": "language", "value": "ur", "count": 1} in rows
    written = list(csv.DictReader(io.StringIO(read(member_client, letter, "numbers_export", "csv"))))
    assert [{**row, "count": str(row["count"])} for row in rows] == written
    url = reverse("desk:numbers_export", args=[letter.lead.slug, letter.pk, "exe"])
    assert member_client.get(url).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_more_of_everything(
    member_client: MemberClient, letter: Letter, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        signed(letter, country=["PK", "IN", "SE"][number], language=["ur", "en", "fr"][number])
        make_occasion(letter, again=True)
    fold_tallies()
    with django_assert_num_queries(16):
        read(member_client, letter)


def test_every_country_has_one_tile() -> None:
    places = worldmap.grid()
    assert set(places) == COUNTRY_CODES
    assert len(set(places.values())) == len(places)
    text = worldmap._DATA.read_text()
    assert all(
        len(re.findall(rf"\b{code}\b", text.partition("\n")[2].partition("\n")[2])) == 1 for code in places
    )


@pytest.mark.parametrize(("number", "told_as"), [(0, ""), (7, "7"), (12_345, "12K"), (3_000_000, "3M")])
def test_a_tile_tells_its_number_and_a_bar_its_digits(number: int, told_as: str) -> None:
    tiles = {tile.code: tile for tile in worldmap.draw_world({"PK": number, "IN": 99}).tiles}
    assert tiles["PK"].told == told_as
    assert (tiles["PK"].bar > tiles["IN"].bar) == (number > 99)
