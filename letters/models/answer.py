from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models.letter import Ask
from letters.models.official import Addressee


class AnswerState(models.TextChoices):
    OPEN = "open", _("open")
    PROMISED = "promised", _("promised")
    KEPT = "kept", _("kept")
    BROKEN = "broken", _("broken")
    REFUSED = "refused", _("refused")


class AskAnswerQuerySet(models.QuerySet["AskAnswer"]):
    def standing(self) -> "AskAnswerQuerySet":
        return self.filter(retracted_at=None)

    def newest_first(self) -> "AskAnswerQuerySet":
        return self.order_by("-said_on", "-id")


class AskAnswer(models.Model):
    """What one official said, did or left undone about one ask, on a day. The newest that was not retracted tells
    how the ask stands with that official."""

    State = AnswerState

    ask = models.ForeignKey(Ask, models.CASCADE, related_name="answers")
    addressee = models.ForeignKey(Addressee, models.RESTRICT, related_name="answers")
    state = models.CharField(_("state"), max_length=10, choices=AnswerState.choices)
    said_on = models.DateField(_("date"))
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    retracted_at = models.DateTimeField(null=True, blank=True)

    objects = AskAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AnswerState.values), name="ask_answer_state_known")
        ]
        indexes = [models.Index(fields=["ask", "-said_on", "-id"], name="ask_answer_by_day")]

    def __str__(self) -> str:
        return f"{self.ask} · {self.state}"

    def note_in(self, language: str) -> "AskAnswerNote | None":
        """The note in that language, else any; None if there is none."""
        notes = list(self.notes.all())
        return next((note for note in notes if note.language == language), notes[0] if notes else None)


class AskAnswerNote(models.Model):
    """A few words on an answer, in one language."""

    answer = models.ForeignKey(AskAnswer, models.CASCADE, related_name="notes")
    language = models.CharField(max_length=12)
    text = models.CharField(_("note"), max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "language"], name="ask_answer_note_unique")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
