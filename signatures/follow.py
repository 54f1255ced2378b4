"""Who is asked first to sign a letter that follows another: the organisations that stand under the earlier one."""

from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from letters.models import Letter, User
from letters.services import record_audit
from signatures.models import Invitation, Kind, Organisation, State

ACTIONS = (gettext_noop("organisations invited again"),)
BATCH = 500


class Invited(NamedTuple):
    """How many were invited, and of how many of them no contact is known."""

    number: int
    without_contact: int


@transaction.atomic
def invite_again(earlier: Letter, letter: Letter, *, actor: User | None = None) -> Invited:
    """An invitation, not mailed, to `letter` for every organisation that stands under the earlier one and has none;
    with the contact, language and zone of its earlier invitation, if it had one. Safe when called twice."""
    contacts = {row.organisation_id: row for row in earlier.invitations.filter(revoked_at=None).iterator()}
    invited = set(letter.invitations.values_list("organisation_id", flat=True))
    wanted = standing_organisations(earlier).filter(coalition=letter.lead).exclude(pk__in=invited)
    rows = [_invitation(letter, organisation, contacts.get(organisation.pk)) for organisation in wanted]
    Invitation.objects.bulk_create(rows, batch_size=BATCH)
    found = Invited(len(rows), sum(row.sealed is None for row in rows))
    if rows:
        detail = {"number": found.number, "follows": earlier.pk}
        record_audit(letter.lead, "organisations invited again", letter=letter, actor=actor, detail=detail)
    return found


def standing_organisations(letter: Letter) -> QuerySet[Organisation]:
    """Those with a confirmed signature, whether or not it is listed yet."""
    standing = letter.signatures.filter(kind=Kind.ORGANISATION, state=State.CONFIRMED)
    return Organisation.objects.filter(pk__in=standing.values("organisation")).order_by("pk")


def _invitation(letter: Letter, organisation: Organisation, before: Invitation | None) -> Invitation:
    invitation = Invitation(letter=letter, organisation=organisation, language=letter.original_language)
    if before:
        invitation.sealed, invitation.language = before.sealed, before.language
        invitation.zone = before.zone
    return invitation
