"""A list brought to a real Celery worker that is killed in the middle: the next one goes on, and no row is doubled."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count

from letters.models import Job
from signatures.guests import deciding
from signatures.models import GuestImport, Invitation, Organisation
from tests import factories
from tests.parts.process import wait_until
from tests.parts.site import Worker

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 2500
SOON = 15  # seconds: the lease, a tick of beat, and a worker that starts on a busy machine


def in_the_middle() -> bool:
    job = Job.objects.order_by("-pk").first()
    return bool(job and job.total and 0 < job.done < job.total)


def is_over() -> bool:
    return not Job.objects.unfinished().exists()


def kill_in_the_middle(worker: Worker) -> int:
    """How far the job was."""
    wait_until(in_the_middle, seconds=30, what="a first step")
    worker.kill()
    job = Job.objects.latest("pk")
    assert job.done < job.total
    return job.done


def go_on(worker: Worker, done: int) -> None:
    worker.start()
    wait_until(lambda: Job.objects.latest("pk").done > done, seconds=SOON, what="the next step")
    wait_until(is_over, seconds=60, what="the end")


def test_a_worker_killed_while_it_reads_and_while_it_adds_doubles_nothing(
    redis_queue: str, new_worker: Callable[..., Worker]
) -> None:
    letter: Any = factories.make_letter(state="draft")
    text = "".join(f"Network {n} of {n * 7919 % 9973},PK,,n{n}@member.example.org\n" for n in range(ROWS))
    actor = factories.make_user()
    guest_import = deciding.start_import(
        letter.lead, text=text, encoding="utf-8", letter=letter, actor=actor, after="/%s/"
    )
    worker = new_worker(REDIS_URL=redis_queue).start()
    go_on(worker, kill_in_the_middle(worker))
    rows = guest_import.rows.order_by()
    assert rows.count() == ROWS
    assert not rows.values("name_key").annotate(times=Count("pk")).filter(times__gt=1).exists()
    deciding.decide_rest(guest_import, seen=rows.filter(state="alike").count())
    deciding.start_adding(guest_import, actor=actor)
    go_on(worker, kill_in_the_middle(worker))
    guest_import = GuestImport.objects.get()
    assert (guest_import.state, guest_import.organisations, guest_import.invitations) == (
        "finished",
        ROWS,
        ROWS,
    )
    assert (Organisation.objects.count(), Invitation.objects.count()) == (ROWS, ROWS)
    assert Job.objects.filter(state="done").count() == 2
