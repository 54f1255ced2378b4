from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from letters.models.letter import Letter
from letters.models.people import Coalition


class OfficialFields(models.Model):
    """What is known of an official, and copied into an addressee when a letter names one."""

    honorific = models.CharField(_("honorific"), max_length=60, blank=True)
    name = models.CharField(_("full name"), max_length=200)
    office = models.CharField(_("office"), max_length=200, blank=True)
    institution = models.CharField(_("institution"), max_length=200, blank=True)
    country = CountryField(_("country"), blank=True)
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(_("language"), max_length=12, default="en")

    COPIED = ("honorific", "name", "office", "institution", "country", "email", "language")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.office, self.institution) if part)


class OfficialQuerySet(models.QuerySet["Official"]):
    def present(self) -> "OfficialQuerySet":
        """Whose office has not passed on, as far as is known."""
        return self.filter(held_until=None)


class Official(OfficialFields):
    """A person or office that a coalition's letters are addressed to. Who holds an office next is a row of their own,
    so that letters still name who held it when they were sent."""

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="officials")
    # Lists of e-mail addresses beside `email`, and of language tags beside `language`.
    further_emails = models.JSONField(default=list, blank=True)
    further_languages = models.JSONField(default=list, blank=True)
    zone = models.CharField(_("time zone"), max_length=40, blank=True)
    checked_on = models.DateField(_("last checked"), null=True, blank=True)
    held_from = models.DateField(_("in office since"), null=True, blank=True)
    held_until = models.DateField(_("in office until"), null=True, blank=True)
    predecessor = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="successor"
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = OfficialQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["coalition", "name", "office", "email"], name="official_unique"),
            models.CheckConstraint(
                condition=models.Q(held_from__isnull=True)
                | models.Q(held_until__isnull=True)
                | models.Q(held_until__gte=models.F("held_from")),
                name="official_held_until_after_from",
            ),
        ]
        indexes = [models.Index(fields=["coalition", "name", "id"], name="official_by_name")]


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
