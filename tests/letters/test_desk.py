from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaign import urls
from letters import desk_urls, services
from letters.models import Letter, Official
from tests import desk, factories
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


@pytest.fixture
def draft(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, state="draft", languages=["en", "ur"])


def address(name: str, letter: Letter, **given: Any) -> str:
    return reverse(f"desk:{name}", kwargs={"coalition": letter.lead.slug, "letter_id": letter.pk, **given})


def desk_addresses(letter: Letter) -> Iterator[tuple[str, str]]:
    return desk.desk_addresses(letter, desk_urls.urlpatterns)


def text_form(letter: Letter, **changed: Any) -> dict[str, Any]:
    form = {"title": "T", "salutation": "S", "body": "Some **body**", "closing": "C", "asks": ["One", "Two"]}
    return {**form, "seen": services.text_version(letter, "en"), **changed}


# --- Who may ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_another_coalitions_owner_finds_nothing(stranger_client: MemberClient, method: str) -> None:
    letter = factories.make_letter(state="draft")
    before = Letter.objects.values().get()
    addresses = list(desk_addresses(letter))
    assert len(addresses) == len(desk_urls.urlpatterns) - 1
    for name, url in addresses:
        status = getattr(stranger_client, method)(url).status_code
        # Where a method does not exist, it does not exist for members either: 405 says nothing of the object.
        assert status == 404 or (status == 405 and method_is_unknown(name, method)), (name, status)
    assert Letter.objects.values().get(pk=letter.pk) == before
    assert letter.audit.count() == 0


def method_is_unknown(name: str, method: str) -> bool:
    """Whether even a member gets 405."""
    letter = factories.make_letter(state="draft")
    member = factories.make_member(letter.lead)
    client = Client()
    client.force_login(member.user)
    return getattr(client, method)(dict(desk_addresses(letter))[name]).status_code == 405


@pytest.mark.parametrize("method", ["get", "post"])
def test_own_coalition_does_not_open_anothers_letter(stranger_client: MemberClient, method: str) -> None:
    letter = factories.make_letter(state="draft")
    own = stranger_client.coalition.slug
    of_any_coalition = {
        pattern.name for pattern in urls.desk if list(pattern.pattern.converters) == ["coalition"]
    }
    for name, url in desk_addresses(letter):
        if name not in of_any_coalition:
            status = getattr(stranger_client, method)(url.replace(letter.lead.slug, own)).status_code
            assert status in (404, 405), name


def test_anonymous_visitors_are_asked_to_sign_in(client: Client) -> None:
    letter = factories.make_letter(state="draft")
    for _name, url in [("home", "/desk/"), *desk_addresses(letter)]:
        for method in ("get", "post"):
            response = getattr(client, method)(url)
            assert response.status_code == 302
            assert response.headers["Location"].startswith("/accounts/login/?next=/desk/")


def test_a_viewer_reads_and_changes_nothing(client: Client) -> None:
    letter = factories.make_letter(state="draft")
    client.force_login(factories.make_member(letter.lead, role="viewer").user)
    for name, url in desk_addresses(letter):
        if name == "member_leave":  # which ends what is shown here
            continue
        assert client.post(url).status_code in ((200,) if name == "letter_preview" else (403, 405)), name
        assert client.get(url).status_code in (200, 403, 405), name
    assert client.get(address("letter", letter)).status_code == 200
    assert b"Save" not in client.get(address("letter_settings", letter)).content


def test_nothing_keeps_a_page_of_the_desk(member_client: MemberClient, draft: Letter) -> None:
    for _name, url in [("home", "/desk/"), *desk_addresses(draft)]:
        assert member_client.get(url).headers["Cache-Control"] == "no-store, private"


def test_a_get_changes_nothing(member_client: MemberClient, draft: Letter) -> None:
    for _name, url in desk_addresses(draft):
        member_client.get(url)
    assert draft.audit.count() == 0
    assert Letter.objects.get(pk=draft.pk).state == Letter.State.DRAFT


# --- What it costs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_home_costs_the_same_for_more_letters(
    member_client: MemberClient, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        factories.make_letter(coalition=member_client.coalition, languages=["en", "ur"])
        factories.make_letter(coalition=factories.make_member(user=member_client.user).coalition)
    with django_assert_num_queries(10):
        assert member_client.get("/desk/").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "cost"), [("letter", 14), ("addressees", 10), ("letter_text", 13)])
def test_pages_of_a_letter_cost_the_same_for_more_of_everything(
    member_client: MemberClient,
    rows: int,
    name: str,
    cost: int,
    django_assert_max_num_queries: Any,
) -> None:
    languages = ["en", "ur", "fr"][:rows]
    letter = factories.make_letter(
        coalition=member_client.coalition, state="draft", languages=languages, addressees=rows, copies=rows
    )
    url = dict(desk_addresses(letter))[name]
    with django_assert_max_num_queries(cost):
        assert member_client.get(url).status_code == 200


