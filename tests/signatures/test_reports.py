"""Anybody can report a name on the signatory list, and nobody can empty it that way."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letters.models import Letter
from signatures import public, reporting, retention, services
from signatures.links import make_token
from signatures.models import Report, Signature
from tests import factories

pytestmark = pytest.mark.django_db

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def letter() -> Letter:
    return factories.make_letter(slug="keep-it-on", languages=["en", "ur"])


def report_link(client: Client, name: str, kind: str = "individual") -> str:
    """The link beside the name on the public list."""
    page = client.get("/letters/keep-it-on/signatories/", {"kind": kind, "order": "name"}).content.decode()
    found = re.search(rf'href="([^"]+)"[^>]*aria-label="Report {name}"', page)
    assert found, page
    return found[1].replace("&amp;", "&")


def post(client: Client, url: str, **data: str) -> int:
    path, _mark, query = url.partition("?")
    named = dict(part.split("=") for part in query.split("&"))
    return client.post(path, {"reason": "never_signed", **named, **data}, headers=SAME_SITE).status_code


def state_of(row: Signature) -> str:
    row.refresh_from_db()
    return row.state


def test_a_name_is_reported_from_the_list_and_hidden_until_it_is_decided(
    client: Client, letter: Letter
) -> None:
    row = factories.make_signature(letter, name="Ayesha Khan")
    factories.make_signature(letter, name="Bilal Ahmed")
    url = report_link(client, "Ayesha Khan")
    page = client.get(url).content.decode()
    assert "Ayesha Khan" in page
    answer = client.post(
        url.partition("?")[0],
        {
            **dict(part.split("=") for part in url.partition("?")[2].split("&")),
            "reason": "abusive",
            "words": "Not me",
        },
        headers=SAME_SITE,
        follow=True,
    )
    assert "a person looks at it" in answer.content.decode()
    assert state_of(row) == "quarantined"
    assert (
        "Ayesha Khan"
        not in client.get("/letters/keep-it-on/signatories/?kind=individual&order=name&q=Ay").content.decode()
    )
    found = Report.objects.get()
    assert (found.reason, found.hides) == ("abusive", True)
    assert found.words is not None
    assert b"Not me" not in bytes(found.words)


def test_the_answer_is_the_same_whatever_is_reported(client: Client, letter: Letter) -> None:
    row = factories.make_signature(letter, name="Ayesha Khan")
    url = report_link(client, "Ayesha Khan")
    answers = []
    for reference in (row.sort_key, row.sort_key, b"nobody at all"):
        data = {"kind": "individual", "row": public.cursor_of(bytes(reference)), "reason": "never_signed"}
        response = client.post(url.partition("?")[0], data, headers=SAME_SITE)
        answers.append((response.status_code, response.headers["Location"], response.content))
    assert len(set(answers)) == 1
    assert Report.objects.count() == 1


def test_a_second_report_only_raises_the_number(letter: Letter) -> None:
    row = factories.make_signature(letter, kind="organisation")
    named = {"kind": "organisation", "reference": public.cursor_of(row.sort_key), "reason": "abusive"}
    assert [reporting.report_signature(letter.pk, **named) for _time in range(3)] == [True, False, False]
    assert Report.objects.get().times == 3


def test_a_machine_that_fills_in_everything_reports_nothing(client: Client, letter: Letter) -> None:
    row = factories.make_signature(letter, name="Ayesha Khan")
    assert post(client, report_link(client, "Ayesha Khan"), homepage="https://spam.example/") == 303
    assert state_of(row) == "confirmed"
    assert not Report.objects.exists()


def test_another_site_cannot_report_for_its_visitors(client: Client, letter: Letter) -> None:
    row = factories.make_signature(letter, name="Ayesha Khan")
    url = report_link(client, "Ayesha Khan")
    response = client.post(url.partition("?")[0], {}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert state_of(row) == "confirmed"


def test_a_report_without_a_reason_comes_back_with_its_words(client: Client, letter: Letter) -> None:
    factories.make_signature(letter, name="Ayesha Khan")
    url = report_link(client, "Ayesha Khan")
    path, _mark, query = url.partition("?")
    named = dict(part.split("=") for part in query.split("&"))
    response = client.post(path, {**named, "words": "I was in hospital"}, headers=SAME_SITE)
    assert response.status_code == 422
    assert "I was in hospital" in response.content.decode()
    assert not Report.objects.exists()


def test_no_more_than_some_names_are_hidden_at_once(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "HIDDEN_AT_ONCE", 2)
    rows = [factories.make_signature(letter) for _number in range(4)]
    for row in rows:
        reference = public.cursor_of(row.sort_key)
        reporting.report_signature(letter.pk, kind=row.kind, reference=reference, reason="never_signed")
    assert [state_of(row) for row in rows] == ["quarantined", "quarantined", "confirmed", "confirmed"]
    assert Report.objects.filter(decided_at=None).count() == 4
    services.withdraw(rows[0])
    late = factories.make_signature(letter)
    reference = public.cursor_of(late.sort_key)
    reporting.report_signature(letter.pk, kind=late.kind, reference=reference, reason="never_signed")
    assert state_of(late) == "quarantined"


def test_an_organisation_is_reported_and_stays_listed(client: Client, letter: Letter) -> None:
    organisation = factories.make_organisation(letter.lead, name="Jheel Commons")
    row = factories.make_signature(letter, kind="organisation", organisation=organisation)
    assert post(client, report_link(client, "Jheel Commons", "organisation")) == 303
    assert state_of(row) == "confirmed"
    assert Report.objects.get().hides is False


@pytest.mark.parametrize("exposure", ["country", "counted"])
def test_who_is_not_named_is_not_reported(client: Client, letter: Letter, exposure: str) -> None:
    row = factories.make_signature(letter, exposure=exposure)
    page = client.get("/letters/keep-it-on/signatories/?kind=individual&order=name").content.decode()
    assert 'aria-label="Report' not in page
    reference = public.cursor_of(row.sort_key)
    assert not reporting.report_signature(letter.pk, kind=row.kind, reference=reference, reason="abusive")


def test_a_name_of_another_letter_is_not_reached(client: Client, letter: Letter) -> None:
    row = factories.make_signature(factories.make_letter())
    reference = public.cursor_of(row.sort_key)
    page = client.get(
        reverse("signatures:report", args=["keep-it-on"]), {"kind": "individual", "row": reference}
    )
    assert "not on the list" in page.content.decode()
    assert not reporting.report_signature(letter.pk, kind=row.kind, reference=reference, reason="abusive")


@pytest.mark.parametrize("reference", ["", "%", "AAAA", "x" * 500, "ü"])
def test_what_names_nothing_is_told(client: Client, letter: Letter, reference: str) -> None:
    url = reverse("signatures:report", args=["keep-it-on"])
    page = client.get(url, {"kind": "individual", "row": reference})
    assert page.status_code == 200
    assert "not on the list" in page.content.decode()


def test_the_form_speaks_the_letters_language(client: Client, letter: Letter) -> None:
    row = factories.make_signature(letter, name="عائشہ خان")
    named = {"kind": "individual", "row": public.cursor_of(row.sort_key)}
    page = client.get(reverse("signatures:report_in", args=["keep-it-on", "ur"]), named).content.decode()
    assert 'dir="rtl"' in page
    assert "<bdi>عائشہ خان</bdi>" in page


def test_a_draft_has_no_such_page(client: Client) -> None:
    factories.make_letter(slug="secret", state="draft")
    for method in (client.get, client.post):
        assert method("/letters/secret/signatories/report/").status_code == 404


def test_the_signatory_reads_in_their_data_that_they_were_reported(client: Client, letter: Letter) -> None:
    row = factories.make_signature(letter, name="Ayesha Khan")
    post(client, report_link(client, "Ayesha Khan"), words="I know her")
    row.refresh_from_db()
    token = make_token(row)
    assert "under review" in client.get(reverse("signatures:own", args=[token])).content.decode()
    data = client.get(reverse("signatures:own_data", args=[token]))
    assert [one["reason"] for one in data.json()["reports"]] == ["never_signed"]
    assert "I know her" not in data.content.decode()


def test_words_of_reports_are_destroyed_some_time_after_the_decision(letter: Letter) -> None:
    old = timezone.now() - timedelta(days=retention.PENDING_DAYS + 1)
    rows = [factories.make_signature(letter) for _number in range(3)]
    decided: dict[str, Any] = {"decision": "kept", "words": b"sealed"}
    Report.objects.create(letter=letter, signature=rows[0], decided_at=old, **decided)
    Report.objects.create(letter=letter, signature=rows[1], decided_at=timezone.now(), **decided)
    Report.objects.create(letter=letter, signature=rows[2], words=b"sealed", created_at=old)
    assert retention.destroy_expired()["words of reports"] == 1
    assert Report.objects.filter(words=None).get().signature == rows[0]
