"""Names in whose case a person looks first."""

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from letters.models import Letter
from signatures import mailing, notable, services
from signatures.links import make_token
from signatures.models import CountryTotal, NotableName, Signature
from signatures.tallies import fold_tallies
from tests import factories
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, slug="keep-it-on")


def keep(client: MemberClient, names: str, note: str = "") -> str:
    url = reverse("desk:notable_names", args=[client.coalition.slug])
    return client.post(url, {"names": names, "note": note}, follow=True).content.decode()


def confirm(signature: Signature) -> Signature:
    services.confirm(signature)
    signature.refresh_from_db()
    return signature


def pending(letter: Letter, name: str, email: str = "") -> Signature:
    return factories.make_signature(letter, state="pending", name=name, email=email)


def test_names_are_pasted_once_each_and_removed(member_client: MemberClient) -> None:
    page = keep(member_client, "Malala Yousafzai\n\n  malala  YOUSAFZAI \nعمران خان\n", "ask the office")
    assert "2 names were added." in page
    assert "عمران خان" in page
    assert "ask the office" in page
    assert "0 names were added." in keep(member_client, "Malala-Yousafzai")
    one = NotableName.objects.get(name="عمران خان")
    url = reverse("desk:notable_names", args=[member_client.coalition.slug])
    assert "عمران خان" not in member_client.post(url, {"remove": one.pk}, follow=True).content.decode()
    assert NotableName.objects.count() == 1


def test_a_line_that_is_no_name_is_told_and_nothing_is_lost(member_client: MemberClient) -> None:
    url = reverse("desk:notable_names", args=[member_client.coalition.slug])
    response = member_client.post(url, {"names": "Malala Yousafzai\nhttps://example.org/"})
    assert response.status_code == 422
    assert "Line 2:" in response.content.decode()
    assert "https://example.org/" in response.content.decode()
    assert not NotableName.objects.exists()


def test_another_coalitions_name_is_not_removed(member_client: MemberClient) -> None:
    theirs = factories.make_coalition()
    notable.add_names(theirs, ["Malala Yousafzai"], actor=member_client.user)
    url = reverse("desk:notable_names", args=[member_client.coalition.slug])
    member_client.post(url, {"remove": theirs.notable_names.get().pk})
    assert theirs.notable_names.exists()


def test_who_confirms_under_a_notable_name_waits_and_is_told_so(
    member_client: MemberClient, letter: Letter, client: Client
) -> None:
    keep(member_client, "Malala Yousafzai")
    row = pending(letter, "MALALA  Yousafzai")
    posted = client.post(reverse("signatures:own", args=[make_token(row)]), {"verb": "confirm"}, follow=True)
    assert "looks at your signature before it is listed" in posted.content.decode()
    row.refresh_from_db()
    assert (row.state, row.public_name, row.confirmed_at) == ("waiting", "", None)
    fold_tallies()
    assert not CountryTotal.objects.exists()
    own = client.get(reverse("signatures:own", args=[make_token(row)])).content.decode()
    assert "looks at your signature before it is listed" in own
    assert "organisation" not in own.partition("<h1>")[2]


def test_others_and_those_of_other_coalitions_letters_do_not_wait(
    member_client: MemberClient, letter: Letter
) -> None:
    keep(member_client, "Malala Yousafzai")
    assert confirm(pending(letter, "Malala Yousafzai Khan")).state == "confirmed"
    assert confirm(pending(factories.make_letter(), "Malala Yousafzai")).state == "confirmed"


def test_who_takes_a_notable_name_afterwards_waits_too(member_client: MemberClient, letter: Letter) -> None:
    keep(member_client, "Malala Yousafzai")
    row = confirm(pending(letter, "Ayesha Khan"))
    fold_tallies()
    services.change(row, name="Malala Yousafzai", country="PK", exposure="public", wants_updates=False)
    fold_tallies()
    row.refresh_from_db()
    assert (row.state, row.public_name) == ("waiting", "")
    assert CountryTotal.objects.get().count == 0


def test_who_stood_under_the_name_before_it_was_kept_goes_on_standing(
    member_client: MemberClient, letter: Letter
) -> None:
    row = confirm(pending(letter, "Malala Yousafzai"))
    keep(member_client, "Malala Yousafzai")
    services.change(row, name="Malala Yousafzai", country="IN", exposure="public", wants_updates=True)
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_the_signatures_own_page_at_the_desk_approves_and_mails(
    member_client: MemberClient, letter: Letter, mailbox: list[EmailMessage]
) -> None:
    keep(member_client, "Malala Yousafzai")
    row = confirm(pending(letter, "Malala Yousafzai", "m@example.net"))
    url = reverse("desk:signature", args=[letter.lead.slug, letter.pk, row.pk])
    assert "The coalition looks out for this name." in member_client.get(url).content.decode()
    assert (
        "Whoever signed is told by mail" in member_client.post(f"{url}approve/", follow=True).content.decode()
    )
    mailing.send_owed_mail()
    assert [mail.to for mail in mailbox] == [["m@example.net"]]
    row.refresh_from_db()
    assert (row.state, row.public_name) == ("confirmed", "Malala Yousafzai")


def test_who_waited_and_was_removed_waits_again_when_restored(
    member_client: MemberClient, letter: Letter
) -> None:
    keep(member_client, "Malala Yousafzai")
    row = confirm(pending(letter, "Malala Yousafzai"))
    services.remove_signature(row, actor=member_client.user, reason="an impostor")
    url = reverse("desk:signature", args=[letter.lead.slug, letter.pk, row.pk])
    assert "it waits for your decision again" in member_client.get(url).content.decode()
    assert services.restore_signature(row, actor=member_client.user).state == "waiting"


def test_looking_a_name_up_is_one_query(
    member_client: MemberClient, letter: Letter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    keep(member_client, "Malala Yousafzai")
    with django_assert_num_queries(1):
        assert notable.is_notable(letter.pk, "Malala Yousafzai")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_more_names(
    member_client: MemberClient, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    keep(member_client, "\n".join(f"Name {'abc'[number]}" for number in range(rows)))
    url = reverse("desk:notable_names", args=[member_client.coalition.slug])
    with django_assert_num_queries(4):
        assert member_client.get(url).content.decode().count('name="remove"') == rows
