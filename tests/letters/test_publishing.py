"""Letters that several coalitions publish together, from the question to the public page."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from letters.desk import shelves
from letters.mailing import send_owed_mail
from letters.models import AuditEntry, Coalition, Letter, LetterCoalition, PublishingRequest
from letters.services import publishing
from letters.services.launching import open_letter
from signatures.documents import build_document
from signatures.models import Document
from tests import factories
from tests.at_once import at_once
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db

TITLE = "An embargoed title"


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    """A draft that the signed-in member's coalition leads."""
    return factories.make_letter(coalition=member_client.coalition, state="draft", title=TITLE)


@pytest.fixture
def other(stranger_client: MemberClient) -> MemberClient:
    """An owner of another coalition, whose slug is `other-net`."""
    Coalition.objects.filter(pk=stranger_client.coalition.pk).update(slug="other-net", name="Other Net")
    stranger_client.coalition.refresh_from_db()
    return stranger_client


def publishers(letter: Letter, coalition: Coalition | None = None) -> str:
    return reverse("desk:publishers", args=[(coalition or letter.lead).slug, letter.pk])


def ask(client: Client, letter: Letter, slug: str = "other-net") -> Any:
    return client.post(publishers(letter), {"slug": slug})


def answer(client: MemberClient, verb: str) -> Any:
    asked = PublishingRequest.objects.latest("pk")
    return client.post(
        reverse("desk:publishing_request", args=[client.coalition.slug, asked.pk]), {"verb": verb}
    )


def joined(letter: Letter, coalition: Coalition) -> LetterCoalition:
    return LetterCoalition.objects.create(letter=letter, coalition=coalition, accepted_at=timezone.now())


def test_asked_by_mail_and_desk_accepted_and_read(
    member_client: MemberClient, letter: Letter, other: MemberClient, mailbox: list
) -> None:
    assert ask(member_client, letter).status_code == 302
    send_owed_mail()
    assert [mail.to for mail in mailbox] == [[other.user.email]]
    home = other.get("/desk/").content.decode()
    assert member_client.coalition.name in home
    asked = PublishingRequest.objects.get()
    url = reverse("desk:publishing_request", args=["other-net", asked.pk])
    assert url in home
    assert url in mailbox[0].body
    for shown in (home, mailbox[0].body, other.get(url).content.decode()):
        assert TITLE not in shown
        assert letter.slug not in shown
    assert other.get(reverse("desk:letter", args=["other-net", letter.pk])).status_code == 404
    assert answer(other, "accept").headers["Location"] == f"/desk/other-net/letters/{letter.pk}/"
    assert TITLE in other.get(reverse("desk:letter", args=["other-net", letter.pk])).content.decode()
    shelf = other.get("/desk/").content.decode()
    assert TITLE in shelf
    assert f"published with {member_client.coalition.name}" in " ".join(shelf.split())
    assert "Other Net" in member_client.get(publishers(letter)).content.decode()


def test_an_unknown_address_is_answered_as_a_known_one(
    member_client: MemberClient, letter: Letter, other: MemberClient, mailbox: list
) -> None:
    pages = []
    for slug in ("other-net", "another-n"):
        second = ask(member_client, letter, slug)
        assert second.status_code == 302
        pages.append(member_client.get(publishers(letter)).content.decode())
        assert ask(member_client, letter, slug).status_code == 422
        pk = PublishingRequest.objects.latest("pk").pk
        url = reverse("desk:publishing_request_withdraw", args=[member_client.coalition.slug, letter.pk, pk])
        member_client.post(url)
        member_client.get(publishers(letter))
    plain = [
        "".join(c for line in page.splitlines() if "csrf" not in line for c in line if not c.isdigit())
        for page in pages
    ]
    assert plain[0].replace("other-net", "another-n") == plain[1]
    actions = AuditEntry.objects.filter(coalition=member_client.coalition).values_list("action", flat=True)
    assert list(actions) == ["publishing request withdrawn", "co-publisher asked"] * 2


