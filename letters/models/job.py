from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models.letter import Letter
from letters.models.people import Coalition


class JobState(models.TextChoices):
    QUEUED = "queued", _("waiting for a worker")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


UNFINISHED = ("queued", "running")


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=UNFINISHED)

    def free(self) -> "JobQuerySet":
        """Unfinished, and in no living worker's hand."""
        return self.unfinished().filter(Q(lease_until=None) | Q(lease_until__lte=timezone.now()))


class Job(models.Model):
    """Long work that a worker does in steps, and how far it has got; see letters.jobs. `detail` holds numbers and
    codes, `sealed` what is private."""

    State = JobState

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="jobs")
    letter = models.ForeignKey(Letter, models.CASCADE, null=True, related_name="jobs")
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    detail = models.JSONField(default=dict, blank=True)
    sealed = models.BinaryField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="job_done_at_most_total"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=UNFINISHED), name="job_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.done}/{self.total} ({self.state})"

    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else (0 if self.is_unfinished() else 100)
