from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models.people import Coalition

if TYPE_CHECKING:
    from letters.models.official import Addressee


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    CIRCULATING = "circulating", _("circulating")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    ARCHIVED = "archived", _("archived")


HIDDEN = (State.DRAFT, State.CIRCULATING)


class LetterQuerySet(models.QuerySet["Letter"]):
    def public(self, now: datetime | None = None) -> "LetterQuerySet":
        """What anybody may read: opened, or scheduled for a time that has come, whether or not beat has run."""
        due = Q(scheduled_at__isnull=False, opens_at__lte=now or timezone.now())
        return self.filter(~Q(state__in=HIDDEN) | due)

    def open(self, now: datetime | None = None) -> "LetterQuerySet":
        """Public, and still to be signed."""
        now = now or timezone.now()
        return self.public(now).exclude(state__in=[State.CLOSED, State.ARCHIVED]).exclude(closes_at__lte=now)

    def due_to_open(self, now: datetime) -> "LetterQuerySet":
        return self.filter(state__in=HIDDEN, scheduled_at__isnull=False, opens_at__lte=now)

    def due_to_close(self, now: datetime) -> "LetterQuerySet":
        return self.filter(state=State.OPEN, closes_at__lte=now)


class Letter(models.Model):
    """One open letter through its life; its texts are in its editions."""

    State = State

    slug = models.SlugField(_("address"), max_length=80)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    original_language = models.CharField(_("original language"), max_length=12, default="en")
    accepts_organisations = models.BooleanField(_("organisations may sign"), default=True)
    accepts_individuals = models.BooleanField(_("people may sign"), default=True)
    delivers_at_opening = models.BooleanField(_("hand over to the officials as it opens"), default=False)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Organisations that stood under it as it opened; where there were any, those that come later are shown as late.
    listed_at_opening = models.PositiveIntegerField(default=0)
    canonicalisation = models.PositiveSmallIntegerField(default=1)
    retention_days = models.PositiveIntegerField(default=365)
    # The sign-on room: until when the invited are asked to answer, and how many organisations are hoped for.
    sign_on_until = models.DateTimeField(_("answers wanted until"), null=True, blank=True)
    target = models.PositiveIntegerField(_("organisations hoped for"), null=True, blank=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="followed_by")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    coalitions: "models.ManyToManyField[Coalition, LetterCoalition]" = models.ManyToManyField(
        Coalition, through="LetterCoalition", related_name="letters"
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            # Drafts may share a slug across coalitions, so that a taken one reveals no embargoed letter.
            models.UniqueConstraint(
                fields=["slug"],
                condition=~Q(state__in=["draft", "circulating"]),
                name="letter_slug_unique_in_public",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="letter_state_known"),
            models.CheckConstraint(
                condition=Q(accepts_organisations=True) | Q(accepts_individuals=True),
                name="letter_has_signers",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(closes_at__gt=F("opens_at")),
                name="letter_closes_after_it_opens",
            ),
        ]
        indexes = [models.Index(fields=["state", "opens_at"], name="letter_by_state")]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("letters:detail", args=[self.slug])

    def is_public(self, now: datetime | None = None) -> bool:
        if self.state not in HIDDEN:
            return True
        return bool(self.scheduled_at and self.opens_at and self.opens_at <= (now or timezone.now()))

    def is_closed(self, now: datetime | None = None) -> bool:
        past = bool(self.closes_at and self.closes_at <= (now or timezone.now()))
        return self.state in (State.CLOSED, State.ARCHIVED) or past

    def is_open(self, now: datetime | None = None) -> bool:
        return self.is_public(now) and not self.is_closed(now)

    def is_frozen(self) -> bool:
        """Whether settings and addressees can no longer be changed in place."""
        return self.state not in HIDDEN or self.scheduled_at is not None

    def text_is_frozen(self) -> bool:
        """Whether texts and asks can no longer be changed in place: no edition is being written."""
        return self.working_edition.frozen_at is not None

    def asks_keep_numbers(self) -> bool:
        """Whether the public, or who was promised a text, has read the asks by their numbers: an edition is frozen."""
        return self.edition.frozen_at is not None

    def accepts(self, kind: str) -> bool:
        return self.accepts_organisations if kind == "organisation" else self.accepts_individuals

    @property
    def lead(self) -> Coalition:
        """The coalition that leads; a prefetch of `publishers__coalition` saves the queries."""
        return next(publisher.coalition for publisher in self.publishers.all() if publisher.is_lead)

    @property
    def edition(self) -> "Edition":
        """What the public reads: the newest frozen edition; of a draft, the one that is being written."""
        frozen = [edition for edition in self.editions.all() if edition.frozen_at]
        return max(frozen, key=lambda edition: edition.order_of) if frozen else self.working_edition

    @property
    def working_edition(self) -> "Edition":
        """The newest edition: what is being written, if anything is; else the one that the public reads."""
        return max(self.editions.all(), key=lambda edition: edition.order_of)

    def to_and_cc(self) -> tuple[list["Addressee"], list["Addressee"]]:
        addressees = sorted(self.addressees.all(), key=lambda addressee: addressee.position)
        return [a for a in addressees if a.kind == "to"], [a for a in addressees if a.kind == "cc"]


