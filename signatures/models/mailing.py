from django.db import models
from django.utils import timezone

from letters.models import Letter


class DigestKey(models.Model):
    """A random key for digests, stored sealed; one a letter and purpose, or one a day for the site's quotas."""

    name = models.CharField(max_length=80, unique=True)
    letter = models.ForeignKey(Letter, models.CASCADE, null=True, blank=True, related_name="digest_keys")
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return self.name


class AddressQuota(models.Model):
    """How many mails one address was sent today, whatever the letter; its digest's key is destroyed with the day."""

    digest = models.BinaryField(max_length=32, unique=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.expires_at:%Y-%m-%d}"


class LinkRequest(models.Model):
    """Somebody asked for their lost link; the mail worker finds out whether there is one, and deletes the row."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    language = models.CharField(max_length=12)
    created_at = models.DateTimeField(default=timezone.now)
    mail_due_at = models.DateTimeField(default=timezone.now, db_index=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"link request {self.pk}"
