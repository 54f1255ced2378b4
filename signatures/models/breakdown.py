from django.db import models
from django.utils.translation import gettext_lazy as _

from letters.models import Letter


class Dimension(models.TextChoices):
    LANGUAGE = "language", _("language")
    REFERRER = "referrer", _("where they came from")
    DELAY = "delay", _("time to confirm")
    MAILED = "mailed", _("asked to confirm")


class Breakdown(models.Model):
    """Signatures of one letter by what else is known of them. All but `mailed` count those in the tallies, and are
    written with them; `mailed` counts who was asked by mail to confirm, once each."""

    Dimension = Dimension

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="breakdowns", db_index=False)
    dimension = models.CharField(max_length=10, choices=Dimension.choices)
    value = models.CharField(max_length=40, blank=True)
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "dimension", "value"], name="breakdown_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.dimension} {self.value}: {self.count}"
