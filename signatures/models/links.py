from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models import Letter
from signatures.models.room import Invitation


class InvitationLink(models.Model):
    """A link of its own that somebody invited passed to a colleague (`sealed`: name and address) of the same
    organisation; the registered contact's own link is the invitation's."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="links")
    passed_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+"
    )  # null: the contact's
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"link {self.pk} of {self.invitation_id}"


class Method(models.TextChoices):
    OPENED = "opened", _("opened")
    PREFETCHED = "prefetched", _("fetched ahead by a browser")
    HEAD = "head", _("looked up without being read")
    SCANNED = "scanned", _("opened by a mail scanner, it seems")


class Opening(models.Model):
    """That a link was asked for: no network address and no browser is known of it, and nothing follows from it."""

    Method = Method

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="openings", db_index=False)
    link = models.ForeignKey(InvitationLink, models.SET_NULL, null=True, related_name="+")
    method = models.CharField(max_length=10, choices=Method.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(method__in=Method.values), name="opening_method_known")
        ]
        indexes = [
            models.Index(fields=["invitation", "-id"], name="opening_newest"),
            models.Index(fields=["at"], name="opening_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.invitation_id} {self.method} {self.at:%Y-%m-%dT%H:%M}"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def due(self) -> "ReminderQuerySet":
        return self.filter(sent_at=None, at__lte=timezone.now(), letter__state=Letter.State.CIRCULATING)


class Reminder(models.Model):
    """When those who have not answered are reminded; `hours_before` follows the deadline when that is moved."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="reminders", db_index=False)
    at = models.DateTimeField()
    hours_before = models.PositiveIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    mails = models.PositiveIntegerField(default=0)  # that it owed when it was sent
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["letter", "at"], name="reminder_unique")]
        indexes = [models.Index(fields=["at"], condition=Q(sent_at=None), name="reminder_unsent")]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.at:%Y-%m-%dT%H:%M}"
