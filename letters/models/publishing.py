from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from letters.models.letter import Letter
from letters.models.people import Coalition


class PublishingRequestQuerySet(models.QuerySet["PublishingRequest"]):
    def pending(self) -> "PublishingRequestQuerySet":
        return self.filter(accepted_at=None, declined_at=None, withdrawn_at=None)


class PublishingRequest(models.Model):
    """A letter's lead asks whichever coalition has that slug to publish the letter with it. One that nobody has is kept
    just the same and stays without an answer, so that asking tells nothing about who is on the site."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="publishing_requests")
    slug = models.SlugField(max_length=80)
    coalition = models.ForeignKey(Coalition, models.CASCADE, null=True, related_name="publishing_requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = PublishingRequestQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "slug"],
                condition=Q(accepted_at=None, declined_at=None, withdrawn_at=None),
                name="publishing_request_one_pending",
            )
        ]

    def __str__(self) -> str:
        return f"{self.letter} · {self.slug}"

    def is_pending(self) -> bool:
        return self.accepted_at is None and self.declined_at is None and self.withdrawn_at is None
