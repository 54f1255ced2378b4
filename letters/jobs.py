"""Long work in steps. A step and the progress it made are one transaction, so that a worker that dies leaves a job
which the next one goes on with, nothing doubled and nothing left out. Who cancels a job stops it between two steps.

Who works on a job moves its lease at the end of each step, and goes on only while the lease is still the one it set.
A worker that died is missed LEASE after its last step; one that is in a long step holds the row's lock (PostgreSQL) or
the only pen (SQLite), so nobody else begins.
"""

import logging
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from campaign.queue import wake
from letters.models import Coalition, Job, Letter, User
from letters.models.job import UNFINISHED

logger = logging.getLogger(__name__)

RUN_JOBS = "letters.tasks.run_jobs"
# How long a job is left alone after a step, for its worker to begin the next; and how long one call begins new steps,
# far below CELERY_TASK_SOFT_TIME_LIMIT, so that other tasks of the queue get their turn.
LEASE = timedelta(seconds=3)
CALL_SECONDS = 60
# What is private in a job that was not finished is destroyed after this.
SEALED_DAYS = 30

# Does the next part of a job, under a lock on its row: returns by how much `done` grows, and 0 when nothing is left.
# It may set `total` and `detail`; the caller saves them.
Step = Callable[[Job], int]
_steps: dict[str, Step] = {}


def job_step(kind: str) -> Callable[[Step], Step]:
    """Registers the function that does the steps of a kind of job; its module must be imported by its app's tasks."""

    def register(step: Step) -> Step:
        _steps[kind] = step
        return step

    return register


def start_job(
    coalition: Coalition,
    kind: str,
    *,
    letter: Letter | None = None,
    total: int = 0,
    sealed: bytes | None = None,
    actor: User | None = None,
    **detail: object,
) -> Job:
    """Writes the job down, and wakes a worker after commit."""
    if kind not in _steps:
        raise LookupError(f"no step is registered for {kind!r}")
    job = Job.objects.create(
        coalition=coalition,
        letter=letter,
        kind=kind,
        total=total,
        sealed=sealed,
        detail=detail,
        created_by=actor,
    )
    transaction.on_commit(lambda: wake(RUN_JOBS))
    return job


def cancel_job(job: Job) -> bool:
    """Stops it after the step it is in, or gives up one that failed; False if it was over. What its steps did so far
    stays, and what was private in it is destroyed."""
    going = (*UNFINISHED, Job.State.FAILED)
    stopped = Job.objects.filter(pk=job.pk, state__in=going).update(
        state=Job.State.CANCELLED, finished_at=timezone.now(), lease_until=None, sealed=None
    )
    job.refresh_from_db()
    return bool(stopped)


def retry_job(job: Job) -> bool:
    """Goes on with one that failed, from its last whole step; False if it is not (or no longer) failed."""
    again = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
        state=Job.State.QUEUED, finished_at=None, lease_until=None
    )
    transaction.on_commit(lambda: wake(RUN_JOBS))
    job.refresh_from_db()
    return bool(again)


def forget_sealed() -> int:
    """Destroys what is private in jobs that ended unfinished long ago; how many."""
    old = timezone.now() - timedelta(days=SEALED_DAYS)
    return Job.objects.filter(created_at__lt=old, sealed__isnull=False).update(sealed=None)


def run_jobs() -> int:
    """Works on every job that no living worker has in hand, a step of each in turn; how many steps it did."""
    ends, steps = time.monotonic() + CALL_SECONDS, 0
    leases: dict[int, datetime | None] = dict.fromkeys(
        Job.objects.free().order_by("id").values_list("pk", flat=True)
    )
    while leases and time.monotonic() < ends:
        for pk, lease in list(leases.items()):
            renewed = _do_step(pk, lease)
            if renewed:
                leases[pk], steps = renewed, steps + 1
            else:
                del leases[pk]
    _lay_down(leases)
    return steps


def _lay_down(leases: dict[int, datetime | None]) -> None:
    """Lets the next call go on at once with what this one had no time to finish."""
    for pk, lease in leases.items():
        Job.objects.filter(pk=pk, lease_until=lease).update(lease_until=None)
    if leases:
        wake(RUN_JOBS)


def _do_step(pk: int, lease: datetime | None) -> datetime | None:
    """One step of a job that is free, or still ours by this lease; the new lease while there may be more to do."""
    ours = Q(lease_until=lease) if lease else Q(pk__in=Job.objects.free())
    try:
        with transaction.atomic():
            unfinished = Job.objects.unfinished().filter(ours, pk=pk)
            job = unfinished.select_for_update(skip_locked=True).first()
            return _advance(job) if job else None
    except OperationalError:
        # The database's trouble (a lost connection, a lock) is not the job's: the next call tries again.
        logger.warning("job %s waits for the database", pk)
    except Exception as error:
        _fail(pk, error)
    return None


def _advance(job: Job) -> datetime | None:
    job.started_at = job.started_at or timezone.now()
    grown = _steps[job.kind](job)
    job.done += grown
    job.total = max(job.total, job.done)
    if grown:
        job.state, job.lease_until = Job.State.RUNNING, timezone.now() + LEASE
    else:
        job.state, job.lease_until, job.finished_at = Job.State.DONE, None, timezone.now()
        job.sealed = None
    job.save()
    return job.lease_until


def _fail(pk: int, error: Exception) -> None:
    """What a step did is undone; what the steps before it did stays. The error's words may hold data, so only its
    kind and place are logged."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    logger.error("job %s failed: %s at %s:%s", pk, type(error).__name__, place.filename, place.lineno)
    Job.objects.filter(pk=pk, state__in=UNFINISHED).update(
        state=Job.State.FAILED, finished_at=timezone.now(), lease_until=None
    )
