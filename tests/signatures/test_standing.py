"""A new edition, and who stands under which: asked by mail, answered on the own page, counted and shown."""

import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deliveries.mail import document_for
from deliveries.models import Delivery
from deliveries.revising import release_edition
from deliveries.services import make_occasion
from letters import services as letters
from letters.jobs import run_jobs
from letters.models import Edition, Job, Letter
from signatures import services, standing
from signatures.documents import document_data
from signatures.documents.building import fresh_letter
from signatures.links import make_token
from signatures.mailing import send_owed_mail
from signatures.models import EditionTotal, Mail, Signature
from signatures.person import Person
from signatures.public import Literal, standing_by_edition
from signatures.tallies import fold_tallies, recount_tallies
from tests.factories import make_letter, make_organisation, make_signature
from tests.letters.test_revising import BODY, seen, write
from tests.parts.smtp import MailServer
from tests.signatures.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "The court ruled on Monday: we ask for one thing more."


def release(letter: Letter, *, substance: bool = True, body: str = BODY, **more: Any) -> Edition:
    letters.begin_edition(letter, substance=substance)
    write(letter, body=body, note=NOTE)
    edition = release_edition(letter, seen=seen(letter), **more)
    assert edition
    return edition


def own(signature: Signature) -> str:
    return reverse("signatures:own", args=[make_token(signature)])


def stood() -> dict[int, int]:
    return dict(EditionTotal.objects.filter(count__gt=0).values_list("number", "count"))


@pytest.fixture
def letter() -> Letter:
    return make_letter(languages=["en", "ur"])


def test_each_earlier_signatory_is_asked_once_in_their_language(letter: Letter, smtp: MailServer) -> None:
    make_signature(letter, name="Ayesha Khan", email="ayesha@example.net")
    make_signature(letter, email="bilal@example.net", language="ur")
    make_signature(letter, kind="organisation", email="office@example.net")
    for state in ("pending", "withdrawn", "removed", "quarantined", "waiting"):
        make_signature(letter, state=state)
    fold_tallies()
    release(letter)
    assert Job.objects.get().total == 3
    run_jobs()
    send_owed_mail()
    run_jobs()
    send_owed_mail()
    to = sorted(message.recipients[0] for message in smtp.messages)
    assert to == ["ayesha@example.net", "bilal@example.net", "office@example.net"]
    (mail,) = smtp.to("ayesha@example.net")
    assert "Ayesha Khan" in mail.body()
    assert NOTE in mail.body()
    assert "/signatures/" in mail.body("html")
    assert Job.objects.get().state == "done"


def test_who_has_no_address_is_not_asked_and_holds_up_nobody(letter: Letter, smtp: MailServer) -> None:
    row = make_signature(letter, origin="imported")
    row.sealed = Person(name="Nobody Known").seal()
    row.save()
    make_signature(letter, email="bilal@example.net")
    release(letter)
    run_jobs()
    send_owed_mail()
    assert [message.recipients for message in smtp.messages] == [["bilal@example.net"]]
    assert not Signature.objects.filter(mail_due_at__isnull=False).exists()


def test_who_stands_already_or_withdraws_meanwhile_gets_no_mail(letter: Letter, smtp: MailServer) -> None:
    first, second = make_signature(letter), make_signature(letter)
    release(letter)
    run_jobs()
    assert set(Signature.objects.values_list("mail", flat=True)) == {Mail.STAND}
    assert standing.stand_under(first, number=2)
    services.withdraw(second)
    send_owed_mail()
    assert smtp.messages == []


