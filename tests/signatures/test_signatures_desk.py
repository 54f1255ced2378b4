"""The coalition's door to signatures: who may, what is found, what is decided, and what it costs."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse
from pytest_django import DjangoAssertNumQueries

from campaign import sealing
from letters.models import AuditEntry, Letter
from letters.services import record_audit
from signatures import desk_urls, mailing, moderation, services
from signatures.keys import address_digest
from signatures.models import Organisation, Signature, State, Verified
from signatures.person import Person
from signatures.tallies import fold_tallies
from tests import factories
from tests.conftest import MemberClient
from tests.desk import desk_values

pytestmark = pytest.mark.django_db

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


@pytest.fixture
def letter(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, slug="keep-it-on")


@pytest.fixture
def waiting(letter: Letter) -> Signature:
    return make_waiting(letter)


def make_waiting(
    letter: Letter,
    name: str = "Jheel Digital Commons",
    *,
    email: str = "sana@jheel.org",
    state: str = "waiting",
) -> Signature:
    """An organisation that nobody has recorded yet, by default with a representative on its own domain."""
    signature = factories.make_signature(
        letter, email=email, state=state, verified="mail", exposure="counted"
    )
    person = Person(name="Sana Mirza", email=email, organisation=name, website="https://jheel.org")
    signature.kind, signature.exposure, signature.sealed = "organisation", "public", person.seal()
    signature.address_digest = address_digest(letter.pk, "organisation", email, letter.canonicalisation)
    signature.save()
    return signature


def address(name: str, letter: Letter, **given: Any) -> str:
    return reverse(f"desk:{name}", kwargs={"coalition": letter.lead.slug, "letter_id": letter.pk, **given})


def desk_addresses(signature: Signature) -> Iterator[tuple[str, str]]:
    """The URLs of the signatures' desk, filled with this coalition's objects; test_roles.py has those of the room."""
    letter = signature.letter
    values = desk_values(letter) | {"signature_id": signature.pk}
    for pattern in desk_urls.urlpatterns:
        if not set(wanted_by(pattern)) <= set(values):
            continue
        kwargs = {key: values[key] for key in wanted_by(pattern)}
        yield pattern.name or "", reverse(f"desk:{pattern.name}", kwargs=kwargs)


def wanted_by(pattern: URLPattern) -> list[str]:
    return list(pattern.pattern.converters)


def read(client: Client, url: str, **asked: str) -> str:
    response = client.get(url, asked)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def state_of(signature: Signature) -> str:
    return Signature.objects.values_list("state", flat=True).get(pk=signature.pk)


# --- Who may ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_another_coalitions_owner_finds_nothing(stranger_client: MemberClient, method: str) -> None:
    signature = make_waiting(factories.make_letter())
    before = Signature.objects.values().get()
    addresses = list(desk_addresses(signature))
    assert len(addresses) >= 10
    for name, url in addresses:
        status = getattr(stranger_client, method)(url).status_code
        # Where a method does not exist, it does not exist for members either: 405 says nothing of the object.
        assert status == 404 or (status == 405 and method_is_unknown(name, method)), (name, status)
    assert Signature.objects.values().get(pk=signature.pk) == before
    assert AuditEntry.objects.count() == 0


def method_is_unknown(name: str, method: str) -> bool:
    """Whether even a member gets 405."""
    signature = make_waiting(factories.make_letter())
    client = Client()
    client.force_login(factories.make_member(signature.letter.lead).user)
    return getattr(client, method)(dict(desk_addresses(signature))[name]).status_code == 405


@pytest.mark.parametrize("method", ["get", "post"])
def test_own_coalition_and_letter_do_not_open_anothers_signature(
    member_client: MemberClient, letter: Letter, method: str
) -> None:
    signature = make_waiting(factories.make_letter())
    theirs = f"{signature.letter.lead.slug}/letters/{signature.letter.pk}/"
    mine = f"{letter.lead.slug}/letters/{letter.pk}/"
    for name, url in desk_addresses(signature):
        if "signature_id" in wanted_by(next(p for p in desk_urls.urlpatterns if p.name == name)):
            assert getattr(member_client, method)(url.replace(theirs, mine)).status_code in (404, 405), name
    assert state_of(signature) == State.WAITING


def test_anonymous_visitors_are_asked_to_sign_in(client: Client) -> None:
    signature = make_waiting(factories.make_letter())
    for _name, url in desk_addresses(signature):
        for method in ("get", "post"):
            response = getattr(client, method)(url)
            assert response.status_code == 302
            assert response.headers["Location"].startswith("/accounts/login/?next=/desk/")


@pytest.mark.parametrize("state", ["waiting", "confirmed", "removed"])
def test_a_viewer_sees_no_signature_and_changes_nothing(client: Client, state: str) -> None:
    signature = make_waiting(factories.make_letter(), state=state)
    client.force_login(factories.make_member(signature.letter.lead, role="viewer").user)
    for name, url in desk_addresses(signature):
        assert client.post(url, {"reason": "spam", "organisation": "new"}).status_code in (403, 405), name
        assert client.get(url).status_code in (200, 403, 405), name
    assert state_of(signature) == state
    assert AuditEntry.objects.count() == 0
    assert client.get(address("signatures", signature.letter)).status_code == 403
    assert "full.csv" not in read(client, address("exports", signature.letter))


@pytest.mark.parametrize("state", ["waiting", "confirmed", "removed"])
def test_who_may_not_take_data_home_decides_all_the_same(client: Client, state: str) -> None:
    signature = make_waiting(factories.make_letter(), state=state)
    client.force_login(factories.make_member(signature.letter.lead, role="moderator").user)
    assert "full.csv" not in read(client, address("exports", signature.letter))
    assert client.post(address("export_full", signature.letter)).status_code == 403
    pages = {"waiting": "approve/", "confirmed": "remove/", "removed": "restore/"}
    assert pages[state] in read(client, f"{address('signatures', signature.letter)}{signature.pk}/")


def test_nothing_keeps_a_page_and_no_get_changes_anything(
    member_client: MemberClient, waiting: Signature
) -> None:
    before = Signature.objects.values().get()
    for _name, url in desk_addresses(waiting):
        response = member_client.get(url)
        assert response.status_code in (200, 405)
        assert response.headers["Cache-Control"] == "no-store, private"
    assert Signature.objects.values().get() == before
    assert AuditEntry.objects.count() == 0


# --- The list --------------------------------------------------------------------------------------------------


def test_names_are_read_whatever_is_shown_of_them(member_client: MemberClient, letter: Letter) -> None:
    factories.make_signature(letter, name="Ayesha Khan", exposure="public")
    factories.make_signature(letter, name="Bilal Aziz", exposure="initials")
    factories.make_signature(letter, name="Chandni Rao", exposure="counted")
    factories.make_signature(letter, name="Danish Ali", state="withdrawn")
    page = read(member_client, address("signatures", letter), kind="individual")
    for name in ("Ayesha Khan", "Bilal Aziz", "Chandni Rao"):
        assert name in page
    assert "Danish Ali" not in page
    withdrawn = read(member_client, address("signatures", letter), kind="individual", state="withdrawn")
    assert "Danish Ali" not in withdrawn
    assert "name taken back" in withdrawn


def test_kinds_states_and_countries_are_apart(member_client: MemberClient, letter: Letter) -> None:
    factories.make_signature(letter, name="Anna Andersson", country="SE")
    factories.make_signature(letter, name="Bilal Aziz", country="PK")
    factories.make_signature(letter, name="Chandni Rao", country="PK", state="quarantined")
    make_waiting(letter)
    url = address("signatures", letter)

    def seen(**asked: str) -> set[str]:
        page = read(member_client, url, **asked)
        return {name for name in ("Anna", "Bilal", "Chandni", "Jheel") if name in page}

    assert seen(kind="individual") == {"Anna", "Bilal"}
    assert seen(kind="individual", country="SE") == {"Anna"}
    assert seen(kind="individual", state="quarantined") == {"Chandni"}
    assert seen(kind="individual", state="quarantined", country="SE") == set()
    assert seen(kind="organisation") == set()
    assert seen(kind="organisation", state="waiting") == {"Jheel"}
    # What makes no sense is taken for the usual.
    assert seen(kind="cat", state="asleep", country="Atlantis", before="x", after="-1") == set()


def test_what_waits_is_announced(member_client: MemberClient, letter: Letter) -> None:
    overview, home = address("letter", letter), reverse("desk:home")
    for url in (overview, home):
        assert "waiting</a>" not in read(member_client, url)
    assert "wait for your decision" not in read(member_client, address("signatures", letter))
    make_waiting(letter)
    make_waiting(letter, "Another", email="b@jheel.org")
    for url in (overview, home):
        assert "2 waiting</a>" in read(member_client, url)
    assert "2 signatures wait for your decision" in read(member_client, address("signatures", letter))


def test_what_waits_is_counted_to_a_hundred(
    member_client: MemberClient, letter: Letter, waiting: Signature
) -> None:
    copies = [Signature(**{**copied(waiting), "address_digest": None}) for _ in range(120)]
    Signature.objects.bulk_create(copies)
    other = factories.make_letter()
    assert moderation.waiting_counts([letter, other]) == {letter.pk: 100, other.pk: 0}
    assert "99+ waiting</a>" in read(member_client, reverse("desk:home"))


def copied(signature: Signature) -> dict[str, Any]:
    return {
        field.attname: getattr(signature, field.attname)
        for field in Signature._meta.fields
        if field.name != "id"
    }


def test_pages_lead_to_older_and_back_to_newer(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moderation, "ON_A_PAGE", 2)
    pks = [factories.make_signature(letter).pk for _ in range(5)][::-1]
    factories.make_signature(letter, state="removed")
    factories.make_signature()

    def shown(*, before: int = 0, after: int = 0) -> tuple[list[int], int, int]:
        page = moderation.page_of(letter, "individual", "confirmed", before=before, after=after)
        return [seen.row.pk for seen in page.rows], page.previous, page.next

    assert shown() == (pks[:2], 0, pks[1])
    assert shown(before=pks[1]) == (pks[2:4], pks[2], pks[3])
    assert shown(before=pks[3]) == (pks[4:], pks[4], 0)
    assert shown(after=pks[4]) == (pks[2:4], pks[2], pks[3])
    assert shown(after=pks[2]) == (pks[:2], 0, pks[1])
    assert shown(before=pks[4]) == ([], 0, 0)


@pytest.mark.parametrize(("country", "index"), [("", "signature_desk"), ("SE", "signature_desk_country")])
def test_a_page_is_one_range_of_the_desks_index(letter: Letter, country: str, index: str) -> None:
    """Also where the newest signatures are another letter's, past which no page may read."""
    factories.make_signature(letter)
    Signature.objects.bulk_create(
        Signature(**{**copied(factories.make_signature(other)), "address_digest": None})
        for other in (letter, factories.make_letter())
        for _ in range(500)
    )
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("ANALYZE")
        moderation.page_of(letter, "individual", "confirmed", country, before=10**9)
        sql = next(query["sql"] for query in asked if "signatures_signature" in query["sql"])
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + sql)
        plan = " ".join(str(line) for line in cursor.fetchall())
    assert f"{index} " in plan
    assert "Sort" not in plan
    assert "B-TREE" not in plan