def test_withdrawn_before_it_went_no_mail_goes(
    member_client: MemberClient, letter: Letter, other: MemberClient, mailbox: list
) -> None:
    ask(member_client, letter)
    publishing.withdraw_request(PublishingRequest.objects.get(), actor=member_client.user)
    send_owed_mail()
    assert mailbox == []
    answer(other, "accept")
    assert letter.publishers.count() == 1
    assert member_client.coalition.name not in other.get("/desk/").content.decode()


def test_declined_it_stays_unread_and_may_be_asked_again(
    member_client: MemberClient, letter: Letter, other: MemberClient
) -> None:
    ask(member_client, letter)
    answer(other, "decline")
    assert other.get(reverse("desk:letter", args=["other-net", letter.pk])).status_code == 404
    assert other.get(reverse("desk:audit", args=["other-net"])).status_code == 200
    entries = AuditEntry.objects.filter(action="publishing request declined").order_by("pk")
    assert [(entry.coalition, entry.actor) for entry in entries] == [
        (member_client.coalition, None),
        (other.coalition, other.user),
    ]
    assert ask(member_client, letter).status_code == 302


def test_only_an_owner_asks_and_answers(
    member_client: MemberClient, letter: Letter, other: MemberClient
) -> None:
    ask(member_client, letter)
    editor = Client()
    editor.force_login(factories.make_member(other.coalition, role="editor").user)
    asked = PublishingRequest.objects.get()
    url = reverse("desk:publishing_request", args=["other-net", asked.pk])
    assert editor.post(url, {"verb": "accept"}).status_code == 403
    assert asked.coalition is not None
    assert url not in editor.get("/desk/").content.decode()
    assert PublishingRequest.objects.get().is_pending()


@pytest.mark.parametrize("slug", ["", "Not a slug!", "a" * 90])
def test_what_is_no_address_is_refused(member_client: MemberClient, letter: Letter, slug: str) -> None:
    assert ask(member_client, letter, slug).status_code == 422
    assert ask(member_client, letter, member_client.coalition.slug).status_code == 422
    assert not PublishingRequest.objects.exists()


def test_who_was_asked_and_has_not_accepted_is_named_nowhere(
    member_client: MemberClient, letter: Letter, other: MemberClient, client: Client
) -> None:
    LetterCoalition.objects.create(letter=letter, coalition=other.coalition)
    open_letter(letter, actor=member_client.user)
    letter.refresh_from_db()
    for path in ("/", letter.get_absolute_url(), f"{letter.get_absolute_url()}signatories/"):
        page = client.get(path).content.decode()
        assert member_client.coalition.name in page or path != letter.get_absolute_url()
        assert "Other Net" not in page
    assert "Other Net" not in member_client.get(publishers(letter)).content.decode()
    assert TITLE not in other.get("/desk/").content.decode()


def test_who_accepted_is_named_after_the_lead(
    member_client: MemberClient, letter: Letter, other: MemberClient, client: Client
) -> None:
    joined(letter, other.coalition)
    open_letter(letter, actor=member_client.user)
    for path in ("/", Letter.objects.get().get_absolute_url()):
        page = client.get(path).content.decode()
        assert page.index(member_client.coalition.name) < page.index("Other Net")


def test_until_the_launch_the_lead_removes_and_the_other_leaves(
    member_client: MemberClient, letter: Letter, other: MemberClient
) -> None:
    publication = joined(letter, other.coalition)
    leave = reverse("desk:publication_leave", args=["other-net", publication.pk])
    assert leave in other.get(publishers(letter, other.coalition)).content.decode()
    assert other.get(leave).status_code == 200
    assert letter.publishers.count() == 2
    other.post(leave)
    assert letter.publishers.count() == 1
    assert other.get(reverse("desk:letter", args=["other-net", letter.pk])).status_code == 404
    publication = joined(letter, other.coalition)
    url = reverse("desk:publisher_remove", args=[letter.lead.slug, letter.pk, publication.pk])
    member_client.post(url)
    assert letter.publishers.count() == 1
    assert member_client.post(url).status_code == 404