def test_a_killed_worker_leaves_a_job_that_goes_on_where_it_was(
    letter: Letter, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(5):
        make_signature(letter)
    release(letter)
    monkeypatch.setattr(standing, "BATCH", 2)
    job = Job.objects.get()
    with transaction.atomic():
        assert standing.ask_some(job) == 2
        job.save()
    send_owed_mail()
    run_jobs()
    send_owed_mail()
    assert len(smtp.messages) == 5
    assert len({message.recipients[0] for message in smtp.messages}) == 5
    assert len({message.message["Message-ID"] for message in smtp.messages}) == 5


def test_a_confirmation_does_not_wait_behind_those_who_are_asked(
    letter: Letter, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signatures.mailing.BATCH", 1)
    for _number in range(3):
        make_signature(letter, mail="stand", mail_due_at="2024-01-01T00:00Z")
    make_signature(letter, state="pending", mail="confirm", mail_due_at=timezone.now(), email="a@example.net")
    letters.begin_edition(letter, substance=True)
    write(letter)
    letters.publish_edition(letter, seen=seen(letter))
    send_owed_mail()
    assert smtp.messages[0].recipients == ["a@example.net"]
    assert len(smtp.messages) == 4


def test_both_queues_of_mail_are_read_by_an_index(letter: Letter) -> None:
    for rows, index in (
        (Signature.objects.exclude(mail=Literal(Mail.STAND)), "signature_mail_owed"),
        (Signature.objects.filter(mail=Literal(Mail.STAND)), "signature_stand_owed"),
    ):
        due = rows.filter(mail_due_at__lte=timezone.now()).order_by("mail_due_at")[:100]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET enable_seqscan = off")
        assert index in due.explain()


def test_the_own_page_shows_the_difference_and_takes_the_answer_once(letter: Letter, client: Client) -> None:
    signature = make_signature(letter, name="Ayesha Khan")
    fold_tallies()
    assert "Stand under" not in client.get(own(signature)).content.decode()
    release(letter)
    page = client.get(own(signature)).content.decode()
    seen = re.sub(r'<span class="visually-hidden".*?</span>', "", page)
    assert "<del>elections</del><ins>polls</ins>" in seen
    assert NOTE in page
    for _again in range(2):
        answer = client.post(own(signature), {"verb": "stand", "number": "2"})
        assert answer.status_code == 303
    assert "You stand under edition 2" in client.get(answer.headers["Location"]).content.decode()
    signature.refresh_from_db()
    assert str(signature.edition) == "2.0"
    fold_tallies()
    assert stood() == {2: 1}
    assert recount_tallies() == 0


@pytest.mark.parametrize("number", ["1", "3", "", "x", "²", "9" * 40])
def test_only_the_edition_that_was_read_is_stood_under(letter: Letter, client: Client, number: str) -> None:
    signature = make_signature(letter)
    release(letter)
    answer = client.post(own(signature), {"verb": "stand", "number": number})
    assert answer.status_code == 409
    assert "Stand under edition 2" in answer.content.decode()
    signature.refresh_from_db()
    assert str(signature.edition) == "1.0"


def test_who_signed_before_and_confirms_after_is_asked_too(letter: Letter, smtp: MailServer) -> None:
    """What they read when they signed was the edition before."""
    signature = make_signature(letter, state="pending", email="ayesha@example.net")
    newer = make_signature(letter, state="pending", email="bilal@example.net")
    release(letter)
    run_jobs()
    newer.edition = Letter.objects.get(pk=letter.pk).edition
    newer.save()
    for row in (signature, newer):
        assert services.confirm(row).state == "confirmed"
    send_owed_mail()
    assert [message.recipients for message in smtp.messages] == [["ayesha@example.net"]]
    assert NOTE in smtp.messages[0].body()


def test_a_delivery_on_its_way_keeps_its_own_edition(letter: Letter) -> None:
    make_occasion(letter)
    delivery = Delivery.objects.all()[0]
    release(letter)
    before, after = (
        document_data(fresh_letter(letter.pk, edition), "en", most=9)["edition"]
        for edition in (delivery.edition, None)
    )
    assert (before, after) == ("1.0", "2.0")
    assert document_for(Delivery.objects.get(pk=delivery.pk)).source.split(":")[1] == "1.0"


def test_a_get_changes_nothing(letter: Letter, client: Client) -> None:
    signature = make_signature(letter)
    release(letter)
    client.get(own(signature) + "?verb=stand&number=2")
    signature.refresh_from_db()
    assert str(signature.edition) == "1.0"


def test_the_public_is_told_how_many_stand_under_which(letter: Letter, client: Client) -> None:
    stays, moves = make_signature(letter, name="Stays Put"), make_signature(letter, name="Moves On")
    release(letter)
    standing.stand_under(moves, number=2)
    make_signature(Letter.objects.get(pk=letter.pk), name="New Comer")
    fold_tallies()
    letter.refresh_from_db()
    assert [(number, of.individuals) for number, of in standing_by_edition(letter)] == [(2, 2), (1, 1)]
    for path in (letter.get_absolute_url(), reverse("letters:editions", args=[letter.slug])):
        page = client.get(path).content.decode()
        assert "2 stand under edition 2" in page
        assert "1 stands under edition 1" in page
    listed = client.get(reverse("signatures:list", args=[letter.slug]) + "?kind=individual").content.decode()
    rows = re.findall(r"<li>.*?</li>", listed, re.DOTALL)
    assert [("edition 1" in row) for row in rows if stays.public_name in row] == [True]
    assert [("edition 1" in row) for row in rows if moves.public_name in row] == [False]


def test_a_withdrawal_folds_out_of_the_edition_it_stood_under(letter: Letter) -> None:
    first, second = make_signature(letter), make_signature(letter)
    fold_tallies()
    release(letter)
    standing.stand_under(first, number=2)
    fold_tallies()
    assert stood() == {1: 1, 2: 1}
    services.withdraw(first)
    services.withdraw(second)
    fold_tallies()
    assert stood() == {}
    assert recount_tallies() == 0


def test_standing_withdrawing_and_folding_at_once_count_exactly(letter: Letter) -> None:
    signatures = [make_signature(letter) for _number in range(6)]
    fold_tallies()
    release(letter)
    verbs = [lambda row=row: standing.stand_under(row, number=2) for row in signatures]
    at_once(*verbs, lambda: services.withdraw(signatures[0]), fold_tallies, fold_tallies)
    fold_tallies()
    assert stood() == {2: 5}
    assert recount_tallies() == 0


def test_the_recount_repairs_what_is_counted_by_edition(letter: Letter) -> None:
    make_signature(letter)
    fold_tallies()
    EditionTotal.objects.update(count=9)
    assert recount_tallies() == 1
    assert stood() == {1: 1}


def test_a_revision_asks_nobody_and_owes_no_official_another_mail(letter: Letter, smtp: MailServer) -> None:
    signature = make_signature(letter)
    make_occasion(letter)
    fold_tallies()
    release(letter, substance=False)
    assert not Job.objects.exists()
    assert make_occasion(Letter.objects.get(pk=letter.pk)) is None
    signature.refresh_from_db()
    assert str(signature.edition) == "1.0"
    make_signature(Letter.objects.get(pk=letter.pk))
    fold_tallies()
    assert stood() == {1: 2}


@pytest.mark.parametrize("delivers", [True, False])
def test_a_new_edition_is_handed_over_where_the_coalition_chose_so(letter: Letter, delivers: bool) -> None:
    make_occasion(letter)
    release(letter, delivers=delivers)
    editions = [str(row.edition) for row in Delivery.objects.select_related("edition").order_by("pk")]
    assert editions == ["1.0"] * 3 + ["2.0"] * (3 if delivers else 0)


def test_releasing_is_one_transaction(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("deliveries.revising.ask_to_stand", fail)
    with pytest.raises(RuntimeError):
        release(letter)
    assert str(Letter.objects.get(pk=letter.pk).edition) == "1.0"


def test_new_signatures_stand_under_the_newest(letter: Letter) -> None:
    make_organisation(letter.lead)
    release(letter)
    release(letter, substance=False, body=BODY + " Once more.")
    row = make_signature(Letter.objects.get(pk=letter.pk))
    assert str(row.edition) == "2.1"
    fold_tallies()
    assert stood() == {2: 1}