class LetterCoalitionQuerySet(models.QuerySet["LetterCoalition"]):
    def standing(self) -> "LetterCoalitionQuerySet":
        """Who publishes: the lead, and those it asked that accepted."""
        return self.filter(Q(is_lead=True) | Q(accepted_at__isnull=False))


class LetterCoalition(models.Model):
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="publishers")
    coalition = models.ForeignKey(Coalition, models.PROTECT, related_name="publications")
    is_lead = models.BooleanField(default=False)
    # A coalition that was asked to publish the letter too is no publisher until it accepts.
    invited_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = LetterCoalitionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "coalition"], name="publisher_unique"),
            models.UniqueConstraint(fields=["letter"], condition=Q(is_lead=True), name="publisher_one_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.coalition} · {self.letter}"

    def is_standing(self) -> bool:
        return self.is_lead or self.accepted_at is not None


class Edition(models.Model):
    """A letter's text at one moment, in one or more languages; frozen when it is scheduled or published."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=0)
    canonical = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    # What changed since the edition before, and why, for the public, in the letter's original language.
    note = models.TextField(_("what changed, and why"), max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "number", "revision"], name="edition_unique"),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, sha256="") | (Q(frozen_at__isnull=False) & ~Q(sha256="")),
                name="edition_frozen_with_its_hash",
            ),
            models.UniqueConstraint(
                fields=["letter"], condition=Q(frozen_at__isnull=True), name="edition_one_in_writing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}.{self.revision}"

    @property
    def order_of(self) -> tuple[int, int]:
        return self.number, self.revision

    def asks(self) -> dict[int, dict[str, str]]:
        """The asks' texts by number, then by language; a prefetch of ASK_TEXTS saves the query."""
        found: dict[int, dict[str, str]] = {}
        for text in self.ask_texts.all():
            found.setdefault(text.ask.number, {})[text.language] = text.text
        return dict(sorted(found.items()))

    def asks_in(self, language: str) -> list[tuple[int, str]]:
        """The asks as (number, text) in that language, else in the letter's original one."""
        asks = [
            (number, texts.get(language) or texts.get(self.letter.original_language, ""))
            for number, texts in self.asks().items()
        ]
        return [(number, text) for number, text in asks if text]

    def asks_by_place(self, language: str) -> list[str]:
        """The asks in exactly that language, each at the place of its number, from 1; empty where there is none."""
        asks = {number: texts[language] for number, texts in self.asks().items() if language in texts}
        return [asks.get(number, "") for number in range(1, max(asks, default=0) + 1)]

    def text_in(self, language: str) -> "Text | None":
        return next((text for text in self.texts.all() if text.language == language), None)

    def text_nearest(self, language: str) -> "Text":
        """The text in that language, or else the original."""
        found = self.text_in(language) or self.text_in(self.letter.original_language)
        return found or self.texts.all()[0]


class Text(models.Model):
    """An edition in one language."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(_("title"), max_length=300)
    salutation = models.CharField(_("salutation"), max_length=300, blank=True)
    body = models.TextField(_("text"), max_length=60_000)
    closing = models.CharField(_("closing"), max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "language"], name="text_unique")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        letter = self.edition.letter
        if self.language == letter.original_language:
            return letter.get_absolute_url()
        return reverse("letters:detail_in", args=[letter.slug, self.language])


class Ask(models.Model):
    """One numbered demand of a letter, through all its editions."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="asks")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "number"], name="ask_unique")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.letter} · {self.number}"


class AskTextManager(models.Manager["AskText"]):
    def get_queryset(self) -> models.QuerySet["AskText"]:
        return super().get_queryset().select_related("ask")


class AskText(models.Model):
    """An ask in one edition and language: the ask is the same through all editions that have it."""

    ask = models.ForeignKey(Ask, models.CASCADE, related_name="texts")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="ask_texts")
    language = models.CharField(max_length=12)
    text = models.CharField(max_length=1000)

    objects = AskTextManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ask", "edition", "language"], name="ask_text_unique")]

    def __str__(self) -> str:
        return self.text
