"""The mailed link to the room: a signed token that names the invitation, the version of its contact's link, and the
passed link, if it is one. No secret is stored; raising the version ends the contact's link, and no other."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.core import signing
from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from letters.models import Edition, Letter, LetterCoalition
from signatures.contacts import Contact
from signatures.links import BrokenLink
from signatures.models import Invitation, InvitationLink

_signer = signing.Signer(salt="undersigned.room", sep=".")


@dataclass(frozen=True)
class Visit:
    """Who comes by a link: the organisation's invitation, and the passed link, or else its registered contact."""

    invitation: Invitation
    link: InvitationLink | None
    is_revoked: bool

    @property
    def letter(self) -> Letter:
        return self.invitation.letter

    @cached_property
    def contact(self) -> Contact:
        """Whom the link was mailed to; raises campaign.sealing.CannotOpen."""
        sealed = self.link.sealed if self.link else self.invitation.sealed
        return Contact.open(sealed) if sealed else Contact()

    @property
    def token(self) -> str:
        return make_token(self.invitation, self.link)


def make_token(invitation: Invitation, link: InvitationLink | None = None) -> str:
    return _signer.sign_object(
        [invitation.pk, 0 if link else invitation.link_version, link.pk if link else 0]
    )


def room_path(invitation: Invitation, link: InvitationLink | None = None) -> str:
    return reverse("signatures:room", args=[make_token(invitation, link)])


def room_url(invitation: Invitation, link: InvitationLink | None = None) -> str:
    return settings.SITE_URL + room_path(invitation, link)


def read_token(token: str) -> Visit:
    """Raises BrokenLink for what is not ours, or whose row is gone; one that was ended says so itself."""
    try:
        pk, version, link_pk = _signer.unsign_object(token)
        invitation = _invitations().get(pk=pk)
        link = invitation.links.get(pk=link_pk) if link_pk else None
    except (
        signing.BadSignature,
        Invitation.DoesNotExist,
        InvitationLink.DoesNotExist,
        ValueError,
        TypeError,
    ) as error:
        raise BrokenLink from error
    ended = link.revoked_at is not None if link else version != invitation.link_version
    return Visit(invitation, link, is_revoked=ended or invitation.revoked_at is not None)


def _invitations() -> QuerySet[Invitation]:
    """With all that the room's page shows of the letter."""
    rows = Invitation.objects.select_related("letter", "organisation", "signature")
    return rows.prefetch_related(
        Prefetch("letter__publishers", LetterCoalition.objects.select_related("coalition")),
        Prefetch("letter__editions", Edition.objects.defer("canonical")),
        "letter__editions__texts",
        "letter__editions__ask_texts",
        "letter__addressees",
    )
