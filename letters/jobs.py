"""Long work in steps. A step and the progress it made are one transaction, so that a worker that dies leaves a job
which the next one goes on with, nothing doubled and nothing left out. Who cancels a job stops it between two steps."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaign.queue import wake
from letters.models import Coalition, Job, Letter, User
from letters.models.job import UNFINISHED

logger = logging.getLogger(__name__)

RUN_JOBS = "letters.tasks.run_jobs"
# How long a job whose worker says nothing is left alone, and how long one call works at most.
LEASE = timedelta(seconds=30)
CALL_SECONDS = 600

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
    """Stops it after the step it is in; False if it had finished. What its steps did so far stays."""
    now = timezone.now()
    stopped = Job.objects.filter(pk=job.pk, state__in=UNFINISHED).update(
        state=Job.State.CANCELLED, finished_at=now, lease_until=None
    )
    job.refresh_from_db()
    return bool(stopped)


def run_jobs() -> int:
    """Takes every job that no living worker has in hand, and works on it; how many steps it did."""
    ends, steps = time.monotonic() + CALL_SECONDS, 0
    for pk in list(Job.objects.free().order_by("id").values_list("pk", flat=True)):
        while time.monotonic() < ends and _do_step(pk):
            steps += 1
        Job.objects.filter(pk=pk, state__in=UNFINISHED).update(lease_until=None)
    return steps


def _do_step(pk: int) -> bool:
    """One step of a job, unless it is over or another worker has it; whether there may be more."""
    try:
        with transaction.atomic():
            job = Job.objects.select_for_update(skip_locked=True).filter(pk=pk, state__in=UNFINISHED).first()
            if job is None:
                return False
            job.started_at = job.started_at or timezone.now()
            grown = _steps[job.kind](job)
            _advance(job, grown)
            return grown > 0
    except Exception:
        logger.exception("job %s failed", pk)
        failed = {"state": Job.State.FAILED, "finished_at": timezone.now(), "lease_until": None}
        Job.objects.filter(pk=pk, state__in=UNFINISHED).update(**failed)
        return False


def _advance(job: Job, grown: int) -> None:
    job.done += grown
    job.total = max(job.total, job.done)
    if grown:
        job.state, job.lease_until = Job.State.RUNNING, timezone.now() + LEASE
    else:
        job.state, job.lease_until, job.finished_at = Job.State.DONE, None, timezone.now()
        job.sealed = None
    job.save()
