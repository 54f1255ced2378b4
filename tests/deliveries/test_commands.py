import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from deliveries.models import Delivery
from deliveries.services import make_occasion
from letters.models import Letter
from tests.deliveries.helpers import at_once, make_due, states
from tests.factories import make_coalition, make_letter
from tests.parts.smtp import DROP, MailServer


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_it_hands_over_once(letter: Letter, smtp: MailServer) -> None:
    assert "Handed over: 3 accepted by their server." in run("deliver", letter.slug)
    assert f"Nothing is owed: everybody has edition 1.0 of {letter.slug}." in run("deliver", letter.slug)
    assert len(smtp.messages) == 3


def test_again_makes_a_new_occasion(letter: Letter, smtp: MailServer) -> None:
    run("deliver", letter.slug)
    run("deliver", letter.slug, "--again")
    assert len(smtp.messages) == 6
    assert letter.occasions.count() == 2


@pytest.mark.parametrize(
    ("reply", "told"),
    [("550 no such user", "refused"), (DROP, "unknown"), ("451 later", "the worker tries again) 451 later")],
)
def test_what_does_not_arrive_is_told_and_fails(
    letter: Letter, smtp: MailServer, reply: str, told: str
) -> None:
    official = letter.addressees.all()[0]
    smtp.script(official.email, [reply])
    out = StringIO()
    with pytest.raises(CommandError, match="Not everything arrived: 2 accepted by their server, 1 "):
        call_command("deliver", letter.slug, stdout=out)
    assert out.getvalue().startswith(official.name)
    assert told in out.getvalue()


def test_a_second_run_finishes_what_was_put_off(letter: Letter, smtp: MailServer) -> None:
    smtp.script(letter.addressees.all()[0].email, ["451 later"])
    with pytest.raises(CommandError):
        run("deliver", letter.slug)
    make_due()
    assert "Handed over: 1 accepted" in run("deliver", letter.slug)
    assert len(smtp.messages) == 3


def test_it_finishes_what_the_desk_handed_over(letter: Letter, smtp: MailServer) -> None:
    make_occasion(letter)
    assert "Handed over: 3 accepted" in run("deliver", letter.slug)
    assert letter.occasions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_once(smtp: MailServer) -> None:
    letter = make_letter(addressees=3, copies=6)
    at_once(lambda: run("deliver", letter.slug), times=2)
    assert states() == ["accepted"] * 9
    assert len(smtp.messages) == 9


def test_errors_say_what_is_wrong(db: None) -> None:
    draft = make_letter(state="draft")
    other = make_letter(state="draft", slug=draft.slug, coalition=make_coalition(slug="others"))
    for command in ("deliver", "ledger"):
        with pytest.raises(CommandError, match="no letter has the address 'nowhere'"):
            run(command, "nowhere")
        with pytest.raises(CommandError, match="several drafts have the address"):
            run(command, draft.slug)
    with pytest.raises(CommandError, match=r"once it is public"):
        run("deliver", other.slug, "--coalition", "others")
    with pytest.raises(CommandError, match="in 'nobody'"):
        run("deliver", other.slug, "--coalition", "nobody")
    assert not Delivery.objects.exists()


def test_the_ledger_as_json(letter: Letter, smtp: MailServer) -> None:
    smtp.script(letter.addressees.all()[1].email, ["550 no"])
    with pytest.raises(CommandError):
        run("deliver", letter.slug)
    rows = json.loads(run("ledger", letter.slug, "--format", "json"))
    assert [row["state"] for row in rows] == ["accepted", "refused", "accepted"]
    official = letter.addressees.all()[0]
    assert list(rows[0]) == [
        "official",
        "address",
        "kind",
        "occasion",
        "edition",
        "state",
        "message_id",
        "events",
    ]
    assert rows[0]["official"] == f"{official.name}, Minister, Government of Somewhere"
    assert (rows[0]["address"], rows[0]["kind"], rows[0]["occasion"]) == (official.email, "to", 1)
    assert rows[0]["edition"] == "1.0"
    assert rows[0]["message_id"] == smtp.messages[0].message["Message-ID"]
    assert [event["state"] for event in rows[0]["events"]] == ["queued", "claimed", "accepted"]
    assert set(rows[0]["events"][0]) == {"at", "state", "detail"}
    assert rows[0]["events"][0]["at"].endswith("+00:00")


def test_the_ledger_as_text(letter: Letter, smtp: MailServer) -> None:
    assert run("ledger", letter.slug) == "Nothing has been handed over.\n"
    assert json.loads(run("ledger", letter.slug, "--format", "json")) == []
    run("deliver", letter.slug)
    header, *lines = run("ledger", letter.slug).splitlines()
    assert header.split() == ["occasion", "edition", "kind", "state", "last", "change", "(UTC)", "official"]
    assert len(lines) == 3
    assert all("accepted" in line for line in lines)
