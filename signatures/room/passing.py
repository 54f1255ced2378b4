"""A link passed to a colleague, and links that are ended or mailed anew."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from campaign.sealing import CannotOpen
from letters.mailing import drop_mail, owe_mail
from letters.models import User
from letters.services import record_audit
from signatures.contacts import Contact
from signatures.models import Invitation, InvitationLink
from signatures.quotas import charge
from signatures.room.answering import enter
from signatures.room.links import Visit
from signatures.room.mails import Writer, invite_mark, pass_mark
from signatures.room.reminding import drop_reminders
from signatures.rules import canonical_address

# Of one organisation, ended ones too, so that nobody has strangers mailed through it.
MOST_LINKS = 5

RENEWED = gettext_noop("invitation link renewed")
ENDED = gettext_noop("invitation link ended")
REVOKED = gettext_noop("invitation revoked")
RESTORED = gettext_noop("invitation restored")


class TooManyLinks(Exception):
    """The organisation has passed its link as often as it may."""


class HasLink(Exception):
    """That colleague has a link already."""


class MailedOften(Exception):
    """That address was mailed as often as it may be today, by whatever letter or link."""


@transaction.atomic
def pass_link(visit: Visit, *, name: str, email: str) -> InvitationLink:
    """A new link for a colleague, mailed to them; whoever passed it is told by mail. Raises TooManyLinks, HasLink,
    MailedOften, RoomClosed and LinkEnded."""
    row = enter(visit)
    links = list(row.links.all())
    live = [link.sealed for link in links if link.revoked_at is None]
    if any(_is_at(sealed, email) for sealed in (row.sealed, *live)):
        raise HasLink
    if len(links) >= MOST_LINKS:
        raise TooManyLinks
    if charge([email]) == [False]:
        raise MailedOften
    sealed = Contact(name=name, email=email).seal()
    link = InvitationLink.objects.create(invitation=row, passed_from=visit.link, sealed=sealed)
    writer = Writer(row.letter)
    posts = [writer.pass_on(row, link, passed_by=visit.contact.name)]
    if visit.contact.email:
        posts.append(writer.tell_passed(row, link, by=visit.link))
    owe_mail(posts, coalition=row.letter.lead, letter=row.letter)
    return link


def _is_at(sealed: bytes | memoryview | None, email: str) -> bool:
    try:
        return bool(sealed) and canonical_address(Contact.open(sealed or b"").email) == canonical_address(
            email
        )
    except CannotOpen:
        return False


# --- The desk's ---------------------------------------------------------------------------------------------


@transaction.atomic
def renew_link(invitation: Invitation, *, actor: User) -> bool:
    """Ends the contact's link and mails a new one, by which a revoked invitation is live again; False without a
    contact. The caller has made sure that the letter circulates."""
    row = _locked(invitation)
    if row.sealed is None:
        return False
    drop_mail(marks=[invite_mark(row)])
    row.link_version, row.revoked_at, row.invited_at = row.link_version + 1, None, timezone.now()
    row.save(update_fields=["link_version", "revoked_at", "invited_at"])
    owe_mail([Writer(row.letter).invite(row)], coalition=row.letter.lead, letter=row.letter)
    _note(row, RENEWED, actor)
    return True


@transaction.atomic
def end_link(invitation: Invitation, link: InvitationLink | None, *, actor: User) -> bool:
    """One link: a passed one, or (None) the contact's own, which can be renewed; False if it was ended before."""
    row = _locked(invitation)
    if link is None:
        drop_mail(marks=[invite_mark(row)])
        drop_reminders(row)
        Invitation.objects.filter(pk=row.pk).update(link_version=F("link_version") + 1)
        _note(row, ENDED, actor)
        return True
    ended = row.links.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())
    if ended:
        drop_mail(marks=[pass_mark(link)])
        _note(row, ENDED, actor, link=link.pk)
    return bool(ended)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: User) -> bool:
    """All links of an organisation, at once; what it answered stays. False if it was revoked before."""
    row = _locked(invitation)
    if row.revoked_at:
        return False
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    drop_mail(marks=[invite_mark(row), *(pass_mark(link) for link in row.links.all())])
    drop_reminders(row)
    _note(row, REVOKED, actor)
    return True


@transaction.atomic
def restore_invitation(invitation: Invitation, *, actor: User) -> bool:
    """Undoes a revocation: the same links open the room again. False if it is not revoked."""
    row = _locked(invitation)
    if not row.revoked_at:
        return False
    row.revoked_at = None
    row.save(update_fields=["revoked_at"])
    _note(row, RESTORED, actor)
    return True


def _locked(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_related("organisation", "letter").select_for_update(of=("self",))
    return rows.get(pk=invitation.pk)


def _note(row: Invitation, action: str, actor: User, **detail: int) -> None:
    detail["invitation"] = row.pk
    record_audit(row.letter.lead, action, letter=row.letter, actor=actor, detail=detail)
