"""The registry of officials: searched, imported, exported, and who held an office when."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from letters import services
from letters.models import Letter, Official
from tests import factories
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db

HEADER = (
    "name,honorific,office,institution,country,email,further_emails,language,further_languages,"
    "zone,held_from,held_until,checked_on"
)


def address(client: MemberClient, name: str, official: Official | None = None) -> str:
    args = [client.coalition.slug, *([official.pk] if official else [])]
    return reverse(f"desk:{name}", args=args)


def exported(client: MemberClient) -> str:
    response = client.get(address(client, "officials_export"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def preview(client: MemberClient, text: str, **more: str) -> Any:
    return client.post(address(client, "officials_import"), {"text": text, **more})


def confirm(client: MemberClient, text: str) -> Any:
    plan = preview(client, text).context["plan"]
    return client.post(
        address(client, "officials_import"), {"text": text, "seen": plan.digest, "confirm": "1"}
    )


def state(client: MemberClient) -> list[tuple[Any, ...]]:
    return list(client.coalition.officials.order_by("pk").values_list())


# --- The list ---------------------------------------------------------------------------------------------------


def test_the_registry_is_searched_and_filtered(member_client: MemberClient) -> None:
    coalition = member_client.coalition
    factories.make_official(coalition, name="Anusha Rahman", office="Minister", country="PK")
    factories.make_official(coalition, name="Ryad Mansour", institution="Mission of Palestine", country="PS")
    factories.make_official(
        coalition, name="Somebody Former", held_until=date(2020, 1, 1), checked_on=timezone.localdate()
    )
    factories.make_official(factories.make_coalition(), name="Anusha Elsewhere")

    def found(query: str) -> list[str]:
        html = member_client.get(address(member_client, "officials") + query).content.decode()
        return [
            name for name in ("Anusha Rahman", "Ryad Mansour", "Somebody Former", "Elsewhere") if name in html
        ]

    assert found("") == ["Anusha Rahman", "Ryad Mansour"]
    assert found("?q=anusha") == ["Anusha Rahman"]
    assert found("?q=palestine") == ["Ryad Mansour"]
    assert found("?country=PS") == ["Ryad Mansour"]
    assert found("?shown=all") == ["Anusha Rahman", "Ryad Mansour", "Somebody Former"]
    assert found("?shown=old&q=former") == []
    assert found("?country=nonsense&shown=what&after=x") == ["Anusha Rahman", "Ryad Mansour"]


def test_the_registry_turns_pages_and_loses_nobody(
    member_client: MemberClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letters.desk.registry.ON_A_PAGE", 2)
    for number in range(5):
        factories.make_official(member_client.coalition, name=f"Official {number // 2}", office=str(number))
    seen: list[int] = []
    path = address(member_client, "officials")
    url = path
    while url:
        context = member_client.get(url).context
        seen += [official.pk for official in context["officials"]]
        url = path + context["next"] if context["next"] else ""
    assert seen == list(member_client.coalition.officials.order_by("name", "pk").values_list("pk", flat=True))


@pytest.mark.parametrize("number", [1, 3])
def test_the_registry_costs_the_same_for_more_officials(
    member_client: MemberClient, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(number):
        factories.make_official(member_client.coalition)
    with django_assert_num_queries(5):
        assert member_client.get(address(member_client, "officials")).status_code == 200


def test_an_official_is_kept_with_all_that_is_known(member_client: MemberClient) -> None:
    data = {
        "name": "Ayesha Khan",
        "honorific": "H.E.",
        "office": "Minister",
        "country": "PK",
        "email": "a@example.org",
        "language": "en",
        "further_emails": "b@example.org, c@example.org b@example.org",
        "further_languages": "ur; ps",
        "zone": "Asia/Karachi",
        "held_from": "2024-03-04",
    }
    path = address(member_client, "official_new")
    response = member_client.post(path, {**data, "held_until": "2023-03-04"})
    assert response.status_code == 422
    assert "The office cannot end before it begins." in response.content.decode()
    response = member_client.post(
        path, {**data, "further_emails": "nonsense", "further_languages": "xx-yy-zz"}
    )
    assert response.status_code == 422
    assert "nonsense" in response.content.decode()
    member_client.post(path, data)
    official = Official.objects.get()
    assert official.further_emails == ["b@example.org", "c@example.org"]
    assert official.further_languages == ["ur", "ps"]
    assert official.held_from == date(2024, 3, 4)
    html = member_client.get(address(member_client, "official", official)).content.decode()
    assert 'value="b@example.org c@example.org"' in html
    member_client.post(address(member_client, "official_checked", official))
    official.refresh_from_db()
    assert official.checked_on == timezone.localdate()


# --- CSV --------------------------------------------------------------------------------------------------------


def test_what_is_exported_is_imported_as_the_same(member_client: MemberClient) -> None:
    coalition = member_client.coalition
    factories.make_official(
        coalition,
        name='=HYPERLINK("x"), "quoted"',
        honorific="'=odd",
        office="وزیر اعظم",
        institution="Line; with, all kinds",
        further_emails=["b@example.org", "c@example.org"],
        further_languages=["ur", "ps"],
        zone="Asia/Karachi",
        held_from=date(2020, 2, 29),
        held_until=date(2024, 1, 1),
        checked_on=date(2026, 11, 1),
    )
    factories.make_official(coalition, country="", office="", institution="")
    text = exported(member_client)
    assert text.startswith(HEADER)
    assert "\n=" not in text
    assert ",=" not in text
    before = state(member_client)
    plan = preview(member_client, text).context["plan"]
    assert (len(plan.same), plan.new, plan.changed, plan.refused) == (2, [], [], [])
    assert confirm(member_client, text).status_code == 302
    assert state(member_client) == before
    columns = HEADER.split(",")
    rows = list(coalition.officials.order_by("pk").values_list(*columns))
    coalition.officials.all().delete()
    confirm(member_client, text)
    assert sorted(map(str, coalition.officials.values_list(*columns))) == sorted(map(str, rows))


def test_an_import_shows_what_it_does_and_writes_nothing_unconfirmed(member_client: MemberClient) -> None:
    coalition = member_client.coalition
    known = factories.make_official(coalition, name="Known", office="Minister", email="old@example.org")
    same = factories.make_official(coalition, name="Same", office="Minister", email="same@example.org")
    before = state(member_client)
    text = (
        "name,office,email,country\n"
        f"Known,Minister,new@example.org,PK\nSame,Minister,{same.email},PK\nNew one,,n@example.org,PS\n"
        "Bad,,not an address,PK\nBad too,,x@example.org,Pakistan\n,,y@example.org,PK\nNew one,,n@example.org,PS\n"
    )
    response = preview(member_client, text)
    plan = response.context["plan"]
    assert [row.official.name for row in plan.new] == ["New one"]
    assert [(row.official.pk, row.changed) for row in plan.changed] == [(known.pk, ("email",))]
    assert [row.official.pk for row in plan.same] == [same.pk]
    assert [line for line, _reason in plan.refused] == [5, 6, 7, 8]
    html = response.content.decode()
    assert "Line 5: email:" in html
    # Percent-encoded, a file in Urdu would be more than a form may be.
    assert html.count('enctype="multipart/form-data"') == 1
    assert state(member_client) == before
    assert confirm(member_client, text).status_code == 302
    assert {o.email for o in coalition.officials.all()} == {
        "new@example.org",
        "same@example.org",
        "n@example.org",
    }
    entry = coalition.audit.all()[0]
    assert (entry.action, entry.detail) == (
        "officials imported",
        {"new": 1, "changed": 1, "refused": 4},
    )


def test_a_file_is_taken_as_well_as_pasted_rows(member_client: MemberClient) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    path = address(member_client, "officials_import")
    file = SimpleUploadedFile("o.csv", "\ufeffname;email\nAyesha;a@example.org\n".encode())
    response = member_client.post(path, {"file": file})
    assert [row.official.name for row in response.context["plan"].new] == ["Ayesha"]
    latin = SimpleUploadedFile("o.csv", "name,email\nJosé,j@example.org\n".encode("latin-1"))
    response = member_client.post(path, {"file": latin})
    assert response.status_code == 422
    assert "UTF-8" in response.content.decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a file, or paste its rows."),
        ("name,email,colour\nA,a@example.org,red\n", "Unknown column: colour."),
        ("name,name,email\nA,B,a@example.org\n", "A column is named twice."),
        ("name,country\nA,PK\n", "The columns email"),
        ('name,email\n"A,a@example.org\n', "is a quotation mark left open?"),
        ("name,email\nKhan, Ayesha,a@example.org\n", "is a comma unquoted?"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(member_client: MemberClient, text: str, said: str) -> None:
    response = preview(member_client, text)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_an_import_is_shown_again_if_the_registry_changed_meanwhile(member_client: MemberClient) -> None:
    text = "name,office,email\nAyesha,Minister,a@example.org\n"
    plan = preview(member_client, text).context["plan"]
    factories.make_official(
        member_client.coalition, name="Ayesha", office="Minister", email="old@example.org"
    )
    response = preview(member_client, text, confirm="1", seen=plan.digest)
    assert response.status_code == 409
    assert "nothing was written" in response.content.decode()
    assert Official.objects.get().email == "old@example.org"


def test_drafts_follow_what_an_import_changes(member_client: MemberClient) -> None:
    draft = factories.make_letter(coalition=member_client.coalition, state="draft", addressees=1, copies=0)
    launched = factories.make_letter(coalition=member_client.coalition, addressees=1, copies=0)
    officials = [letter.addressees.get().official for letter in (draft, launched)]
    lines = [
        f"{official.name},Minister,changed{official.pk}@example.org" for official in officials if official
    ]
    confirm(member_client, "name,office,email\n" + "\n".join(lines))
    assert draft.addressees.get().email.startswith("changed")
    assert not launched.addressees.get().email.startswith("changed")


@pytest.mark.parametrize("number", [1, 3])
def test_a_preview_costs_the_same_for_more_rows(
    member_client: MemberClient, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = "".join(f"Official {row},o{row}@example.org\n" for row in range(number))
    with django_assert_num_queries(4):
        preview(member_client, "name,email\n" + rows)


# --- Holders ----------------------------------------------------------------------------------------------------


@pytest.fixture
def office(member_client: MemberClient) -> tuple[Letter, Letter, Official]:
    """A launched letter and a draft to one minister."""
    launched = factories.make_letter(coalition=member_client.coalition, addressees=1, copies=0, title="Sent")
    minister = launched.addressees.get().official
    draft = factories.make_letter(
        coalition=member_client.coalition, state="draft", addressees=0, copies=0, title="In writing"
    )
    assert minister is not None
    services.add_addressee(draft, official=minister, kind="to")
    return launched, draft, minister


def succeed(client: MemberClient, official: Official, **changed: str) -> Any:
    data = {
        "since": timezone.localdate().isoformat(),
        "name": "New Minister",
        "email": official.email,
        "language": "ur",
        **changed,
    }
    return client.post(address(client, "official_successor", official), data)


def test_letters_still_show_who_held_the_office_then(
    member_client: MemberClient, office: tuple[Letter, Letter, Official]
) -> None:
    launched, draft, minister = office
    former = minister.name
    assert succeed(member_client, minister).status_code == 302
    successor = Official.objects.get(predecessor=minister)
    assert (successor.office, successor.institution, successor.held_from) == (
        minister.office,
        minister.institution,
        timezone.localdate(),
    )
    minister.refresh_from_db()
    assert minister.held_until == timezone.localdate()
    assert former in member_client.get(launched.get_absolute_url()).content.decode()
    html = member_client.get(address(member_client, "office", successor)).content.decode()
    assert html.index(former) < html.rindex("New Minister")
    for part in ("Sent", "In writing", "Drafts that name a former holder", f'value="{draft.pk}"'):
        assert part in html


def test_drafts_are_switched_to_the_new_holder(
    member_client: MemberClient, office: tuple[Letter, Letter, Official]
) -> None:
    launched, draft, minister = office
    succeed(member_client, minister)
    successor = Official.objects.get(predecessor=minister)
    path = address(member_client, "official_switch", successor)
    member_client.post(path, {"letter": [draft.pk, launched.pk]})
    addressee = draft.addressees.get()
    assert (addressee.official, addressee.name, addressee.language) == (successor, "New Minister", "ur")
    assert launched.addressees.get().official == minister
    assert draft.audit.all()[0].action == "addressee switched"
    member_client.post(path, {"letter": [draft.pk]})
    assert draft.audit.filter(action="addressee switched").count() == 1


def test_an_office_has_one_successor(
    member_client: MemberClient, office: tuple[Letter, Letter, Official]
) -> None:
    minister = office[2]
    succeed(member_client, minister)
    succeed(member_client, minister, name="Somebody else")
    assert Official.objects.filter(predecessor=minister).count() == 1


def test_a_succession_before_the_office_began_is_refused(
    member_client: MemberClient, office: tuple[Letter, Letter, Official]
) -> None:
    minister = office[2]
    Official.objects.filter(pk=minister.pk).update(held_from=timezone.localdate())
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    response = succeed(member_client, minister, since=yesterday)
    assert response.status_code == 422
    assert "The office cannot end before it begins." in response.content.decode()


def test_a_former_holder_is_not_offered_to_new_letters(
    member_client: MemberClient, office: tuple[Letter, Letter, Official]
) -> None:
    minister = office[2]
    succeed(member_client, minister)
    fresh = factories.make_letter(coalition=member_client.coalition, state="draft", addressees=0, copies=0)
    path = reverse("desk:addressees", args=[member_client.coalition.slug, fresh.pk])
    html = member_client.get(path).content.decode()
    assert "New Minister" in html
    assert minister.name not in html


@pytest.mark.parametrize("number", [1, 3])
def test_an_office_costs_the_same_for_more_holders(
    member_client: MemberClient, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    official = factories.make_official(member_client.coalition)
    for _ in range(number):
        letter = factories.make_letter(coalition=member_client.coalition, addressees=0, copies=0)
        factories.make_addressee(letter)
        letter.addressees.update(official=official)
        official = factories.make_official(member_client.coalition, predecessor=official)
    with django_assert_num_queries(10):
        assert member_client.get(address(member_client, "office", official)).status_code == 200
