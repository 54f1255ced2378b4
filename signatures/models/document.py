from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

from letters.models import Letter


class DocumentKind(models.TextChoices):
    LETTER = "letter"  # the letter with its signatory list, for officials and for print
    LIST = "list"  # the public signatory list as PDF
    SHEET = "sheet"  # the public signatory list as a spreadsheet
    PICTURE = "picture"  # the share picture


class Document(models.Model):
    """A file that a worker built; stale once what it shows may no longer be shown, and then never served."""

    Kind = DocumentKind

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=10, choices=DocumentKind.choices)
    language = models.CharField(max_length=12)
    # Empty for what the public gets; names the occasion for a document made to be handed over.
    purpose = models.CharField(max_length=40, blank=True)
    file = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    # What it was made of (edition, counts, newest change), so that a rebuild can be told to be needless.
    source = models.CharField(max_length=200)
    built_at = models.DateTimeField(default=timezone.now)
    stale_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "kind", "language", "purpose"], name="document_unique"),
        ]

    def __str__(self) -> str:
        return self.file

    @property
    def path(self) -> Path:
        return settings.DOCUMENTS_DIR / self.file
