"""Every address of the desk, filled with what one letter's coalition owns."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, reverse
from django.utils import timezone

from campaign.urls import desk
from deliveries.ledger import snapshot_of
from deliveries.models import Delivery, Occasion
from letters.models import (
    AskAnswer,
    Coalition,
    Job,
    Letter,
    LetterCoalition,
    MemberInvitation,
    OwedMail,
    PublishingRequest,
    Update,
)
from signatures.models import Decision, GuestImport, ImportRow, InvitationLink, OrganisationMerge
from tests import factories, writing


def desk_values(letter: Letter) -> dict[str, Any]:
    """A value for each part of an address that any page of the desk has: what is missing is made."""
    coalition = letter.lead
    signature = letter.signatures.order_by("pk").first() or factories.make_signature(
        letter, kind="organisation", state="waiting"
    )
    delivery = Delivery.objects.filter(occasion__letter=letter).order_by("pk").first() or _delivery(letter)
    job = coalition.jobs.order_by("pk").first() or Job.objects.create(coalition=coalition, kind="test")
    link = _link(letter)
    reminder = letter.reminders.first() or factories.make_reminder(letter)
    mail = _mails(letter).first() or factories.make_mail(letter, f"invite:{link.invitation_id}:1")
    organisation = coalition.organisations.order_by("pk").first() or factories.make_organisation(coalition)
    merge = OrganisationMerge.objects.filter(coalition=coalition).first() or _merge(coalition)
    row = ImportRow.objects.filter(guest_import__coalition=coalition).first() or _import_row(coalition)
    return {
        "coalition": coalition.slug,
        "letter_id": letter.pk,
        "language": letter.original_language,
        "addressee_id": letter.addressees.all()[0].pk,
        "update_id": _update(letter).pk,
        "answer_id": _answer(letter).pk,
        "official_id": coalition.officials.all()[0].pk,
        "signature_id": signature.pk,
        "delivery_id": delivery.pk,
        "job_id": job.pk,
        "version_number": (letter.text_versions.first() or writing.make_version(letter)).number,
        "comment_id": (letter.comments.first() or writing.make_comment(letter)).pk,
        "translator_id": (letter.translators.first() or writing.make_translator(letter)).pk,
        "template_id": (coalition.letter_templates.first() or writing.make_template(letter)).pk,
        "invitation_id": link.invitation_id,
        "link_id": link.pk,
        "reminder_id": reminder.pk,
        "mail_id": mail.pk,
        "organisation_id": organisation.pk,
        "merge_id": merge.pk,
        "import_id": row.guest_import_id,
        "line": row.line,
        "decision_id": (
            coalition.decisions.first() or Decision.objects.create(coalition=coalition, verb="keep")
        ).pk,
        "extension": "csv",
        **_members_values(coalition),
        **_publishing_values(letter),
    }


def _link(letter: Letter) -> InvitationLink:
    links = InvitationLink.objects.filter(invitation__letter=letter).order_by("pk")
    return links.first() or factories.make_link(factories.make_invitation(letter))


def _mails(letter: Letter) -> QuerySet[OwedMail]:
    return OwedMail.objects.filter(letter=letter, name="invite_organisation").order_by("pk")


def _merge(coalition: Coalition) -> OrganisationMerge:
    gone = {"id": 0, "name": "Bolo Bhi", "name_key": "bolobhi", "country": "PK"}
    moved: dict[str, Any] = {"signatures": [], "invitations": [], "other_names": [], "dropped": []}
    kept = factories.make_organisation(coalition)
    return OrganisationMerge.objects.create(coalition=coalition, kept=kept, gone=gone, moved=moved)


def _import_row(coalition: Coalition) -> ImportRow:
    guest_import = GuestImport.objects.create(coalition=coalition, state="ready")
    return ImportRow.objects.create(guest_import=guest_import, line=1, state="new", name="Bolo Bhi")


def _members_values(coalition: Coalition) -> dict[str, Any]:
    membership = coalition.memberships.order_by("pk").first() or factories.make_member(coalition)
    invitation = coalition.member_invitations.first() or MemberInvitation.objects.create(
        coalition=coalition,
        email="invited@example.org",
        expires_at=timezone.now() + timedelta(days=7),
    )
    return {"membership_id": membership.pk, "member_invitation_id": invitation.pk}


def _publishing_values(letter: Letter) -> dict[str, Any]:
    """What the letter's coalition asks of others, and others of it: on a letter that another leads."""
    other = LetterCoalition.objects.filter(letter=letter, is_lead=False).first()
    asked = letter.publishing_requests.first() or PublishingRequest.objects.create(
        letter=letter, slug="nobody"
    )
    theirs = letter.lead.publishing_requests.first() or PublishingRequest.objects.create(
        letter=_letter_of_another(), slug=letter.lead.slug, coalition=letter.lead
    )
    joined = letter.lead.publications.filter(is_lead=False).first() or LetterCoalition.objects.create(
        letter=_letter_of_another(), coalition=letter.lead, accepted_at=timezone.now()
    )
    return {
        "publisher_id": (other or _co_publisher(letter)).pk,
        "publishing_request_id": asked.pk,
        "asked_id": theirs.pk,
        "publication_id": joined.pk,
    }


def _co_publisher(letter: Letter) -> LetterCoalition:
    return LetterCoalition.objects.create(
        letter=letter, coalition=factories.make_coalition(), accepted_at=timezone.now()
    )


def _letter_of_another() -> Letter:
    return factories.make_letter(state="draft", addressees=1, copies=0)


def _delivery(letter: Letter) -> Delivery:
    occasion = Occasion.objects.create(letter=letter)
    snapshot = snapshot_of(letter.addressees.all()[0])
    return Delivery.objects.create(occasion=occasion, edition=letter.edition, **snapshot)


def _update(letter: Letter) -> Update:
    return letter.updates.order_by("pk").first() or factories.make_update(letter)


def _answer(letter: Letter) -> AskAnswer:
    found = AskAnswer.objects.filter(ask__letter=letter).order_by("pk").first()
    return found or factories.make_answer(letter)


def desk_addresses(letter: Letter, patterns: Iterable[URLPattern] = desk) -> Iterator[tuple[str, str]]:
    """(name, address) of every page that names a coalition, of all apps or of these patterns."""
    values = desk_values(letter)
    for pattern in patterns:
        wanted = list(pattern.pattern.converters)
        if "coalition" in wanted:
            yield (
                pattern.name or "",
                reverse(f"desk:{pattern.name}", kwargs={key: values[key] for key in wanted}),
            )
