from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from letters.models import Edition, Letter
from signatures.models.organisation import Organisation
from signatures.models.tally import Tally


class Kind(models.TextChoices):
    ORGANISATION = "organisation", _("organisation")
    INDIVIDUAL = "individual", _("person")


class State(models.TextChoices):
    PENDING = "pending", _("waiting for its mail to be confirmed")
    WAITING = "waiting", _("waiting for the coalition's approval")
    CONFIRMED = "confirmed", _("confirmed")
    QUARANTINED = "quarantined", _("under review")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REMOVED = "removed", _("removed")


# The states that hold a place: pending does not, so that nobody squats on an address or an organisation;
# removed does, so that an abusive signature does not simply come back.
PLACED = ("waiting", "confirmed", "quarantined", "removed")


class Origin(models.TextChoices):
    FORM = "form", _("signed on this site")
    INVITED = "invited", _("invited")
    IMPORTED = "imported", _("imported")


class Verified(models.TextChoices):
    NOT = "", _("not verified")
    MAIL = "mail", _("address confirmed by mail")
    DOMAIN = "domain", _("mailbox on the domain of a known organisation")
    REVIEWER = "reviewer", _("reviewed by the coalition")
    IMPORTED = "imported", _("imported by the coalition")


class Exposure(models.TextChoices):
    PUBLIC = "public", _("Show my name")
    INITIALS = "initials", _("Show my initials only")
    COUNTRY = "country", _("Show my country only")
    COUNTED = "counted", _("Count me, show nothing")
    SEALED = "sealed", _("Sealed until a date")


LISTED = ("public", "initials", "country")


class Mail(models.TextChoices):
    NONE = ""
    CONFIRM = "confirm"
    DECISION = "decision"
    STAND = "stand"  # the question whether it stands under a new edition too


class SignatureQuerySet(models.QuerySet["Signature"]):
    def confirmed(self) -> "SignatureQuerySet":
        return self.filter(state=State.CONFIRMED)

    def placed(self) -> "SignatureQuerySet":
        return self.filter(state__in=PLACED)

    def listed(self) -> "SignatureQuerySet":
        """The signatory list: confirmed, and shown at least by country."""
        return self.filter(state=State.CONFIRMED, exposure__in=LISTED)

    def organisations(self) -> "SignatureQuerySet":
        return self.filter(kind=Kind.ORGANISATION)

    def individuals(self) -> "SignatureQuerySet":
        return self.filter(kind=Kind.INDIVIDUAL)


class Signature(models.Model):
    """One person's, or one organisation's, name under one letter.

    `public_name`, `public_detail` and `public_website` hold only what exposure lets be shown; all else that is
    known of the signatory is in `sealed`: name, email, role, affiliation, organisation, website (see person.py).
    """

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="signatures", db_index=False)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="signatures", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    state_at = models.DateTimeField(default=timezone.now)
    state_reason = models.TextField(blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.FORM)
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NOT, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="signatures", db_index=False
    )

    country = CountryField()
    language = models.CharField(max_length=12)
    exposure = models.CharField(max_length=10, choices=Exposure.choices, default=Exposure.PUBLIC)
    sealed_until = models.DateField(null=True, blank=True)
    public_name = models.CharField(max_length=200, blank=True)
    public_detail = models.CharField(max_length=420, blank=True)
    public_website = models.URLField(blank=True)
    sort_key = models.BinaryField(max_length=160)
    sealed = models.BinaryField()
    # Keyed per letter and purpose; an imported person's without an address is of the whole row.
    address_digest = models.BinaryField(max_length=32, null=True)

    notice_version = models.PositiveSmallIntegerField(default=1)
    wants_updates = models.BooleanField(default=False)
    consented_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    referrer = models.CharField(max_length=40, blank=True)
    score = models.SmallIntegerField(default=0)
    link_version = models.PositiveIntegerField(default=1)
    superseded_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)

    mail = models.CharField(max_length=10, choices=Mail.choices, default=Mail.CONFIRM, blank=True)
    mail_due_at = models.DateTimeField(null=True, default=timezone.now)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True, blank=True)

    # The key it was counted under, so that it folds out exactly; null while it counts nowhere.
    tally = models.ForeignKey(Tally, models.PROTECT, null=True, related_name="+", db_index=False)
    untallied = models.BooleanField(default=False)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "address_digest"],
                condition=Q(kind="individual", state__in=PLACED),
                name="signature_address_unique",
            ),
            models.UniqueConstraint(
                fields=["letter", "organisation"],
                condition=Q(state__in=PLACED),
                name="signature_organisation_unique",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="signature_kind_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="signature_state_known"),
            models.CheckConstraint(
                condition=Q(exposure__in=Exposure.values), name="signature_exposure_known"
            ),
            models.CheckConstraint(
                condition=Q(exposure__in=["public", "initials"]) | Q(public_name="", public_detail=""),
                name="signature_hidden_name_not_in_clear",
            ),
            models.CheckConstraint(
                condition=Q(exposure="public") | Q(public_detail="", public_website=""),
                name="signature_detail_only_in_public",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation"],
                condition=Q(organisation__isnull=False),
                name="signature_by_organisation",
            ),
            models.Index(fields=["letter", "kind", "state", "id"], name="signature_desk"),
            models.Index(fields=["letter", "kind", "state", "country", "id"], name="signature_desk_country"),
            models.Index(
                fields=["letter", "kind", "sort_key"],
                condition=Q(state="confirmed", exposure__in=LISTED),
                name="signature_list",
            ),
            models.Index(fields=["address_digest"], name="signature_digest"),
            # What many are asked at once waits apart, so that no confirmation is behind it.
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False) & ~Q(mail="stand"),
                name="signature_mail_owed",
            ),
            models.Index(fields=["mail_due_at"], condition=Q(mail="stand"), name="signature_stand_owed"),
            models.Index(fields=["id"], condition=Q(untallied=True), name="signature_untallied"),
            models.Index(
                fields=["letter", "kind", "id"], condition=Q(state="waiting"), name="signature_waiting"
            ),
            # Without it each row that is destroyed would have the whole table searched for those it superseded.
            models.Index(
                fields=["superseded_by"],
                condition=Q(superseded_by__isnull=False),
                name="signature_superseded",
            ),
            models.Index(fields=["state_at"], condition=Q(state="pending"), name="signature_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"
