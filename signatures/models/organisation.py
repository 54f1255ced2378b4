from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from letters.models import Coalition


class Organisation(models.Model):
    """A body that can sign, as one coalition knows it; a row shared by all would leak who was invited."""

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="organisations")
    name = models.CharField(_("name"), max_length=200)
    # Letters and digits alone, case folded: what two spellings of one name have in common.
    name_key = models.CharField(max_length=200)
    country = CountryField(_("country"))
    website = models.URLField(_("website"), blank=True)
    domain = models.CharField(max_length=253, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    evidence = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coalition", "name_key", "country"], name="organisation_unique")
        ]

    def __str__(self) -> str:
        return self.name


class DomainProof(models.Model):
    """That whoever holds a domain once proved it to this site; the one thing about organisations that is shared."""

    domain = models.CharField(max_length=253, unique=True)
    method = models.CharField(max_length=20)
    proven_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.domain
