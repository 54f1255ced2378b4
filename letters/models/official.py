from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from letters.models.letter import Letter
from letters.models.people import Coalition


class OfficialFields(models.Model):
    """What is known of an official, and copied into an addressee when a letter names one."""

    name = models.CharField(_("full name"), max_length=200)
    office = models.CharField(_("office"), max_length=200, blank=True)
    institution = models.CharField(_("institution"), max_length=200, blank=True)
    country = CountryField(_("country"), blank=True)
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(_("language"), max_length=12, default="en")

    COPIED = ("name", "office", "institution", "country", "email", "language")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.office, self.institution) if part)


class Official(OfficialFields):
    """A person or office that a coalition's letters are addressed to."""

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="officials")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["coalition", "name", "office", "email"], name="official_unique")
        ]


class Kind(models.TextChoices):
    TO = "to", _("to")
    CC = "cc", _("in copy")


class Addressee(OfficialFields):
    """An official on one letter, as they were when the letter named them."""

    Kind = Kind

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="addressees")
    official = models.ForeignKey(Official, models.SET_NULL, null=True, related_name="addressed")
    kind = models.CharField(max_length=2, choices=Kind.choices, default=Kind.TO)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-kind", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "official"], name="addressee_unique"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="addressee_kind_known"),
        ]
