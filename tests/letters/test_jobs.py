"""Long work in steps: nothing doubled and nothing left out, whoever dies, presses Cancel, or works on it as well."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letters import jobs
from letters.models import AuditEntry, Coalition, Job
from tests import factories
from tests.conftest import MemberClient
from tests.signatures.test_concurrency import at_once

STEPS = 5


def write_one(job: Job) -> int:
    """A step that leaves a row with its number, and says how far it is."""
    if job.done == STEPS:
        return 0
    job.total = STEPS
    AuditEntry.objects.create(coalition=job.coalition, action=f"step {job.done}")
    return 1


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The registered kinds, to which a test adds its own: `count` leaves five rows."""
    known: dict[str, Any] = {**jobs._steps, "count": write_one}
    monkeypatch.setattr(jobs, "_steps", known)
    return known


def start(coalition: Coalition | None = None, kind: str = "count", **more: Any) -> Job:
    return jobs.start_job(coalition or factories.make_coalition(), kind, **more)


def written() -> list[str]:
    return list(
        AuditEntry.objects.filter(action__startswith="step").order_by("pk").values_list("action", flat=True)
    )


ALL = [f"step {number}" for number in range(STEPS)]


@pytest.mark.django_db
def test_a_job_is_done_in_steps_and_forgets_what_was_private(steps: Any) -> None:
    job = start(sealed=b"sealed")
    assert jobs.run_jobs() == STEPS
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.sealed, job.lease_until) == ("done", 5, 5, None, None)
    assert written() == ALL
    assert jobs.run_jobs() == 0


@pytest.mark.django_db
def test_a_kind_that_nobody_knows_is_refused_at_once() -> None:
    with pytest.raises(LookupError):
        start(kind="nobody knows")
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_step_that_fails_undoes_its_own_and_keeps_what_was_before(steps: Any, caplog: Any) -> None:
    def fail_third(job: Job) -> int:
        grown = write_one(job)
        if job.done == 2:
            raise ValueError("nighat@example.org")
        return grown

    steps["count"] = fail_third
    job = start(sealed=b"sealed")
    jobs.run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, written()) == ("failed", 2, ALL[:2])
    assert "ValueError" in caplog.text
    assert "nighat" not in caplog.text
    steps["count"] = write_one
    assert jobs.run_jobs() == 0
    assert jobs.retry_job(job)
    assert not jobs.retry_job(job)
    jobs.run_jobs()
    assert written() == ALL


@pytest.mark.django_db
def test_one_that_failed_can_be_given_up_and_keeps_nothing_private(steps: Any) -> None:
    job = start(sealed=b"sealed")
    Job.objects.update(state="failed")
    assert jobs.cancel_job(job)
    assert (job.state, job.sealed) == ("cancelled", None)
    assert not jobs.retry_job(job)


@pytest.mark.django_db
def test_trouble_of_the_database_fails_no_job(steps: Any) -> None:
    def locked(job: Job) -> int:
        raise OperationalError("database is locked")

    steps["count"] = locked
    job = start()
    jobs.run_jobs()
    job.refresh_from_db()
    assert job.state == "queued"
    steps["count"] = write_one
    jobs.run_jobs()
    assert written() == ALL


@pytest.mark.django_db
def test_cancelling_between_two_steps_stops_it_there(steps: Any) -> None:
    job = start()
    jobs._do_step(job.pk, None)
    assert jobs.cancel_job(job)
    assert not jobs.cancel_job(job)
    assert jobs.run_jobs() == 0
    job.refresh_from_db()
    assert (job.state, written()) == ("cancelled", ALL[:1])
    assert not jobs.retry_job(job)


@pytest.mark.django_db
def test_a_job_is_left_to_its_worker_until_the_lease_ends(steps: Any) -> None:
    job = start()
    lease = jobs._do_step(job.pk, None)
    assert jobs.run_jobs() == 0
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.run_jobs() == STEPS - 1
    # Who comes back after that finds that it is no longer theirs.
    assert jobs._do_step(job.pk, lease) is None
    assert written() == ALL