def test_after_the_launch_who_published_stays_named(
    member_client: MemberClient, letter: Letter, other: MemberClient
) -> None:
    publication = joined(letter, other.coalition)
    ask(member_client, letter, "third-net")
    open_letter(letter, actor=member_client.user)
    url = reverse("desk:publisher_remove", args=[letter.lead.slug, letter.pk, publication.pk])
    leave = reverse("desk:publication_leave", args=["other-net", publication.pk])
    for act in (member_client.post(url, follow=True), other.post(leave, follow=True)):
        assert "stays named" in act.content.decode()
    assert letter.publishers.count() == 2
    assert ask(member_client, letter, "fourth-net").status_code == 422


def test_it_is_too_late_to_join_a_launched_letter(
    member_client: MemberClient, letter: Letter, other: MemberClient
) -> None:
    ask(member_client, letter)
    open_letter(letter, actor=member_client.user)
    assert "too late" in other.get(answer(other, "accept").headers["Location"]).content.decode()
    assert letter.publishers.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_shelf_costs_the_same_for_more_letters_published_with_others(
    member_client: MemberClient, rows: int, django_assert_num_queries: Any
) -> None:
    for _row in range(rows):
        joined(factories.make_letter(state="draft"), member_client.coalition)
        letter = factories.make_letter(state="draft")
        PublishingRequest.objects.create(
            letter=letter, slug=member_client.coalition.slug, coalition=member_client.coalition
        )
    with django_assert_num_queries(10):
        member_client.get("/desk/")


@pytest.mark.django_db(transaction=True)
def test_accepted_by_two_owners_at_one_moment_it_is_one_publisher(
    member_client: MemberClient, letter: Letter, other: MemberClient
) -> None:
    ask(member_client, letter)
    asked = PublishingRequest.objects.select_related("letter", "coalition").get()
    results = at_once(*[partial(publishing.accept_request, asked, actor=other.user)] * 3)
    assert sorted(map(bool, results)) == [False, False, True]
    assert letter.publishers.count() == 2


@pytest.mark.django_db(transaction=True)
def test_accepted_and_withdrawn_at_one_moment_it_is_one_of_the_two(
    member_client: MemberClient, letter: Letter, other: MemberClient
) -> None:
    ask(member_client, letter)
    asked = PublishingRequest.objects.select_related("letter", "coalition").get()
    accepted, withdrawn = at_once(
        partial(publishing.accept_request, asked, actor=other.user),
        partial(publishing.withdraw_request, asked, actor=member_client.user),
    )
    assert accepted is not withdrawn
    assert letter.publishers.count() == (2 if accepted else 1)


def test_the_document_names_all_who_publish(
    member_client: MemberClient, letter: Letter, other: MemberClient, settings: Any, tmp_path: Path
) -> None:
    settings.DOCUMENTS_DIR = tmp_path
    joined(letter, other.coalition)
    LetterCoalition.objects.create(letter=letter, coalition=factories.make_coalition(name="Asked Alone"))
    open_letter(letter, actor=member_client.user)
    document = build_document(Letter.objects.get(), Document.Kind.LETTER, "en")
    words = PdfReader(document.path).pages[0].extract_text()
    assert f"{member_client.coalition.name} · Other Net" in words
    assert "Asked Alone" not in words


def test_a_long_shelf_goes_on_on_further_pages(
    member_client: MemberClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "LETTERS_ON_A_SHELF", 2)
    own = member_client.coalition
    titles = [f"Letter number {number}" for number in range(5)]
    for title in titles:
        factories.make_letter(coalition=own, state="draft", title=title)
    url, seen = reverse("desk:coalition", args=[own.slug]), []
    while url:
        shelf = member_client.get(url).context["shelves"][0]
        seen += [text.title for _letter, text in shelf.rows]
        url = f"/desk/{own.slug}/?before={shelf.older}" if shelf.older else ""
    assert seen == titles[::-1]
    assert "?before=" in member_client.get("/desk/").content.decode()