def test_the_pages_links_work(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "ON_A_PAGE", 1)
    first = factories.make_signature(letter, name="Anna")
    second = factories.make_signature(letter, name="Bilal", country="PK")
    url = address("signatures", letter)
    page = read(member_client, url, kind="individual", country="PK")
    assert f"?kind=individual&amp;state=confirmed&amp;country=PK&amp;before={second.pk}" in page
    older = read(member_client, url, kind="individual", country="PK", before=str(second.pk))
    assert "Anna" in older
    assert f"&amp;after={first.pk}" in older


# --- Search ----------------------------------------------------------------------------------------------------


def test_a_name_is_found_by_its_beginning(
    member_client: MemberClient, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "ON_A_PAGE", 1)
    first = factories.make_signature(letter, name="Élodie Martin")
    factories.make_signature(letter, name="Eloise Petit")
    factories.make_signature(letter, name="Martin Élodie")
    url = address("signatures", letter)
    asked = member_client.post(url, {"kind": "individual", "q": " elo "})
    assert asked.headers["Location"] == f"{url}?kind=individual&q=elo"
    page = read(member_client, asked.headers["Location"])
    assert "Élodie Martin" in page
    assert "Martin Élodie" not in page
    assert f"?kind=individual&amp;q=elo&amp;after={first.pk}" in page
    following = read(member_client, url, kind="individual", q="elo", after=str(first.pk))
    assert "Eloise Petit" in following
    assert "Élodie Martin" not in following
    assert "No listed name begins like that" in read(member_client, url, kind="individual", q="zzz")