@pytest.mark.django_db
def test_a_dead_workers_job_is_missed_within_seconds() -> None:
    assert timedelta(seconds=5) >= jobs.LEASE


@pytest.mark.django_db
def test_one_call_ends_in_time_and_the_next_goes_on(steps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    monkeypatch.setattr(jobs, "wake", woken.append)
    ticks = iter([0, 1, 2, 100, 200, 201, 202, 203, 204, 205, 206])
    monkeypatch.setattr("letters.jobs.time.monotonic", lambda: next(ticks))
    start()
    assert jobs.run_jobs() == 2
    assert woken == [jobs.RUN_JOBS]
    assert jobs.run_jobs() == STEPS - 2
    assert written() == ALL


@pytest.mark.django_db
def test_a_long_job_does_not_hold_up_a_short_one(steps: Any) -> None:
    first, second = start(), start()
    jobs.run_jobs()
    assert written()[:4] == ["step 0", "step 0", "step 1", "step 1"]
    assert set(Job.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True)) == {"done"}


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_each_step_once(steps: Any) -> None:
    for _number in range(3):
        start()
    done = at_once(*[jobs.run_jobs] * 4)
    while jobs.run_jobs():
        pass
    assert [result for result in done if isinstance(result, Exception)] == []
    assert sorted(written()) == sorted(ALL * 3)


@pytest.mark.django_db(transaction=True)
def test_cancelled_and_retried_at_once_it_is_one_of_the_two(steps: Any) -> None:
    job = start()
    Job.objects.update(state="failed", finished_at=timezone.now())
    results = at_once(lambda: jobs.retry_job(job), lambda: jobs.retry_job(job))
    assert sorted(results) == [False, True]


@pytest.mark.django_db
def test_what_is_private_in_a_job_that_failed_is_destroyed_after_a_month() -> None:
    coalition = factories.make_coalition()
    old, new = (
        Job.objects.create(coalition=coalition, kind="test", state="failed", sealed=b"x", created_at=when)
        for when in (timezone.now() - timedelta(days=31), timezone.now())
    )
    assert jobs.forget_sealed() == 1
    old.refresh_from_db()
    new.refresh_from_db()
    assert old.sealed is None
    assert bytes(new.sealed or b"") == b"x"


# --- Its page -----------------------------------------------------------------------------------------------------


def page_of(client: Client, job: Job) -> Any:
    return client.get(reverse("desk:job", args=[job.coalition.slug, job.pk]))


def test_the_page_shows_how_far_it_is_and_asks_again(member_client: MemberClient) -> None:
    job = Job.objects.create(coalition=member_client.coalition, kind="test", state="running", done=2, total=8)
    answer = page_of(member_client, job)
    assert answer.headers["Refresh"] == "2"
    assert 'value="2"' in answer.content.decode()
    assert "2 of 8" in answer.content.decode()
    Job.objects.update(state="done", done=8, finished_at=timezone.now(), detail={"next": "/desk/somewhere/"})
    answer = page_of(member_client, job)
    assert "Refresh" not in answer.headers
    assert 'href="/desk/somewhere/"' in answer.content.decode()


def test_a_failure_is_shown_with_a_button_to_go_on(member_client: MemberClient, steps: Any) -> None:
    job = Job.objects.create(coalition=member_client.coalition, kind="count", state="failed", done=2, total=5)
    assert "An error stopped it" in page_of(member_client, job).content.decode()
    member_client.post(reverse("desk:job_retry", args=[job.coalition.slug, job.pk]))
    jobs.run_jobs()
    job.refresh_from_db()
    assert (job.state, written()) == ("done", ALL[2:])


@pytest.mark.django_db
def test_a_viewer_watches_and_has_no_button(client: Client) -> None:
    viewer = factories.make_member(role="viewer")
    client.force_login(viewer.user)
    job = Job.objects.create(coalition=viewer.coalition, kind="count", state="failed", total=5)
    answer = page_of(client, job)
    assert answer.status_code == 200
    assert "Try again" not in answer.content.decode()
    assert client.post(reverse("desk:job_retry", args=[viewer.coalition.slug, job.pk])).status_code == 403
