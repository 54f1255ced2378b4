from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models.letter import Letter


class TranslatorQuerySet(models.QuerySet["Translator"]):
    def invited(self) -> "TranslatorQuerySet":
        """Whose link was not revoked, whether or not it has expired."""
        return self.filter(revoked_at=None)


class Translator(models.Model):
    """Somebody without an account who was invited to write one language of one letter, by a mailed link."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="translators")
    language = models.CharField(_("language"), max_length=12)
    name = models.CharField(_("name"), max_length=200)
    sealed = models.BinaryField()  # {"email": …}
    link_version = models.PositiveIntegerField(default=1)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)  # first; scanners open links too

    objects = TranslatorQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.letter} · {self.language} · {self.pk}"

    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()