@pytest.mark.parametrize("role", ["owner", "moderator"])
def test_an_address_is_found_and_stands_in_no_url(client: Client, role: str) -> None:
    letter = factories.make_letter()
    client.force_login(factories.make_member(letter.lead, role=role).user)
    factories.make_signature(letter, name="Ayesha Khan", email="ayesha@example.net", exposure="counted")
    factories.make_signature(letter, name="Bilal Aziz", email="bilal@example.net")
    factories.make_signature(name="Elsewhere", email="ayesha@example.net")
    url = address("signatures", letter)
    found = client.post(url, {"kind": "organisation", "q": " Ayesha@Example.net"})
    assert found.status_code == 200
    page = found.content.decode()
    assert "Ayesha Khan" in page
    assert "Bilal Aziz" not in page
    assert "Elsewhere" not in page
    for part in ("href=", "action="):
        for link in page.split(part)[1:]:
            assert "example.net" not in link.split(">")[0].lower()
    nothing = client.post(url, {"kind": "individual", "q": "nobody@example.net"}).content.decode()
    assert "Nothing was signed under this letter with that address" in nothing
    assert "Nothing was signed" in client.post(url, {"q": "no@address@"}).content.decode()


def test_an_address_in_the_url_is_not_searched_nor_carried_on(
    member_client: MemberClient, letter: Letter
) -> None:
    page = read(member_client, address("signatures", letter), q="a@example.net")
    assert "a@example.net" not in page


# --- One signature ---------------------------------------------------------------------------------------------


def test_the_representatives_domain_is_held_against_the_websites(
    member_client: MemberClient, letter: Letter
) -> None:
    own = make_waiting(letter, email="sana@mail.jheel.org")
    free = make_waiting(letter, email="jheel@gmail.com")
    other = make_waiting(letter, email="sana@elsewhere.org")

    def page(signature: Signature) -> str:
        return read(member_client, address("signature", letter, signature_id=signature.pk))

    assert "the mailbox is on the website’s own domain" in page(own)
    assert "free mail" in page(free)
    assert "the mailbox is not on the website’s domain" in page(other)
    for signature, domain in ((own, "mail.jheel.org"), (free, "gmail.com"), (other, "elsewhere.org")):
        assert f'Domain: <bdi dir="ltr">{domain}</bdi>' in page(signature)


def test_the_signatorys_own_link_is_told_to_nobody(
    member_client: MemberClient, letter: Letter, waiting: Signature
) -> None:
    confirmed = factories.make_signature(letter)
    for name in ("signature", "signature_remove"):
        for signature in (waiting, confirmed):
            page = read(member_client, address(name, letter, signature_id=signature.pk))
            assert "/signatures/" not in page.replace(address("signatures", letter), "")
    with pytest.raises(ValueError, match="approve_signature"):
        moderation.preview_mail(waiting, Person(name="x"), "approve_signature")


def test_what_no_key_opens_is_told_and_not_decided(
    member_client: MemberClient, letter: Letter, waiting: Signature
) -> None:
    Signature.objects.filter(pk=waiting.pk).update(sealed=b"\0" * 40)
    with pytest.raises(sealing.CannotOpen):
        Person.open(b"\0" * 40)
    url = address("signature", letter, signature_id=waiting.pk)
    assert "cannot be opened" in read(member_client, address("signatures", letter), state="waiting")
    assert "No key of this site opens" in read(member_client, url)
    for verb in ("approve", "refuse", "remove", "restore"):
        posted = member_client.post(f"{url}{verb}/", {"reason": "r", "organisation": "new"}, follow=True)
        assert posted.status_code == 200
    assert state_of(waiting) == State.WAITING


# --- Decisions -------------------------------------------------------------------------------------------------


def test_a_new_organisation_is_approved(
    member_client: MemberClient, letter: Letter, waiting: Signature, mailbox: list[EmailMessage]
) -> None:
    url = address("signature", letter, signature_id=waiting.pk)
    page = read(member_client, url)
    assert 'value="new" checked' in page
    form = {"organisation": "new", "evidence": "Called their office."}
    answer = member_client.post(f"{url}approve/", form, follow=True)
    assert answer.redirect_chain == [(url, 302)]
    assert "The signature was approved" in answer.content.decode()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.verified) == (State.CONFIRMED, Verified.REVIEWER)
    recorded = Organisation.objects.get()
    assert waiting.organisation == recorded
    assert (recorded.domain, recorded.evidence) == ("jheel.org", "Called their office.")
    assert recorded.verified_by == member_client.user
    mailing.send_owed_mail()
    assert [mail.to for mail in mailbox] == [["sana@jheel.org"]]
    assert letter.audit.get().action == "organisation approved"
    assert "organisation approved" in read(member_client, url)
    assert "Called their office." in read(
        member_client, reverse("desk:organisations", args=[letter.lead.slug])
    )


