from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from letters.models import Coalition, Job, Letter
from signatures.models.organisation import Organisation


class GuestImport(models.Model):
    """One list of organisations that a member brought, until its rows are decided: into a letter's room, or, without
    a letter, into the coalition's registry alone."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        READY = "ready", _("being decided")
        ADDING = "adding", _("being added")
        FINISHED = "finished", _("finished")
        DISCARDED = "discarded", _("discarded")

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="guest_imports")
    letter = models.ForeignKey(Letter, models.CASCADE, null=True, related_name="guest_imports")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    encoding = models.CharField(max_length=20, default="utf-8")
    # The columns as they were understood, in the order of the file; empty names are columns that were passed over.
    columns = models.JSONField(default=list)
    # What came of it: organisations added, and invitations added to the room.
    organisations = models.PositiveIntegerField(default=0)
    invitations = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reading", "ready", "adding", "finished", "discarded"]),
                name="guest_import_state_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"


class RowState(models.TextChoices):
    NEW = "new", _("new")
    SAME = "same", _("known already")
    ALIKE = "alike", _("to be decided")
    MERGED = "merged", _("the same as another")
    SKIPPED = "skipped", _("left out")
    REFUSED = "refused", _("refused")
    ADDED = "added", _("added")


class ImportRow(models.Model):
    """One line of a list. What identifies the organisation is in clear, whom to write to there only in `sealed`, until
    the import is finished."""

    State = RowState

    guest_import = models.ForeignKey(GuestImport, models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RowState.choices)
    # Why it was refused, or what differs from what is known already: codes.
    reasons = models.JSONField(default=list)
    name = models.CharField(max_length=200, blank=True)
    name_key = models.CharField(max_length=200, blank=True)
    country = CountryField(blank=True)
    website = models.URLField(blank=True)
    language = models.CharField(max_length=12, blank=True)
    sealed = models.BinaryField(null=True)
    # Those it is alike to: {"organisation": id} or {"line": number of an earlier row}, and "why": codes.
    candidates = models.JSONField(default=list)
    # Which one it is: a row of the registry, or an earlier line of the same list.
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    same_as_line = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["guest_import", "line"], name="import_row_unique"),
            models.CheckConstraint(condition=Q(state__in=RowState.values), name="import_row_state_known"),
        ]
        indexes = [models.Index(fields=["guest_import", "state", "line"], name="import_row_by_state")]

    def __str__(self) -> str:
        return f"{self.line}: {self.name} ({self.state})"


class OtherName(models.Model):
    """A name by which an organisation is known too, because a person said so: it is not asked about again."""

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="other_names")
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200)
    country = CountryField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["coalition", "name_key", "country"], name="other_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationMerge(models.Model):
    """That one organisation was merged into another, with what it takes to undo it."""

    coalition = models.ForeignKey(Coalition, models.CASCADE, related_name="+")
    kept = models.ForeignKey(Organisation, models.CASCADE, related_name="merges")
    # The row that is gone, by its columns.
    gone = models.JSONField()
    # Ids of the signatures, invitations and other names that moved.
    moved = models.JSONField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.gone.get('name')} → {self.kept}"
