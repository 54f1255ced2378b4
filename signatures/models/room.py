from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models import Letter
from signatures.models.organisation import Organisation
from signatures.models.signature import Signature


class Answer(models.TextChoices):
    NONE = "", _("no answer yet")
    SIGNED = "signed", _("signed")
    DECLINED = "declined", _("declined")
    CHANGE = "change", _("asked for a change")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def live(self) -> "InvitationQuerySet":
        return self.filter(revoked_at=None)

    def to_invite(self) -> "InvitationQuerySet":
        """Not invited yet, and with a contact to invite."""
        return self.live().filter(invited_at=None, sealed__isnull=False)

    def silent(self) -> "InvitationQuerySet":
        """Asked, and without an answer."""
        return self.live().filter(invited_at__isnull=False, answer=Answer.NONE)


class Invitation(models.Model):
    """One organisation's place in a letter's sign-on room. Whom it is mailed to (`name`, `email`) is in `sealed`."""

    Answer = Answer

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="invitations", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    sealed = models.BinaryField(null=True)  # null: no contact is known, so nothing can be mailed
    language = models.CharField(max_length=12, default="en")
    zone = models.CharField(max_length=40, default="UTC")
    link_version = models.PositiveIntegerField(default=1)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.NONE, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    signature = models.ForeignKey(Signature, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    invited_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)  # of the text that was signed
    reason = models.BinaryField(null=True)  # sealed: why it declined
    older_openings = models.PositiveIntegerField(default=0)  # those that no row tells of any more

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "organisation"], name="invitation_unique"),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="invitation_answer_known"),
        ]
        indexes = [models.Index(fields=["letter", "answer", "id"], name="invitation_by_answer")]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.letter}"
