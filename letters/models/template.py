from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models.people import Coalition


class LetterTemplate(models.Model):
    """A text that a coalition keeps to start letters from, in one language."""

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="letter_templates")
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(max_length=300)
    salutation = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    closing = models.CharField(max_length=500, blank=True)
    asks = models.JSONField(default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["coalition", "name", "language"], name="letter_template_unique_name"
            )
        ]
        ordering = ["name", "language"]

    def __str__(self) -> str:
        return self.name
