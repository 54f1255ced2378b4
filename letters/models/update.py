from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models.letter import Letter
from letters.models.official import Addressee


class UpdateKind(models.TextChoices):
    NEWS = "news", _("news")
    ALERT = "alert", _("media alert")
    RESPONSE = "response", _("official’s response")


class UpdateQuerySet(models.QuerySet["Update"]):
    def due(self, now: datetime | None = None) -> "UpdateQuerySet":
        """Whose moment has come, withdrawn ones included. It makes no letter public."""
        return self.filter(publish_at__lte=now or timezone.now())

    def shown(self, now: datetime | None = None) -> "UpdateQuerySet":
        """What a public letter shows, in no order."""
        return self.due(now).filter(withdrawn_at=None)


class Update(models.Model):
    """Something published on a letter after it opened; its words are in its texts.

    It has no number of its own: in public it is the nth of the letter's updates by the moment it appeared, so that
    what waits under embargo leaves no gap that tells of it.
    """

    Kind = UpdateKind

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="updates", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=UpdateKind.choices, default=UpdateKind.NEWS)
    original_language = models.CharField(_("language"), max_length=12)
    # Of an official's response: who answered, on what day, and where that can be read.
    addressee = models.ForeignKey(Addressee, models.SET_NULL, null=True, blank=True, related_name="responses")
    said_on = models.DateField(_("date"), null=True, blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    # Nothing of it is public before; of a media alert it is the end of the embargo. `zone` is where it was set.
    publish_at = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=40, default="UTC")
    corrected_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # Counts the saves, so that one that began from an older state is refused.
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = UpdateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=UpdateKind.values), name="update_kind_known"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(publish_at__lte=F("withdrawn_at")),
                name="update_withdrawn_after_it_appeared",
            ),
        ]
        indexes = [models.Index(fields=["letter", "publish_at", "id"], name="update_by_moment")]

    def __str__(self) -> str:
        return f"{self.letter} · {self.kind}"

    def is_due(self, now: datetime | None = None) -> bool:
        return self.publish_at is not None and self.publish_at <= (now or timezone.now())

    def state(self, now: datetime | None = None) -> str:
        """draft, waiting (for its moment, or for the letter to open), published or withdrawn."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.publish_at is None:
            return "draft"
        return "published" if self.is_due(now) and self.letter.is_public(now) else "waiting"

    @property
    def appeared_at(self) -> datetime | None:
        """When the public could first read it: one that waited for its letter appeared with it."""
        if self.publish_at is None or self.letter.opened_at is None:
            return self.publish_at
        return max(self.publish_at, self.letter.opened_at)

    @property
    def publish_at_there(self) -> datetime | None:
        """Its moment on the clock of the zone in which it was set."""
        return self.publish_at.astimezone(ZoneInfo(self.zone)) if self.publish_at else None

    @property
    def is_alert(self) -> bool:
        return self.kind == UpdateKind.ALERT

    def text_in(self, language: str) -> "UpdateText | None":
        return next((text for text in self.texts.all() if text.language == language), None)

    def text_nearest(self, language: str) -> "UpdateText":
        """The text in that language, or else the original."""
        found = self.text_in(language) or self.text_in(self.original_language)
        return found or self.texts.all()[0]


class UpdateText(models.Model):
    """An update in one language."""

    update = models.ForeignKey(Update, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=12)
    headline = models.CharField(_("headline"), max_length=300)
    body = models.TextField(_("text"), max_length=60_000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["update", "language"], name="update_text_unique")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.headline


class Quote(models.Model):
    """What a named person says in a media alert, in one language."""

    text = models.ForeignKey(UpdateText, models.CASCADE, related_name="quotes")
    position = models.PositiveIntegerField(default=0)
    words = models.TextField(_("words"), max_length=2000)
    name = models.CharField(_("spokesperson"), max_length=200)
    role = models.CharField(_("role"), max_length=200, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class PressContact(models.Model):
    """Whom journalists may ask about one media alert; published, and entered for that alone."""

    update = models.ForeignKey(Update, models.CASCADE, related_name="contacts")
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(_("name"), max_length=200)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
