from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models import Addressee, Edition, Letter


class OccasionKind(models.TextChoices):
    OPENING = "opening", _("at opening")
    HAND = "hand", _("by hand of the desk")


class Occasion(models.Model):
    """One time at which a letter is handed over: the first, and each `again`."""

    Kind = OccasionKind

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="occasions")
    number = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=12, choices=OccasionKind.choices, default=OccasionKind.HAND)
    # What the officials were told, as it stood when the occasion was made.
    organisations = models.PositiveIntegerField(default=0)
    individuals = models.PositiveIntegerField(default=0)
    countries = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["letter", "number"], name="occasion_unique")]

    def __str__(self) -> str:
        return f"{self.letter} · {self.number}"


class State(models.TextChoices):
    QUEUED = "queued", _("queued")
    CLAIMED = "claimed", _("being sent")
    ACCEPTED = "accepted", _("accepted by their server")
    REFUSED = "refused", _("refused by their server")
    BOUNCED = "bounced", _("bounced")
    UNKNOWN = "unknown", _("unknown: a person must decide")
    ANSWERED = "answered", _("answered")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def owed(self) -> "DeliveryQuerySet":
        return self.filter(state=State.QUEUED, due_at__lte=timezone.now())

    def unfinished(self) -> "DeliveryQuerySet":
        return self.filter(state__in=[State.QUEUED, State.CLAIMED])


class Delivery(models.Model):
    """One edition handed to one addressee on one occasion, with the addressee as they were."""

    State = State

    occasion = models.ForeignKey(Occasion, models.CASCADE, related_name="deliveries")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="deliveries")
    addressee = models.ForeignKey(Addressee, models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=2)
    name = models.CharField(max_length=200)
    office = models.CharField(max_length=200, blank=True)
    institution = models.CharField(max_length=200, blank=True)
    email = models.EmailField()
    language = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    state_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "addressee", "occasion"], name="delivery_unique"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="delivery_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=["queued", "claimed"]), name="delivery_unfinished"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class DeliveryEvent(models.Model):
    """Something that happened to a delivery; a server's words are redacted before they come here."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="events")
    state = models.CharField(max_length=10)
    detail = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.state} {self.at:%Y-%m-%d %H:%M}"