def test_the_same_organisation_is_proposed_and_others_are_offered(
    member_client: MemberClient, letter: Letter, waiting: Signature
) -> None:
    same = factories.make_organisation(
        letter.lead, name="Jheel Digital-Commons", name_key="jheeldigitalcommons"
    )
    abroad = factories.make_organisation(letter.lead, name="Jheel Digital Commons", country="IN")
    beginning = factories.make_organisation(letter.lead, name="Jheel Digital Rights")
    website = factories.make_organisation(letter.lead, name="Q", website="https://ur.jheel.org/x")
    factories.make_organisation(letter.lead, name="Somebody Else", website="https://else.org")
    factories.make_organisation(letter.lead, name="Not Theirs", website="https://not-jheel.org")
    factories.make_organisation(name="Jheel Digital Commons")  # of another coalition
    page = read(member_client, address("signature", letter, signature_id=waiting.pk))
    assert f'value="{same.pk}" checked' in page
    assert 'value="new"' not in page
    alikes = moderation.look_alikes(waiting, Person.open(waiting.sealed))
    assert [alike.organisation for alike in alikes] == [same, abroad, website, beginning]
    member_client.post(
        address("signature_approve", letter, signature_id=waiting.pk), {"organisation": str(website.pk)}
    )
    waiting.refresh_from_db()
    assert waiting.organisation == website


def test_an_organisation_that_stands_already_is_not_approved_again(
    member_client: MemberClient, letter: Letter, waiting: Signature
) -> None:
    same = factories.make_organisation(letter.lead, name="Jheel Digital Commons")
    factories.make_signature(letter, kind="organisation", organisation=same)
    page = read(member_client, address("signature", letter, signature_id=waiting.pk))
    assert "can only be refused" in page
    form = {"organisation": str(same.pk), "evidence": "what I typed"}
    answer = member_client.post(address("signature_approve", letter, signature_id=waiting.pk), form)
    assert answer.status_code == 422
    assert state_of(waiting) == State.WAITING


