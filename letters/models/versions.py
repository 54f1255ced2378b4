from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from letters.models.letter import Edition, Letter
from letters.models.translator import Translator


class TextVersionQuerySet(models.QuerySet["TextVersion"]):
    def of(self, letter: Letter, language: str) -> "TextVersionQuerySet":
        """The versions in one language, newest first, each with who saved it."""
        return self.filter(letter=letter, language=language).select_related("saved_by").order_by("-number")


class TextVersion(models.Model):
    """A text as it was saved once, asks included: numbered from 1 by letter and language, through all editions."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="text_versions")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    language = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    salutation = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    closing = models.CharField(max_length=500, blank=True)
    asks = models.JSONField(default=list)  # each at its number's place; empty where there is none
    mark = models.CharField(
        max_length=16
    )  # a digest of all that, by which a writer's beginning is found again
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    translator_name = models.CharField(max_length=200, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = TextVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "language", "number"], name="text_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.letter} · {self.language} · {self.number}"

    @property
    def saved_by_name(self) -> str:
        """Who saved it; empty for what a command wrote, and for who has left."""
        return str(self.saved_by) if self.saved_by else self.translator_name

    def content(self) -> dict[str, Any]:
        """What `save_text` takes."""
        fields = ("title", "salutation", "body", "closing", "asks")
        return {field: getattr(self, field) for field in fields}


class Translation(models.Model):
    """How far a letter's text in a language that is not its original has come; the words are in Text."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="translations")
    language = models.CharField(max_length=12)
    # The original's version that this was last brought up to.
    based_on = models.ForeignKey(TextVersion, models.SET_NULL, null=True, related_name="+")
    translated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    translator = models.ForeignKey(Translator, models.SET_NULL, null=True, related_name="+")
    translated_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "language"], name="translation_unique")]

    def __str__(self) -> str:
        return f"{self.letter} · {self.language}"

    @property
    def translated_by_name(self) -> str:
        if self.translated_by:
            return str(self.translated_by)
        return self.translator.name if self.translator else ""