# --- Journeys --------------------------------------------------------------------------------------------------


def test_empty_desks_say_what_to_do(client: Client, member_client: MemberClient) -> None:
    assert "Write the first" in member_client.get("/desk/").content.decode()
    assert (
        "No official is registered"
        in member_client.get(reverse("desk:officials", args=[member_client.coalition.slug])).content.decode()
    )
    client.force_login(factories.make_user())
    assert "member of no coalition" in client.get("/desk/").content.decode()


def test_a_letter_is_begun_written_and_ready(member_client: MemberClient) -> None:
    new = reverse("desk:letter_new", args=[member_client.coalition.slug])
    begun = member_client.post(new, {"title": "Keep the internet on", "language": "en", "slug": ""})
    letter = Letter.objects.get()
    assert letter.slug == "keep-the-internet-on"
    assert begun.headers["Location"] == address("letter_text", letter, language="en")
    saved = member_client.post(begun.headers["Location"], text_form(letter), follow=True)
    assert "Saved." in saved.content.decode()
    assert letter.edition.texts.get().body == "Some **body**"
    official = {
        "name": "Full Name",
        "office": "Minister",
        "institution": "",
        "country": "PK",
        "email": "pm@example.org",
        "language": "ur",
        "kind": "to",
    }
    member_client.post(address("addressees", letter), {**official, "create": "1"})
    assert letter.addressees.get().official == Official.objects.get()
    page = member_client.get(address("letter", letter)).content.decode()
    assert "Nothing stands in the way" in page
    assert services.letter_problems(letter) == []
    assert list(letter.audit.order_by("pk").values_list("action", flat=True)) == [
        "letter created",
        "text saved",
        "addressee added",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 301),
        ("title", "a\u202eb"),
        ("body", "x" * 60_001),
        ("asks", "x" * 1001),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(
    member_client: MemberClient, draft: Letter, field: str, value: str
) -> None:
    typed = text_form(draft, closing="What I typed", **{field: value})
    response = member_client.post(address("letter_text", draft, language="en"), typed)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert 'value="What I typed"' in response.content.decode()
    assert draft.audit.count() == 0


def test_a_stale_save_shows_both_and_loses_nothing(member_client: MemberClient, draft: Letter) -> None:
    url, mine = address("letter_text", draft, language="en"), text_form(draft, body="My own words")
    member_client.post(url, text_form(draft, body="Their words"))
    response = member_client.post(url, mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert "My own words" in page
    assert "Their words" in page
    assert draft.edition.texts.get(language="en").body == "Their words"
    again = {**mine, "seen": response.context["form"]["seen"].value()}
    assert member_client.post(url, again).status_code == 302
    assert draft.edition.texts.get(language="en").body == "My own words"


def test_preview_works_without_a_script_and_saves_nothing(member_client: MemberClient, draft: Letter) -> None:
    typed = text_form(draft, body="A **bold** <script>alert(1)</script> word", preview="1")
    page = member_client.post(address("letter_text", draft, language="en"), typed).content.decode()
    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    fragment = member_client.post(address("letter_preview", draft), {"body": "*so*"})
    assert fragment.content.decode() == "<p><em>so</em></p>\n"
    assert draft.audit.count() == 0


def test_languages_are_added_and_removed(member_client: MemberClient, draft: Letter) -> None:
    added = member_client.post(address("text_add", draft), {"language": "fr"})
    assert added.headers["Location"] == address("letter_text", draft, language="fr")
    assert member_client.get(added.headers["Location"]).status_code == 200
    member_client.post(address("text_remove", draft, language="fr"))
    member_client.post(address("text_remove", draft, language="en"))
    assert {text.language for text in draft.edition.texts.all()} == {"en", "ur"}
    assert member_client.post(address("text_add", draft), {"language": "klingon"}).status_code == 422


def test_a_frozen_letter_says_why_it_cannot_be_edited(member_client: MemberClient) -> None:
    letter = factories.make_letter(coalition=member_client.coalition)
    url = address("letter_text", letter, language="en")
    assert "This edition is frozen" in member_client.get(url).content.decode()
    assert member_client.post(url, text_form(letter)).status_code == 409
    assert member_client.post(address("addressees", letter), {"create": "1"}).status_code == 409
    assert letter.edition.texts.get().title != "T"


def test_settings_are_read_in_the_chosen_time_zone(member_client: MemberClient, draft: Letter) -> None:
    url = address("letter_settings", draft)
    form = {
        "slug": "keep-it-on",
        "accepts_individuals": "on",
        "opens_at": "2030-02-06T09:00",
        "closes_at": "2030-03-31T23:59",
        "zone": "Asia/Karachi",
    }
    assert member_client.post(url, form).status_code == 302
    draft.refresh_from_db()
    assert draft.opens_at == datetime(2030, 2, 6, 4, tzinfo=UTC)
    assert (draft.slug, draft.accepts_organisations) == ("keep-it-on", False)
    page = member_client.get(url).content.decode()
    assert 'value="2030-02-06T09:00"' in page
    assert "Asia/Karachi" in member_client.get(address("letter", draft)).content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"slug": "taken"}, "slug"),
        ({"slug": "Bad Slug"}, "slug"),
        ({"closes_at": "2030-01-01T00:00"}, "closes_at"),
        ({"opens_at": "soon"}, "opens_at"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"accepts_individuals": ""}, "accepts_individuals"),
    ],
)
def test_bad_settings_are_told_at_their_field(
    member_client: MemberClient, draft: Letter, changed: dict[str, str], field: str
) -> None:
    factories.make_letter(slug="taken")
    form = {
        "slug": "mine",
        "accepts_individuals": "on",
        "opens_at": "2030-02-06T09:00",
        "zone": "UTC",
        **changed,
    }
    response = member_client.post(address("letter_settings", draft), form)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}