def test_whoever_was_slower_is_told_and_keeps_what_they_typed(
    member_client: MemberClient, letter: Letter, waiting: Signature, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = factories.make_organisation(letter.lead, name="Jheel Digital Commons")
    # As if the other were approved between the form's look and the service's.
    monkeypatch.setattr(moderation, "_standing", lambda row, organisations: {})
    factories.make_signature(letter, kind="organisation", organisation=same)
    form = {"organisation": str(same.pk), "evidence": "what I typed"}
    answer = member_client.post(address("signature_approve", letter, signature_id=waiting.pk), form)
    assert answer.status_code == 409
    assert "stands under the letter already" in answer.content.decode()
    assert "what I typed" in answer.content.decode()
    assert state_of(waiting) == State.WAITING


def test_refusing_needs_a_reason_and_mails_it(
    member_client: MemberClient, letter: Letter, waiting: Signature, mailbox: list[EmailMessage]
) -> None:
    url = address("signature", letter, signature_id=waiting.pk)
    assert "has not accepted the signature of Jheel Digital Commons" in read(member_client, url)
    empty = member_client.post(f"{url}refuse/", {"reason": "  "})
    assert empty.status_code == 422
    assert "Give a reason" in empty.content.decode()
    assert state_of(waiting) == State.WAITING
    answer = member_client.post(f"{url}refuse/", {"reason": "Nobody there knows of it."}, follow=True)
    assert "The signature was refused" in answer.content.decode()
    assert "Nobody there knows of it." in answer.content.decode()
    assert state_of(waiting) == State.REFUSED
    mailing.send_owed_mail()
    assert [mail.to for mail in mailbox] == [["sana@jheel.org"]]
    assert "Nobody there knows of it." in str(mailbox[0].body)


def test_a_reason_that_is_too_long_comes_back(
    member_client: MemberClient, letter: Letter, waiting: Signature
) -> None:
    url = address("signature_refuse", letter, signature_id=waiting.pk)
    answer = member_client.post(url, {"reason": "far too long " * 200})
    assert answer.status_code == 422
    assert "far too long far too long" in answer.content.decode()


def test_removing_asks_first_mails_the_reason_and_is_undone(
    member_client: MemberClient, letter: Letter, mailbox: list[EmailMessage]
) -> None:
    signature = factories.make_signature(letter, name="Ayesha Khan", email="ayesha@example.net")
    url = address("signature", letter, signature_id=signature.pk)
    asked = read(member_client, f"{url}remove/")
    assert "Remove this signature?" in asked
    assert "has removed the signature of Ayesha Khan" in asked
    assert member_client.post(f"{url}remove/", {"reason": ""}).status_code == 422
    assert state_of(signature) == State.CONFIRMED
    member_client.post(f"{url}remove/", {"reason": "It is an insult."})
    fold_tallies()
    assert state_of(signature) == State.REMOVED
    assert "Ayesha Khan" not in read(Client(), "/letters/keep-it-on/signatories/")
    mailing.send_owed_mail()
    assert "It is an insult." in str(mailbox[0].body)
    assert member_client.get(f"{url}remove/").status_code == 302
    restored = member_client.post(f"{url}restore/", follow=True)
    assert "The signature was restored" in restored.content.decode()
    assert "It is an insult." not in restored.content.decode()
    assert state_of(signature) == State.CONFIRMED
    mailing.send_owed_mail()
    assert len(mailbox) == 1
    assert [entry.action for entry in letter.audit.all()] == ["signature restored", "signature removed"]


@pytest.mark.parametrize("verb", ["approve", "refuse", "remove", "restore"])
def test_a_decision_that_comes_too_late_is_told(
    member_client: MemberClient, letter: Letter, waiting: Signature, verb: str
) -> None:
    services.withdraw(waiting)
    url = address(f"signature_{verb}", letter, signature_id=waiting.pk)
    answer = member_client.post(url, {"reason": "Too late", "organisation": "new"}, follow=True)
    assert "Nothing was changed, since this signature is now: Withdrawn." in answer.content.decode()
    assert state_of(waiting) == State.WITHDRAWN


def test_the_next_that_waits_is_one_step_away(
    member_client: MemberClient, letter: Letter, waiting: Signature
) -> None:
    url = address("signature", letter, signature_id=waiting.pk)
    assert "Next that waits" not in read(member_client, url)
    another = make_waiting(letter, "Another", email="b@jheel.org")
    page = read(member_client, url)
    assert f'href="{address("signature", letter, signature_id=another.pk)}">Next that waits' in page


# --- Organisations and exports ---------------------------------------------------------------------------------


def test_the_full_list_is_taken_by_members_and_recorded(member_client: MemberClient, letter: Letter) -> None:
    factories.make_signature(letter, name="Chandni Rao", email="c@example.net", exposure="counted")
    page = read(member_client, address("exports", letter))
    assert "/letters/keep-it-on/signatories.csv" in page
    assert "?lang=en" in page
    assert "Taken before" not in page
    answer = member_client.post(address("export_full", letter))
    assert letter.audit.get().action == "full list exported"
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="keep-it-on-full-')
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["name"], row["email"]) for row in rows] == [("Chandni Rao", "c@example.net")]
    assert "Taken before" in read(member_client, address("exports", letter))


def test_a_draft_has_no_public_exports(member_client: MemberClient) -> None:
    draft = factories.make_letter(coalition=member_client.coalition, state="draft")
    page = read(member_client, address("exports", draft))
    assert "signatories.csv" not in page
    assert "once the letter is public" in page


# --- What it costs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "cost"),
    [("signatures", 9), ("signature", 20), ("exports", 9), ("organisations", 4), ("letter", 14)],
)
def test_pages_cost_the_same_for_more_of_everything(
    member_client: MemberClient,
    letter: Letter,
    rows: int,
    name: str,
    cost: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(rows):
        waiting = make_waiting(letter, email=f"sana{number}@jheel.org")
        factories.make_organisation(
            letter.lead, name="Jheel Digital Commons", country=["PK", "IN", "SE"][number]
        )
        factories.make_signature(letter)
        record_audit(letter.lead, "x", letter=letter, actor=member_client.user)
        record_audit(
            letter.lead, "y", letter=letter, actor=member_client.user, detail={"signature": waiting.pk}
        )
    fold_tallies()
    url = dict([*desk_addresses(waiting), ("letter", address("letter", letter))])[name]
    with django_assert_num_queries(cost):
        assert member_client.get(f"{url}?state=waiting").status_code == 200
