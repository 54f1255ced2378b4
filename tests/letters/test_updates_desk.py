"""The coalition writes, publishes, corrects and withdraws updates."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from letters.models import Letter, Update
from letters.services import Stale
from letters.services import updates as services
from tests import factories
from tests.conftest import MemberClient
from tests.signatures.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, slug="keep-it-on", languages=["en", "ur"])


def address(name: str, update: Update, **given: Any) -> str:
    letter = update.letter
    kwargs = {"coalition": letter.lead.slug, "letter_id": letter.pk, "update_id": update.pk, **given}
    return reverse(f"desk:{name}", kwargs=kwargs)


def list_address(letter: Letter) -> str:
    return reverse("desk:updates", args=[letter.lead.slug, letter.pk])


def typed(update: Update, **changed: Any) -> dict[str, Any]:
    update.refresh_from_db()
    return {"headline": "A new headline", "body": "Some **words**", "seen": update.version, **changed}


def rows(prefix: str, *given: dict[str, str], initial: int = 0) -> dict[str, str]:
    """What a formset posts."""
    data = {f"{prefix}-TOTAL_FORMS": str(len(given)), f"{prefix}-INITIAL_FORMS": str(initial)}
    for number, row in enumerate(given):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def public(client: Client, path: str) -> str:
    caches["pages"].clear()
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_an_update_goes_from_a_draft_to_the_public(member_client: MemberClient, letter: Letter) -> None:
    new = reverse("desk:update_new", args=[letter.lead.slug, letter.pk])
    response = member_client.post(new, {"kind": "news", "language": "en", "headline": "We were heard"})
    update = Update.objects.get()
    assert response["Location"] == address("update", update, language="en")
    assert "We were heard" not in public(member_client, "/letters/keep-it-on/")
    member_client.post(address("update", update, language="en"), typed(update))
    assert member_client.post(address("update_publish", update)).status_code == 302
    assert "<strong>words</strong>" in public(member_client, "/letters/keep-it-on/updates/1/")
    assert list(letter.audit.values_list("action", flat=True)) == [
        "update published",
        "update saved",
        "update begun",
    ]


def test_an_update_without_words_is_not_published(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter, body="")
    response = member_client.post(address("update_publish", update))
    assert response.status_code == 422
    assert "is empty" in response.content.decode()
    update.refresh_from_db()
    assert update.publish_at is None


def test_an_embargo_is_told_in_the_zone_in_which_it_was_set(
    member_client: MemberClient, letter: Letter
) -> None:
    update = factories.make_update(letter, kind="alert")
    year = timezone.now().year + 1
    moment = {"at": f"{year}-02-06T09:00", "zone": "Asia/Karachi"}
    member_client.post(address("update_publish", update), moment)
    update.refresh_from_db()
    assert update.publish_at is not None
    assert update.publish_at.isoformat() == f"{year}-02-06T04:00:00+00:00"
    html = member_client.get(list_address(letter)).content.decode()
    assert "embargoed until" in html
    assert "9" in html.split("embargoed until")[1][:40]
    assert "Asia/Karachi" in html
    text = member_client.get(address("update_proof_text", update, language="en")).content.decode()
    assert text.startswith("EMBARGOED until 6 February")
    assert "09:00 (Asia/Karachi)" in text
    assert "updates/" not in text


def test_a_moment_that_is_past_is_refused_and_nothing_typed_is_lost(
    member_client: MemberClient, letter: Letter
) -> None:
    update = factories.make_update(letter)
    response = member_client.post(
        address("update_publish", update), {"at": "2020-02-06T09:00", "zone": "Asia/Karachi"}
    )
    assert response.status_code == 422
    assert "2020-02-06T09:00" in response.content.decode()


def test_a_publication_is_called_off_until_its_moment(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter, publish_at=timezone.now() + timedelta(hours=1))
    member_client.post(address("update_call_off", update))
    update.refresh_from_db()
    assert update.publish_at is None
    services.publish_update(update)
    member_client.post(address("update_call_off", update))
    update.refresh_from_db()
    assert update.state() == "published"


def test_a_media_alert_keeps_its_quotes_in_the_order_asked_for(
    member_client: MemberClient, letter: Letter
) -> None:
    update = factories.make_update(letter, kind="alert")
    quotes = rows(
        "quotes",
        {"words": "Second", "name": "B", "ORDER": "2"},
        {"words": "First", "name": "A", "role": "Director", "organisation": "Org", "ORDER": "1"},
        {"words": "", "name": "", "ORDER": ""},
    )
    contacts = rows("contacts", {"name": "Desk", "phone": "+92 300", "email": "press@example.org"})
    data = typed(update, **quotes, **contacts)
    assert member_client.post(address("update", update, language="en"), data).status_code == 302
    text = update.texts.get()
    assert list(text.quotes.values_list("words", "name", "role")) == [
        ("First", "A", "Director"),
        ("Second", "B", ""),
    ]
    assert update.contacts.get().email == "press@example.org"
    struck = rows(
        "quotes",
        {"words": "First", "name": "A", "ORDER": "1", "DELETE": "on"},
        {"words": "Second", "name": "B", "ORDER": "2"},
        initial=2,
    )
    member_client.post(address("update", update, language="en"), typed(update, **struck, **rows("contacts")))
    assert list(text.quotes.values_list("words", flat=True)) == ["Second"]
    assert not update.contacts.exists()


def test_a_contact_that_cannot_be_reached_is_refused_at_its_field(
    member_client: MemberClient, letter: Letter
) -> None:
    update = factories.make_update(letter, kind="alert")
    data = typed(update, **rows("quotes"), **rows("contacts", {"name": "Desk"}))
    response = member_client.post(address("update", update, language="en"), data)
    assert response.status_code == 422
    html = response.content.decode()
    assert "Give a telephone number or an address." in html
    assert "Some **words**" in html


def test_a_stale_save_is_refused_with_both_texts(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter)
    mine = typed(update, headline="Mine")
    member_client.post(address("update", update, language="en"), typed(update, headline="Theirs"))
    response = member_client.post(address("update", update, language="en"), mine)
    assert response.status_code == 409
    html = response.content.decode()
    assert "Theirs" in html
    assert 'value="Mine"' in html
    assert update.texts.get().headline == "Theirs"
    seen = typed(update)["seen"]
    assert f'name="seen" value="{seen}"' in html


def test_what_is_saved_after_publishing_is_a_correction(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter, published=True)
    member_client.post(address("update", update, language="en"), typed(update, headline="Put right"))
    html = public(member_client, "/letters/keep-it-on/updates/1/")
    assert "Put right" in html
    assert "corrected on" in html
    assert letter.audit.all()[0].action == "update corrected"


def test_a_response_wants_to_know_who_answered_and_when(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter, kind="response")
    assert member_client.post(address("update", update, language="en"), typed(update)).status_code == 422
    tomorrow = timezone.localdate() + timedelta(days=1)
    minister = letter.to_and_cc()[0][0]
    data = typed(update, addressee=minister.pk, said_on=tomorrow, source_url="https://gov.example/")
    response = member_client.post(address("update", update, language="en"), data)
    assert "This day is still to come." in response.content.decode()
    data["said_on"] = timezone.localdate()
    assert member_client.post(address("update", update, language="en"), data).status_code == 302
    update.refresh_from_db()
    assert update.addressee == minister
    stranger = factories.make_letter().addressees.all()[0]
    response = member_client.post(
        address("update", update, language="en"),
        typed(update, addressee=stranger.pk, said_on=data["said_on"]),
    )
    assert response.status_code == 422


def test_a_source_that_a_browser_would_run_is_refused(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter, kind="response")
    minister = letter.to_and_cc()[0][0]
    data = typed(
        update, addressee=minister.pk, said_on=timezone.localdate(), source_url="javascript:alert(1)"
    )
    assert member_client.post(address("update", update, language="en"), data).status_code == 422


def test_a_language_is_added_to_a_draft_alone(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter)
    member_client.post(address("update_language_add", update), {"language": "ur"})
    assert set(update.texts.values_list("language", flat=True)) == {"en", "ur"}
    services.publish_update(update)
    member_client.post(address("update_language_add", update), {"language": "fr"})
    assert update.texts.count() == 2


def test_withdrawing_asks_first_and_is_for_good(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter, published=True)
    assert "Withdraw this update?" in member_client.get(address("update_withdraw", update)).content.decode()
    member_client.post(address("update_withdraw", update))
    caches["pages"].clear()
    assert member_client.get("/letters/keep-it-on/updates/1/").status_code == 410
    assert not services.publish_update(update)
    member_client.post(address("update", update, language="en"), typed(update))
    assert update.texts.get().headline == "The minister met us"
    assert not services.delete_update(update)


def test_a_draft_is_deleted(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter)
    member_client.post(address("update_delete", update))
    assert not Update.objects.exists()


def test_the_proof_shows_what_the_public_will_see(member_client: MemberClient, letter: Letter) -> None:
    update = factories.make_update(letter, kind="alert", languages=["en", "ur"])
    html = member_client.get(address("update_proof", update, language="ur")).content.decode()
    assert '<html lang="ur" dir="rtl">' in html
    assert 'name="robots" content="noindex"' in html
    assert "updates/0/" not in html


def test_another_letters_update_is_not_reached(member_client: MemberClient, letter: Letter) -> None:
    other = factories.make_update(factories.make_letter(coalition=member_client.coalition))
    path = reverse("desk:update", args=[letter.lead.slug, letter.pk, other.pk, "en"])
    assert member_client.get(path).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_more_updates(
    member_client: MemberClient,
    letter: Letter,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(number):
        factories.make_update(letter, languages=["en", "ur"])
    with django_assert_num_queries(11):
        assert member_client.get(list_address(letter)).status_code == 200


def test_the_list_goes_on_from_page_to_page(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letters.desk.updates.ON_A_PAGE", 2)
    first, *_rest = [factories.make_update(letter, headline=f"Headline {number}") for number in range(3)]
    html = member_client.get(list_address(letter)).content.decode()
    assert "Headline 0" not in html
    assert f"?before={first.pk + 1}" in html
    assert "Headline 0" in member_client.get(f"{list_address(letter)}?before={first.pk + 1}").content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_saves_at_once_leave_one() -> None:
    update = factories.make_update(factories.make_letter())

    def saving(headline: str) -> Any:
        return lambda: services.save_update(update, language="en", headline=headline, body="", seen=1)

    results = at_once(saving("One"), saving("Two"), saving("Three"))
    assert sum(isinstance(result, Stale) for result in results) == 2
    update.refresh_from_db()
    assert update.version == 2


@pytest.mark.django_db(transaction=True)
def test_updates_published_at_once_appear_one_after_the_other() -> None:
    letter = factories.make_letter()
    updates = [factories.make_update(letter) for _number in range(4)]
    now = timezone.now()
    verbs = [lambda update=update: services.publish_update(update, now=now) for update in updates]
    assert at_once(*verbs, *verbs).count(True) == 4
    moments = set(letter.updates.values_list("publish_at", flat=True))
    assert len(moments) == 4
