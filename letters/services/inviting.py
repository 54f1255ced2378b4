"""Invitations of members: a mailed link that expires, works once, and can be revoked or sent anew. The link is a signed
token that carries the row and its `link_version`; no secret is stored."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from campaign.languages import interface_language
from letters.mailing import Post, drop_mail, owe_mail
from letters.models import Coalition, MemberInvitation, Membership, User
from letters.models.people import Role
from letters.services.coalitions import record_audit

INVITATION_DAYS = 7
MOST_PENDING = 100
MOST_A_DAY = 5  # mails of one coalition to one address
_signer = signing.TimestampSigner(salt="undersigned.member", sep=".")


class BrokenInvitation(Exception):
    """The token is not ours, or its invitation was sent anew since, or is gone."""


class AlreadyMember(Exception):
    """That address is a member's."""


class TooManyInvitations(Exception):
    """So many are without an answer, or went to that address today, that one more is not sent."""


class InvitationOver(Exception):
    """It was accepted or revoked, or has expired."""


class AnotherAddress(Exception):
    """It is for another address than the one of who would accept it."""


def invitation_url(invitation: MemberInvitation) -> str:
    token = _signer.sign_object([invitation.pk, invitation.link_version])
    return settings.SITE_URL + reverse("member_invitation", args=[token])


def read_invitation(token: str) -> MemberInvitation:
    """The invitation whose link this is, its coalition beside it; raises BrokenInvitation."""
    try:
        pk, version = _signer.unsign_object(token)
        found = MemberInvitation.objects.select_related("coalition")
        return found.get(pk=pk, link_version=version)
    except (signing.BadSignature, MemberInvitation.DoesNotExist, ValueError, TypeError) as error:
        raise BrokenInvitation from error


@transaction.atomic
def invite_member(
    coalition: Coalition, *, email: str, role: str, language: str, actor: User | None = None
) -> MemberInvitation:
    """Offers a place in that role to an address, by mail; one that has an invitation gets it anew.

    Raises AlreadyMember and TooManyInvitations.
    """
    Coalition.objects.select_for_update().get(pk=coalition.pk)
    if coalition.memberships.filter(user__email__iexact=email).exists():
        raise AlreadyMember
    pending = coalition.member_invitations.pending()
    if found := pending.filter(email__iexact=email).first():
        pending.filter(pk=found.pk).update(role=role)
        send_invitation_again(found, language=language, actor=actor)
        return found
    if pending.count() >= MOST_PENDING:
        raise TooManyInvitations
    _check_quota(coalition, email)
    invitation = MemberInvitation.objects.create(
        coalition=coalition, email=email, role=role, invited_by=actor, expires_at=_expiry()
    )
    _mail(invitation, language=language, actor=actor)
    _record(invitation, "member invited", actor)
    return invitation


@transaction.atomic
def send_invitation_again(invitation: MemberInvitation, *, language: str, actor: User | None = None) -> bool:
    """A new link and a new term; the old link works no more. False if it was accepted or revoked. Raises
    TooManyInvitations."""
    _check_quota(invitation.coalition, invitation.email)
    old = invitation.mark
    pending = MemberInvitation.objects.pending().filter(pk=invitation.pk)
    if not pending.update(link_version=F("link_version") + 1, expires_at=_expiry()):
        return False
    invitation.refresh_from_db()
    drop_mail(marks=[old])
    _mail(invitation, language=language, actor=actor)
    _record(invitation, "invitation sent again", actor)
    return True


@transaction.atomic
def revoke_invitation(invitation: MemberInvitation, *, actor: User) -> bool:
    """Ends it, and its mail if that has not begun to go; False if it was over."""
    pending = MemberInvitation.objects.pending().filter(pk=invitation.pk)
    if not pending.update(revoked_at=timezone.now()):
        return False
    drop_mail(marks=[invitation.mark])
    _record(invitation, "invitation revoked", actor)
    return True


@transaction.atomic
def accept_invitation(invitation: MemberInvitation, *, user: User) -> Membership:
    """Makes the user a member; one who is stays in the role they have. Raises InvitationOver and AnotherAddress."""
    if user.email.lower() != invitation.email.lower():
        raise AnotherAddress
    open_still = MemberInvitation.objects.pending().filter(
        pk=invitation.pk, link_version=invitation.link_version, expires_at__gt=timezone.now()
    )
    if not open_still.update(accepted_at=timezone.now()):
        raise InvitationOver
    membership, _is_new = Membership.objects.get_or_create(
        coalition=invitation.coalition, user=user, defaults={"role": invitation.role}
    )
    _record(invitation, "invitation accepted", user, member=user.pk)
    return membership


@transaction.atomic
def join_with_new_account(invitation: MemberInvitation, *, name: str, password: str) -> User:
    """An account for the invited address, and the place it was invited to. Raises InvitationOver, also if the address
    has an account with a password by now: then only who knows it may accept."""
    MemberInvitation.objects.select_for_update().get(pk=invitation.pk)
    user = User.objects.select_for_update().filter(email__iexact=invitation.email).first()
    if user and _is_used(user):
        raise InvitationOver
    user = user or User(email=invitation.email.lower())
    user.name = name
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:  # by another coalition's invitation, at the same moment
        raise InvitationOver from error
    accept_invitation(invitation, user=user)
    return user


def account_of(invitation: MemberInvitation) -> User | None:
    """The account of the invited address, if somebody chose a password for it."""
    user = User.objects.filter(email__iexact=invitation.email).first()
    return user if user and _is_used(user) else None


def _is_used(user: User) -> bool:
    """Unlike one that an operator made, and for which nobody has chosen a password yet."""
    return user.has_usable_password() or not user.is_active


def _check_quota(coalition: Coalition, email: str) -> None:
    """Each version of a link is one mail; by the term that it was given one sees which went within a day."""
    today = coalition.member_invitations.filter(
        email__iexact=email, expires_at__gt=_expiry() - timedelta(days=1)
    )
    if (today.aggregate(mails=Sum("link_version"))["mails"] or 0) >= MOST_A_DAY:
        raise TooManyInvitations


def _expiry() -> datetime:
    return timezone.now() + timedelta(days=INVITATION_DAYS)


def _record(invitation: MemberInvitation, action: str, actor: User | None, **detail: Any) -> None:
    values = {"invitation": invitation.pk, "role": invitation.role, **detail}
    record_audit(invitation.coalition, action, actor=actor, detail=values)


def _mail(invitation: MemberInvitation, *, language: str, actor: User | None) -> None:
    spoken = interface_language(language)
    with translation.override(spoken):
        context = {
            "coalition": invitation.coalition.name,
            "inviter": actor.name if actor else "",
            "role": str(Role(invitation.role).label),
            "until": date_format(invitation.expires_at, "DATETIME_FORMAT") + " UTC",
            "url": invitation_url(invitation),
        }
    post = Post("invite_member", invitation.mark, invitation.email, spoken, context)
    owe_mail([post], coalition=invitation.coalition)