def test_a_slug_that_only_an_embargoed_letter_has_is_free(member_client: MemberClient, draft: Letter) -> None:
    hidden = factories.make_letter(state="draft", slug="secret")
    services.schedule_letter(hidden, opens_at=timezone.now() + timedelta(days=1))
    form = {"slug": "secret", "accepts_individuals": "on", "zone": "UTC"}
    assert member_client.post(address("letter_settings", draft), form).status_code == 302


def test_addressees_are_chosen_moved_and_removed(member_client: MemberClient, draft: Letter) -> None:
    official = factories.make_official(draft.lead, name="Zed")
    url = address("addressees", draft)
    member_client.post(url, {"chosen": official.pk, "kind": "to", "choose": "1"})
    zed = draft.addressees.get(name="Zed")
    for verb in ("up", "up"):
        member_client.post(address("addressee", draft, addressee_id=zed.pk), {"verb": verb})
    assert Letter.objects.get(pk=draft.pk).to_and_cc()[0][0] == zed
    member_client.post(address("addressee", draft, addressee_id=zed.pk), {"verb": "remove"})
    assert not draft.addressees.filter(name="Zed").exists()
    stranger = factories.make_official(factories.make_coalition())
    refused = member_client.post(url, {"chosen": stranger.pk, "kind": "to", "choose": "1"})
    assert refused.status_code == 422


def test_officials_are_registered_corrected_and_deleted(member_client: MemberClient) -> None:
    slug = member_client.coalition.slug
    form = {"name": "Full Name", "email": "pm@example.org", "country": "PK", "language": "en"}
    new = reverse("desk:official_new", args=[slug])
    assert member_client.post(new, {**form, "email": "pm"}).status_code == 422
    assert member_client.post(new, {**form, "name": ""}).status_code == 422
    assert member_client.post(new, form).status_code == 302
    assert member_client.post(new, form).status_code == 422
    official = Official.objects.get()
    member_client.post(reverse("desk:official", args=[slug, official.pk]), {**form, "office": "Minister"})
    official.refresh_from_db()
    assert official.office == "Minister"
    member_client.post(reverse("desk:official_delete", args=[slug, official.pk]))
    assert not Official.objects.exists()


def test_an_office_stands_for_the_name_that_is_not_given(member_client: MemberClient) -> None:
    letter = factories.make_letter(coalition=member_client.coalition, state="draft")
    form = {
        "name": "",
        "office": "The Mayor",
        "institution": "City",
        "email": "m@example.org",
        "language": "en",
    }
    member_client.post(reverse("desk:official_new", args=[letter.lead.slug]), form)
    assert Official.objects.filter(name="The Mayor").exists()
    page = member_client.get(reverse("desk:addressees", args=[letter.lead.slug, letter.pk]))
    assert "The Mayor, City" in page.text
    assert "The Mayor, The Mayor" not in page.text


def test_the_proof_is_the_public_page_for_members_alone(
    member_client: MemberClient, draft: Letter, client: Client
) -> None:
    page = member_client.get(address("letter_proof", draft, language="ur"))
    assert 'lang="ur" dir="rtl"' in page.content.decode()
    assert factories.TITLES["ur"] in page.content.decode()
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_a_scheduled_opening_is_called_off(member_client: MemberClient, draft: Letter) -> None:
    services.schedule_letter(draft, opens_at=timezone.now() + timedelta(days=1))
    assert "Call the opening off" in member_client.get(address("letter", draft)).content.decode()
    member_client.post(address("letter_unschedule", draft))
    assert not Letter.objects.get(pk=draft.pk).is_frozen()


def test_closing_asks_first(member_client: MemberClient) -> None:
    letter = factories.make_letter(coalition=member_client.coalition)
    assert "until you archive it" in member_client.get(address("letter_close", letter)).content.decode()
    assert Letter.objects.get().state == Letter.State.OPEN
    member_client.post(address("letter_close", letter))
    member_client.post(address("letter_close", letter))
    assert Letter.objects.get().state == Letter.State.CLOSED
    assert letter.audit.filter(action="letter closed").count() == 1
