"""A follow-up letter takes over officials, asks and organisations of the earlier one."""

from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from letters import services
from letters.models import Letter, Official
from letters.services.follow_up import start_follow_up
from letters.services.registry import succeed_official
from signatures.follow import invite_again
from signatures.models import Invitation
from tests import factories
from tests.conftest import MemberClient
from tests.signatures.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier(member_client: MemberClient) -> Letter:
    return factories.make_letter(
        coalition=member_client.coalition, slug="earlier", languages=["en", "ur"], addressees=2, copies=1
    )


def address(letter: Letter) -> str:
    return reverse("desk:follow_up", args=[letter.lead.slug, letter.pk])


def begin(client: Client, letter: Letter, **changed: Any) -> Letter:
    data = {"title": "Keep your promise", "asks": ["1", "3"], **changed}
    assert client.post(address(letter), data).status_code == 302
    return Letter.objects.filter(follows=letter).latest("pk")


def test_a_follow_up_takes_over_asks_officials_and_languages(
    member_client: MemberClient, earlier: Letter
) -> None:
    follow_up = begin(member_client, earlier)
    assert follow_up.state == Letter.State.DRAFT
    assert follow_up.edition.asks_in("en") == [
        (1, factories.ASKS["en"][0]),
        (2, factories.ASKS["en"][2]),
    ]
    assert follow_up.edition.asks_in("ur")[1] == (2, factories.ASKS["ur"][2])
    assert {text.language for text in follow_up.edition.texts.all()} == {"en", "ur"}
    assert [[a.official_id for a in group] for group in follow_up.to_and_cc()] == [
        [a.official_id for a in group] for group in earlier.to_and_cc()
    ]


def test_who_holds_the_office_now_is_addressed_and_told_of(
    member_client: MemberClient, earlier: Letter
) -> None:
    former, gone, copy = (
        earlier.addressees.order_by("-kind", "position")[number].official for number in range(3)
    )
    assert former
    assert gone
    assert copy
    present, _is_new = succeed_official(
        former, since=timezone.localdate(), name="New Minister", email="new@example.org", language="en"
    )
    Official.objects.filter(pk=gone.pk).update(held_until=timezone.localdate())
    html = member_client.get(address(earlier)).content.decode()
    assert "New Minister" in html
    assert f"in place of <bdi>{former.name}</bdi>" in html
    assert "is left out" in html
    follow_up = begin(member_client, earlier)
    assert {a.official_id for a in follow_up.addressees.all()} == {present.pk, copy.pk}


def test_an_ask_that_all_have_kept_is_not_put_again(member_client: MemberClient, earlier: Letter) -> None:
    for official in earlier.to_and_cc()[0]:
        factories.make_answer(earlier, 1, addressee=official, state="kept")
    factories.make_answer(earlier, 2, state="kept")
    html = member_client.get(address(earlier)).content.decode()
    assert f"1. {factories.ASKS['en'][0]}" not in html
    assert f"2. {factories.ASKS['en'][1]}" in html
    response = member_client.post(address(earlier), {"title": "T", "asks": ["1"]})
    assert response.status_code == 422


def test_organisations_that_stand_are_invited_and_nothing_is_mailed(
    member_client: MemberClient, earlier: Letter, mailbox: list[Any]
) -> None:
    known = factories.make_organisation(earlier.lead)
    Invitation.objects.create(
        letter=earlier, organisation=known, sealed=b"contact", language="ur", zone="Asia/Karachi"
    )
    unknown = factories.make_organisation(earlier.lead)
    for organisation in (known, unknown):
        factories.make_signature(earlier, kind="organisation", organisation=organisation)
    for state in ("withdrawn", "waiting", "removed"):
        factories.make_signature(earlier, kind="organisation", state=state)
    silent = factories.make_organisation(earlier.lead)
    Invitation.objects.create(letter=earlier, organisation=silent)
    follow_up = begin(member_client, earlier)
    invited = {row.organisation_id: row for row in follow_up.invitations.all()}
    assert set(invited) == {known.pk, unknown.pk}
    row = invited[known.pk]
    assert row.sealed is not None
    assert (bytes(row.sealed), row.language, row.zone) == (b"contact", "ur", "Asia/Karachi")
    assert invited[unknown.pk].sealed is None
    assert {(row.invited_at, row.answer) for row in invited.values()} == {(None, "")}
    assert not mailbox
    assert invite_again(earlier, follow_up).number == 0


def test_a_revoked_invitations_contact_is_not_used_again(earlier: Letter) -> None:
    organisation = factories.make_organisation(earlier.lead)
    Invitation.objects.create(
        letter=earlier, organisation=organisation, sealed=b"contact", revoked_at=timezone.now()
    )
    factories.make_signature(earlier, kind="organisation", organisation=organisation)
    follow_up, _is_new = start_follow_up(earlier, title="T", asks=[])
    assert invite_again(earlier, follow_up) == (1, 1)


def test_pressed_twice_there_is_one_draft(member_client: MemberClient, earlier: Letter) -> None:
    first = begin(member_client, earlier)
    assert begin(member_client, earlier) == first
    assert begin(member_client, earlier, another="on") != first


def test_a_letter_that_is_not_public_has_no_follow_up(member_client: MemberClient) -> None:
    draft = factories.make_letter(coalition=member_client.coalition, state="draft")
    assert member_client.post(address(draft), {"title": "T"}).status_code == 409
    assert not draft.followed_by.exists()


def test_the_two_letters_link_each_other_once_both_are_public(
    member_client: MemberClient, earlier: Letter
) -> None:
    follow_up = begin(member_client, earlier, title="A promise to keep")
    before = member_client.get("/letters/earlier/").content.decode()
    assert "A promise to keep" not in before
    for language in ("en", "ur"):
        services.save_text(
            follow_up,
            language=language,
            title="A promise to keep",
            salutation="",
            body="Some words.",
            closing="",
            asks=[],
        )
    services.open_letter(follow_up)
    caches["pages"].clear()
    html = member_client.get("/letters/earlier/").content.decode()
    assert f'href="{follow_up.get_absolute_url()}"' in html
    assert "A promise to keep" in html
    assert 'href="/letters/earlier/"' in member_client.get(follow_up.get_absolute_url()).content.decode()
    ur = member_client.get("/letters/earlier/ur/").content.decode()
    assert f'href="{follow_up.get_absolute_url()}ur/"' in ur


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_for_more_organisations(
    member_client: MemberClient,
    earlier: Letter,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(number):
        factories.make_signature(earlier, kind="organisation")
    with django_assert_num_queries(16):
        assert member_client.get(address(earlier)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_a_follow_up_at_once_get_one() -> None:
    earlier = factories.make_letter()
    factories.make_signature(earlier, kind="organisation")

    def beginning() -> Any:
        return start_follow_up(earlier, title="T", asks=[1])

    results = at_once(*[beginning] * 4)
    assert sorted(is_new for _letter, is_new in results) == [False, False, False, True]
    assert earlier.followed_by.count() == 1


def test_two_offices_that_one_person_holds_now_are_one_addressee(
    member_client: MemberClient, earlier: Letter
) -> None:
    former = earlier.to_and_cc()[0][0].official
    assert former
    present, _is_new = succeed_official(
        former, since=timezone.localdate(), name="New Minister", email="new@example.org", language="en"
    )
    earlier.addressees.filter(kind="cc").update(official=present)
    follow_up = begin(member_client, earlier)
    assert follow_up.addressees.get(official=present).kind == "to"
