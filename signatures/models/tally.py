from django.db import models

from letters.models import Letter


class Tally(models.Model):
    """Confirmed signatures of one letter, kind, country, hour (UTC) and number of the edition that they stand under;
    written by the fold alone."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="tallies", db_index=False)
    kind = models.CharField(max_length=12)
    country = models.CharField(max_length=2)
    hour = models.DateTimeField()
    number = models.PositiveIntegerField(default=1)
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "hour", "kind", "country", "number"], name="tally_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.kind} {self.country} {self.hour:%Y-%m-%dT%H}: {self.count}"


class CountryTotal(models.Model):
    """The sum of the tallies of one letter, kind and country: what a page reads, at most two rows a country."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="country_totals", db_index=False)
    kind = models.CharField(max_length=12)
    country = models.CharField(max_length=2)
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "kind", "country"], name="country_total_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.kind} {self.country}: {self.count}"


class EditionTotal(models.Model):
    """The sum of the tallies of one letter, kind and number of an edition: how many stand under which."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="edition_totals", db_index=False)
    kind = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "kind", "number"], name="edition_total_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.kind} edition {self.number}: {self.count}"
