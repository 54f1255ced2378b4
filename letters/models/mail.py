from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models.job import Job
from letters.models.letter import Letter
from letters.models.people import Coalition


class PostState(models.TextChoices):
    QUEUED = "queued", _("queued")
    CLAIMED = "claimed", _("being sent")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused by their server")
    UNKNOWN = "unknown", _("unknown: a person must decide")


class OwedMailQuerySet(models.QuerySet["OwedMail"]):
    def owed(self) -> "OwedMailQuerySet":
        return self.filter(state=PostState.QUEUED, due_at__lte=timezone.now())


class OwedMail(models.Model):
    """One mail of a coalition to one mailbox: to a member, a translator, an organisation. `mark` names what it is
    about, so that it is never owed twice; the address and the words are sealed (see letters.mailing)."""

    State = PostState

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="+")
    letter = models.ForeignKey(Letter, models.CASCADE, null=True, related_name="+")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="mails")
    name = models.CharField(max_length=40)  # its folder in templates/emails/
    mark = models.CharField(max_length=120, unique=True)
    language = models.CharField(max_length=12)
    sealed = models.BinaryField()
    state = models.CharField(max_length=10, choices=PostState.choices, default=PostState.QUEUED)
    state_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    words = models.TextField(blank=True)  # the server's, redacted

    objects = OwedMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PostState.values), name="owed_mail_state_known")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=["queued", "claimed"]), name="owed_mail_unfinished"
            ),
            models.Index(fields=["letter", "state"], name="owed_mail_by_letter"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} ({self.state})"
