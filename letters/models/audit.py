from typing import Any

from django.db import models
from django.utils import timezone

from letters.models.letter import Letter
from letters.models.people import Coalition, User


class AppendOnly(Exception):
    """The audit log is only ever added to."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **values: Any) -> int:
        raise AppendOnly

    def bulk_update(self, *args: Any, **options: Any) -> int:
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class AuditEntry(models.Model):
    """Who did what, when; never holds private data, and nothing changes or deletes one: the database's triggers refuse
    it too. So a letter or a member that goes leaves its number behind, and a coalition with a log stays."""

    coalition = models.ForeignKey(Coalition, models.PROTECT, related_name="audit", db_index=False)
    letter = models.ForeignKey(
        Letter,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="audit",
        db_constraint=False,
        db_index=False,
    )
    actor = models.ForeignKey(
        User,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # A digest of the session in which it was done; empty for what no browser did.
    session = models.CharField(max_length=12, blank=True)
    action = models.CharField(max_length=60)
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["coalition", "id"], name="audit_by_coalition"),
            models.Index(fields=["letter", "id"], name="audit_by_letter"),
            models.Index(fields=["coalition", "actor", "id"], name="audit_by_actor"),
            models.Index(fields=["coalition", "action", "id"], name="audit_by_action"),
            models.Index(fields=["coalition", "session", "id"], name="audit_by_session"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly
