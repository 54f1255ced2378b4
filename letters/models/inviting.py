from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from letters.models.people import Coalition, Role


class MemberInvitationQuerySet(models.QuerySet["MemberInvitation"]):
    def pending(self) -> "MemberInvitationQuerySet":
        """Neither accepted nor revoked; it may have expired, and then can be sent again."""
        return self.filter(accepted_at=None, revoked_at=None)


class MemberInvitation(models.Model):
    """A place in a coalition, offered by mail to whoever reads that mailbox. The address is in clear as a member's is;
    the link is signed and stored nowhere (see letters.services.inviting)."""

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="member_invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.EDITOR)
    # Null for one that an operator's command sent.
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # Raised when it is sent again, so that only the newest link works.
    link_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = MemberInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                "coalition",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="member_invitation_one_pending",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="member_invitation_role_known"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="member_invitation_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coalition} · {self.role}"

    @property
    def mark(self) -> str:
        """Of the mail that carries its newest link."""
        return f"member-invitation:{self.pk}:{self.link_version}"

    def is_pending(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None

    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()
