"""The coalition's registry of organisations: found, corrected, added by hand, merged and parted again."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from letters.models import Letter
from signatures import merging, registry
from signatures.contacts import Contact
from signatures.models import Invitation, Organisation, OrganisationMerge, OtherName, Signature
from tests import factories
from tests.conftest import MemberClient
from tests.signatures.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, slug="keep-it-on")


def address(name: str, *parts: Any) -> str:
    return reverse(f"desk:{name}", args=parts)


def page_of(client: Client, one: Organisation) -> str:
    return client.get(address("organisation", one.coalition.slug, one.pk)).content.decode()


def invite(letter: Letter, organisation: Organisation, **fields: Any) -> Invitation:
    return Invitation.objects.create(letter=letter, organisation=organisation, **fields)


# --- The list -----------------------------------------------------------------------------------------------------


def test_organisations_are_read_by_name_a_page_at_a_time(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "ON_A_PAGE", 2)
    url = address("organisations", letter.lead.slug)
    assert "No organisation is recorded yet" in member_client.get(url).content.decode()
    for name, country in (("Cedar", "PK"), ("Alder", "PK"), ("Birch", "PK"), ("Birch", "SE")):
        factories.make_organisation(letter.lead, name=name, country=country)
    foreign = factories.make_organisation(name="Foreign")
    first = registry.organisations_page(letter.lead)
    assert [(one.name, one.country) for one in first.rows] == [("Alder", "PK"), ("Birch", "PK")]
    second = registry.organisations_page(letter.lead, after=first.next)
    assert [(one.name, one.country) for one in second.rows] == [("Birch", "SE"), ("Cedar", "PK")]
    assert second.next == 0
    assert "Foreign" not in member_client.get(url).content.decode()
    assert "Alder" in member_client.get(url, {"after": str(foreign.pk)}).content.decode()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "ald"}, ["Alder"]),
        ({"q": "AL-D"}, ["Alder"]),
        ({"q": "old name"}, ["Birch"]),
        ({"country": "SE"}, ["Cedar"]),
        ({"q": "a", "country": "SE"}, []),
        ({"country": "nowhere"}, ["Alder", "Birch", "Cedar"]),
        ({"q": "%"}, ["Alder", "Birch", "Cedar"]),
    ],
)
def test_the_list_is_searched_by_beginning_and_country(
    member_client: MemberClient, asked: dict[str, str], expected: list[str]
) -> None:
    home = member_client.coalition
    for name, country in (("Alder", "PK"), ("Birch", "PK"), ("Cedar", "SE")):
        factories.make_organisation(home, name=name, country=country)
    birch = Organisation.objects.get(name="Birch")
    OtherName.objects.create(coalition=home, organisation=birch, name="Old Name", name_key="oldname")
    page = member_client.get(address("organisations", home.slug), asked).content.decode()
    assert [name for name in ("Alder", "Birch", "Cedar") if f"<bdi>{name}</bdi>" in page] == expected


def test_the_pages_cost_the_same_with_one_row_and_with_three(
    member_client: MemberClient, letter: Letter
) -> None:
    home, counts = member_client.coalition, []
    one = factories.make_organisation(home, name="Alder")
    for number in range(3):
        other = factories.make_letter(coalition=home)
        invite(other, one, sealed=Contact("Sana", "sana@alder.example.org").seal())
        factories.make_signature(other, kind="organisation", organisation=one)
        merging.merge_organisations(one, factories.make_organisation(home), actor=member_client.user)
        with CaptureQueriesContext(connection) as queries:
            member_client.get(address("organisations", home.slug))
            member_client.get(address("organisation", home.slug, one.pk))
        counts.append(len(queries))
        factories.make_organisation(home, name=f"Birch {number}")
    assert counts == [12, 12, 12]


# --- One ----------------------------------------------------------------------------------------------------------


def test_an_organisation_is_corrected(member_client: MemberClient) -> None:
    one = factories.make_organisation(member_client.coalition, name="Bolo Bi", country="IN")
    url = address("organisation", member_client.coalition.slug, one.pk)
    answer = member_client.post(url, {"name": " Bolo  Bhi ", "country": "PK", "website": "bolobhi.org"})
    assert answer.status_code == 302
    one.refresh_from_db()
    assert (one.name, one.name_key, str(one.country), one.website, one.domain) == (
        "Bolo Bhi",
        "bolobhi",
        "PK",
        "https://bolobhi.org",
        "bolobhi.org",
    )


@pytest.mark.parametrize(
    ("website", "kept"), [("https://www.bolobhi.org/about", True), ("https://evil.example", False)]
)
def test_with_another_domain_it_counts_as_not_reviewed(
    member_client: MemberClient, website: str, kept: bool
) -> None:
    one = factories.make_organisation(
        member_client.coalition,
        name="Bolo Bhi",
        website="https://bolobhi.org",
        domain="bolobhi.org",
        verified_at=timezone.now(),
    )
    url = address("organisation", member_client.coalition.slug, one.pk)
    member_client.post(url, {"name": "Bolo Bhi", "country": "PK", "website": website})
    one.refresh_from_db()
    assert bool(one.verified_at) is kept


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "https://x.org"}, "Links and markup are not allowed"),
        ({"website": "no site"}, "not the address of a website"),
        ({"name": "Alder"}, "another one of this name"),
        ({"country": "XX"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_saved_is_told_and_not_lost(
    member_client: MemberClient, typed: dict[str, str], told: str
) -> None:
    factories.make_organisation(member_client.coalition, name="Alder", country="PK")
    one = factories.make_organisation(member_client.coalition, name="Birch", country="PK")
    data = {"name": "Birch", "country": "PK", "website": "https://typed.example", **typed}
    answer = member_client.post(address("organisation", member_client.coalition.slug, one.pk), data)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert data["website"] in answer.content.decode()
    one.refresh_from_db()
    assert one.name == "Birch"


def test_contacts_are_told_to_those_who_invite_alone(
    member_client: MemberClient, client: Client, letter: Letter
) -> None:
    one = factories.make_organisation(letter.lead)
    invite(letter, one, sealed=Contact("Sana", "sana@alder.example.org").seal())
    assert "sana@alder.example.org" in page_of(member_client, one)
    for role in ("viewer", "moderator"):
        client.force_login(factories.make_member(letter.lead, role=role).user)
        page = page_of(client, one)
        assert one.name in page
        assert "alder.example.org" not in page


def test_one_is_added_by_hand_and_to_a_room(member_client: MemberClient, letter: Letter) -> None:
    url = address("organisation_new", letter.lead.slug)
    data = {
        "name": "Bolo Bhi",
        "country": "PK",
        "website": "",
        "letter": letter.pk,
        "contact_name": "Sana",
        "contact_email": "sana@bolo.example.org",
    }
    member_client.post(url, data)
    place = Invitation.objects.get()
    assert (place.organisation.name, place.zone, place.invited_at) == ("Bolo Bhi", "Asia/Karachi", None)
    assert Contact.open(place.sealed or b"") == Contact("Sana", "sana@bolo.example.org")
    page = member_client.post(url, data, follow=True).content.decode()
    assert "It was in the registry already" in page
    assert "in the room already" in page
    assert (Organisation.objects.count(), Invitation.objects.count()) == (1, 1)


def test_one_that_is_alike_is_shown_before_it_is_added(member_client: MemberClient) -> None:
    factories.make_organisation(member_client.coalition, name="Access Now", country="US")
    url = address("organisation_new", member_client.coalition.slug)
    data = {"name": "The Access Now", "country": "US"}
    answer = member_client.post(url, data)
    assert answer.status_code == 422
    assert "It may be one that the registry has already" in answer.content.decode()
    assert Organisation.objects.count() == 1
    member_client.post(url, {**data, "is_another": "on"})
    assert Organisation.objects.count() == 2


def test_another_coalitions_letter_is_no_room_to_choose(member_client: MemberClient) -> None:
    foreign = factories.make_letter()
    url = address("organisation_new", member_client.coalition.slug)
    assert member_client.post(url, {"name": "Bolo Bhi", "letter": foreign.pk}).status_code == 422
    assert not Organisation.objects.exists()


# --- Two that are one ---------------------------------------------------------------------------------------------


@pytest.fixture
def pair(member_client: MemberClient) -> tuple[Organisation, Organisation]:
    home = member_client.coalition
    kept = factories.make_organisation(home, name="Access Now", country="US")
    gone = factories.make_organisation(
        home, name="Access Now e.V.", country="DE", verified_at=timezone.now(), evidence="call"
    )
    return kept, gone


def merge(client: MemberClient, kept: Organisation, gone: Organisation) -> Any:
    return client.post(address("organisation_merge", kept.coalition.slug, kept.pk), {"other": gone.pk})


def rows() -> list[Any]:
    """All that a merge may touch, to be compared."""
    return [
        list(Organisation.objects.order_by("pk").values()),
        list(Signature.objects.order_by("pk").values("pk", "organisation_id", "public_name")),
        list(
            Invitation.objects.order_by("letter", "organisation").values(
                "letter", "organisation", "sealed", "language"
            )
        ),
        list(OtherName.objects.order_by("pk").values("organisation", "name")),
    ]


def test_a_merge_is_shown_done_and_undone(
    member_client: MemberClient, letter: Letter, pair: tuple[Organisation, Organisation]
) -> None:
    kept, gone = pair
    signature = factories.make_signature(letter, kind="organisation", organisation=gone)
    room = factories.make_letter(coalition=letter.lead, state="draft")
    both = factories.make_letter(coalition=letter.lead, state="draft")
    invite(room, gone)
    invite(both, kept)
    invite(both, gone, sealed=b"sealed", language="de")
    before = rows()
    url = address("organisation_merge", letter.lead.slug, kept.pk)
    assert f"?other={gone.pk}" in member_client.get(url, {"q": "access now"}).content.decode()
    page = " ".join(member_client.get(url, {"other": gone.pk}).content.decode().split())
    assert "1 signature moves" in page
    assert "1 place in a sign-on room moves" in page
    assert "1 place that nobody was written to about is dropped" in page
    assert rows() == before
    assert merge(member_client, kept, gone).status_code == 302
    signature.refresh_from_db()
    assert signature.organisation == kept
    assert not Organisation.objects.filter(pk=gone.pk).exists()
    assert (
        Invitation.objects.get(letter=both).sealed == b"sealed"
        or bytes(Invitation.objects.get(letter=both).sealed or b"") == b"sealed"
    )
    page = page_of(member_client, kept)
    assert "Access Now e.V." in page
    assert "Part them again" in page
    member_client.post(address("organisation_part", letter.lead.slug, OrganisationMerge.objects.get().pk))
    Invitation.objects.filter(letter=both, organisation=kept).update(sealed=None)
    assert rows() == before
    assert "Part them again" not in page_of(member_client, kept)


def test_two_that_stand_under_the_same_letter_stay_two(
    member_client: MemberClient, letter: Letter, pair: tuple[Organisation, Organisation]
) -> None:
    for one in pair:
        factories.make_signature(letter, kind="organisation", organisation=one)
    answer = merge(member_client, *pair)
    assert answer.status_code == 409
    assert "Both stand under the same letter" in answer.content.decode()
    assert Organisation.objects.count() == 2


def test_two_that_were_written_to_stay_two(
    member_client: MemberClient, letter: Letter, pair: tuple[Organisation, Organisation]
) -> None:
    for one in pair:
        invite(letter, one, invited_at=timezone.now())
    answer = merge(member_client, *pair)
    assert answer.status_code == 409
    assert "Both have been written to" in answer.content.decode()


def test_a_merge_is_undone_once(member_client: MemberClient, pair: tuple[Organisation, Organisation]) -> None:
    done = merging.merge_organisations(*pair, actor=member_client.user)
    merging.undo_merge(done, actor=member_client.user)
    with pytest.raises(merging.CannotPart):
        merging.undo_merge(done, actor=member_client.user)
    assert Organisation.objects.count() == 2


def test_what_is_there_again_by_that_name_is_not_doubled(
    member_client: MemberClient, pair: tuple[Organisation, Organisation]
) -> None:
    done = merging.merge_organisations(*pair, actor=member_client.user)
    factories.make_organisation(member_client.coalition, name="Access Now e.V.", country="DE")
    page = member_client.post(
        address("organisation_part", member_client.coalition.slug, done.pk), follow=True
    )
    assert "Nothing was changed" in page.content.decode()
    assert OrganisationMerge.objects.get().undone_at is None


@pytest.mark.parametrize("other", ["", "0", "x", "99999999999999999999"])
def test_without_another_one_nothing_is_merged(
    member_client: MemberClient, pair: tuple[Organisation, Organisation], other: str
) -> None:
    url = address("organisation_merge", member_client.coalition.slug, pair[0].pk)
    assert member_client.post(url, {"other": other}).status_code == 422
    assert member_client.post(url, {"other": pair[0].pk}).status_code == 422
    assert member_client.post(url, {"other": factories.make_organisation().pk}).status_code == 422
    assert not OrganisationMerge.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_merged_both_ways_at_once_one_of_them_stays() -> None:
    home, actor = factories.make_coalition(), factories.make_user()
    one, other = (factories.make_organisation(home) for _number in range(2))
    results = at_once(
        lambda: merging.merge_organisations(one, other, actor=actor),
        lambda: merging.merge_organisations(other, one, actor=actor),
    )
    assert sum(isinstance(result, merging.CannotMerge) for result in results) == 1
    assert Organisation.objects.count() == 1
