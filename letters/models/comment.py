from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from letters.models.letter import Letter


class CommentQuerySet(models.QuerySet["Comment"]):
    def shown(self) -> "CommentQuerySet":
        """What was not hidden by moderation."""
        return self.filter(hidden_at=None)

    def unresolved(self) -> "CommentQuerySet":
        return self.shown().filter(resolved_at=None)

    def waiting(self) -> "CommentQuerySet":
        """What an organisation said and no member has settled; by the index `comment_waiting`."""
        return self.unresolved().exclude(organisation="")


class Comment(models.Model):
    """A remark beside a draft, plain text: a member's, or one of an organisation in the sign-on room."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="comments")
    language = models.CharField(max_length=12, blank=True)  # of the text it is about; empty: the whole letter
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Of an organisation in the room: its name as it was, and the row of its invitation, which is not this app's.
    organisation = models.CharField(max_length=200, blank=True)
    invitation_id = models.PositiveBigIntegerField(null=True, blank=True)
    body = models.TextField(max_length=4000)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    hidden_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(author=None) | Q(organisation=""), name="comment_of_a_member_or_an_organisation"
            ),
        ]
        indexes = [
            models.Index(fields=["letter", "-id"], name="comment_by_letter"),
            models.Index(
                fields=["letter", "id"],
                condition=Q(resolved_at=None, hidden_at=None),
                name="comment_waiting",
            ),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.letter} · {self.pk}"
