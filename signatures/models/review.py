from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letters.models import Coalition, Comment, Job, Letter
from signatures.models.organisation import Organisation
from signatures.models.signature import Signature


class NotableName(models.Model):
    """A name in whose case the coalition wants to look before it stands under a letter. It is what the coalition
    expects, not what anybody signed, and so it is in clear."""

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="notable_names", db_index=False)
    name = models.CharField(_("name"), max_length=200)
    name_key = models.CharField(max_length=200)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coalition", "name_key"], name="notable_name_unique"),
            models.CheckConstraint(condition=~Q(name_key=""), name="notable_name_has_key"),
        ]

    def __str__(self) -> str:
        return self.name


class Report(models.Model):
    """Somebody says that a name on the signatory list should not be there; who says so is not asked.

    `words` are sealed. While it waits for a decision, further reports of the same signature only raise `times`.
    """

    class Reason(models.TextChoices):
        NEVER_SIGNED = "never_signed", _("This is my name, and I never signed")
        ABUSIVE = "abusive", _("It is abusive, or nobody’s name")

    class Decision(models.TextChoices):
        NONE = "", _("none yet")
        KEPT = "kept", pgettext_lazy("a signature", "kept")
        REMOVED = "removed", _("removed")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="+", db_index=False)
    signature = models.ForeignKey(Signature, models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    words = models.BinaryField(null=True)
    times = models.PositiveIntegerField(default=1)
    # Whether the name was taken off the list when it was reported.
    hides = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=8, choices=Decision.choices, default=Decision.NONE, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signature"], condition=Q(decided_at=None), name="report_pending_once"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | Q(decision__in=["kept", "removed"], decided_at__isnull=False),
                name="report_decided_with_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["letter", "id"], condition=Q(decided_at=None), name="report_waiting"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk} of {self.signature_id} ({self.reason})"


class Decision(models.Model):
    """What a member decided on one signature or comment or on many at once, so that it can be undone as a whole."""

    class Verb(models.TextChoices):
        APPROVE = "approve", _("approved")
        REFUSE = "refuse", _("refused")
        KEEP = "keep", pgettext_lazy("a signature", "kept")
        REMOVE = "remove", _("removed")
        RESTORE = "restore", _("restored")
        RESOLVE = "resolve", _("resolved")
        HIDE = "hide", _("hidden")

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="decisions")
    verb = models.CharField(max_length=8, choices=Verb.choices)
    reason = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # Those that it should have touched, and did not: decided by others, or to be looked at one by one.
    passed_over = models.PositiveIntegerField(default=0)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    undo_job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.pk}"

    @property
    def is_on_comments(self) -> bool:
        return self.verb in (self.Verb.RESOLVE, self.Verb.HIDE)

    def touched(self) -> "models.QuerySet[DecidedSignature] | models.QuerySet[DecidedComment]":
        return self.decided_comments.all() if self.is_on_comments else self.rows.all()


class Decided(models.Model):
    """One row that a decision touched: from when on it stands as decided, and what has become of that."""

    class Outcome(models.TextChoices):
        STANDS = "", _("stands as decided")
        UNDONE = "undone", _("undone")
        CHANGED = "changed", _("changed since, so it was left")

    stands_since = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.STANDS, blank=True)

    class Meta:
        abstract = True


class DecidedSignature(Decided):
    """A signature that a decision touched, and how it stood before."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="rows", db_index=False)
    signature = models.ForeignKey(Signature, models.CASCADE, related_name="decided")
    state_before = models.CharField(max_length=12)
    reason_before = models.TextField(blank=True)
    verified_before = models.CharField(max_length=10, blank=True)
    organisation_before = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    # The organisation that was recorded as reviewed by this, and not before.
    reviewed = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    report = models.ForeignKey(Report, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "signature"], name="decided_once_by_a_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.signature_id} by {self.decision_id}"


class DecidedComment(Decided):
    """A comment that a decision touched; it was neither resolved nor hidden before."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="decided_comments", db_index=False)
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "comment"], name="comment_decided_once_by_a_decision"
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.comment_id} by {self.decision_id}"
