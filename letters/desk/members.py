"""Members, their roles and their invitations."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from letters import mailing, services
from letters.access import coalition_of, desk_page, member
from letters.forms import refused
from letters.member_forms import InviteForm, RoleForm
from letters.models import Coalition, MemberInvitation, Membership, OwedMail
from letters.models.people import Role
from letters.roles import TABLE, May
from letters.second_factor import with_second_factor
from letters.services import inviting
from letters.services.members import LastOwner

STUCK = (OwedMail.State.UNKNOWN, OwedMail.State.REFUSED)


@desk_page(post=May.MANAGE)
def list_members(request: HttpRequest, coalition: str) -> HttpResponse:
    """Who is a member, and who was invited; a POST invites one more."""
    owner = coalition_of(request, coalition)
    form = InviteForm(request.POST or None, initial={"language": get_language()})
    if request.method != "POST" or not form.is_valid():
        return refused(request, "desk/members.html", _members_page(owner, form))
    try:
        inviting.invite_member(owner, actor=member(request), **form.cleaned_data)
    except inviting.AlreadyMember:
        form.add_error("email", _("This is a member’s address already."))
    except inviting.TooManyInvitations:
        form.add_error(None, _too_many())
    else:
        messages.success(request, _("The invitation is on its way. It is good for 7 days."))
        return redirect("desk:members", coalition)
    return refused(request, "desk/members.html", _members_page(owner, form))


@desk_page(get=May.MANAGE, post=May.MANAGE)
def edit_member(request: HttpRequest, coalition: str, membership_id: int) -> HttpResponse:
    """One member: changes the role; from here they are removed, too."""
    owner = coalition_of(request, coalition)
    found = _member_of(owner, membership_id)
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_role(found, role=form.cleaned_data["role"], actor=member(request))
        except LastOwner:
            form.add_error("role", _last_owner())
        else:
            messages.success(request, _("Saved."))
            return redirect("desk:members", coalition)
    context = {"coalition": owner, "membership": found, "form": form, **_roles()}
    return refused(request, "desk/member.html", context)


@desk_page(get=May.MANAGE, post=May.MANAGE)
@require_POST
def remove_member(request: HttpRequest, coalition: str, membership_id: int) -> HttpResponse:
    owner = coalition_of(request, coalition)
    found = _member_of(owner, membership_id)
    try:
        services.remove_member(found, actor=member(request))
    except LastOwner:
        messages.error(request, _last_owner())
        return redirect("desk:member", coalition, membership_id)
    messages.success(request, _("Removed. Nothing of this coalition opens for them any more."))
    return redirect("desk:home") if found.user_id == request.user.pk else redirect("desk:members", coalition)


@desk_page(post=May.READ)
def leave(request: HttpRequest, coalition: str) -> HttpResponse:
    """Asks first, and ends the member's own membership on POST."""
    owner = coalition_of(request, coalition)
    if request.method == "POST":
        try:
            services.leave_coalition(owner, user=member(request))
        except LastOwner:
            messages.error(request, _last_owner())
            return redirect("desk:members", coalition)
        messages.success(request, _("You have left the coalition."))
        return redirect("desk:home")
    return render(request, "desk/leave.html", {"coalition": owner})


@desk_page(get=May.MANAGE, post=May.MANAGE)
@require_POST
def change_invitation(request: HttpRequest, coalition: str, member_invitation_id: int) -> HttpResponse:
    """Sends an invitation `again`, or its stuck mail once more (`mail`), or revokes it (`revoke`)."""
    owner = coalition_of(request, coalition)
    invitation = get_object_or_404(owner.member_invitations, pk=member_invitation_id)
    invitation.coalition = owner
    try:
        if said := _change(request, invitation, request.POST.get("verb")):
            messages.success(request, said)
        else:
            messages.info(request, _("There was nothing to do: the invitation has been answered or revoked."))
    except inviting.TooManyInvitations:
        messages.error(request, _too_many())
    return redirect("desk:members", coalition)


def _change(request: HttpRequest, invitation: MemberInvitation, verb: str | None) -> str:
    """What was done, in words; nothing if nothing was."""
    actor = member(request)
    if verb == "again" and inviting.send_invitation_again(
        invitation, language=get_language() or "", actor=actor
    ):
        return _("A new invitation is on its way; the link of the old one works no more.")
    if verb == "mail" and _resend(invitation):
        return _("The mail is on its way again.")
    if verb == "revoke" and inviting.revoke_invitation(invitation, actor=actor):
        return _("Revoked: the link works no more.")
    return ""


def role_table() -> list[tuple[str, list[tuple[str, bool]]]]:
    """What each role may do, for people to read."""
    names = {
        May.READ: _("read letters, numbers and the log"),
        May.COMMENT: _("comment on drafts"),
        May.WRITE: _("write texts, name officials, publish updates"),
        May.INVITE: _("invite organisations and translators"),
        May.LAUNCH: _("publish, hand over, close"),
        May.SIGNATURES: _("see who signed, hidden names too"),
        May.MODERATE: _("decide on signatures"),
        May.EXPORT: _("take private data home"),
        May.MANAGE: _("manage members and the coalition"),
    }
    return [(str(name), [(role, may in TABLE[role]) for role in Role.values]) for may, name in names.items()]


def _members_page(coalition: Coalition, form: InviteForm) -> dict[str, Any]:
    order = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(Role.values)))
    members = coalition.memberships.select_related("user").annotate(
        has_second_factor=with_second_factor("user_id")
    )
    return {
        "coalition": coalition,
        "members": members.order_by(order, "pk"),
        "invitations": _with_mails(coalition),
        "form": form,
        **_roles(),
    }


def _roles() -> dict[str, Any]:
    return {"role_names": [str(label) for _role, label in Role.choices], "roles": role_table()}


def _with_mails(coalition: Coalition) -> list[tuple[MemberInvitation, OwedMail | None, bool]]:
    """The pending invitations, with the mail that carries each and whether that is stuck."""
    invitations = list(coalition.member_invitations.pending().select_related("invited_by"))
    marks = [invitation.mark for invitation in invitations]
    mails = {mail.mark: mail for mail in OwedMail.objects.filter(mark__in=marks).defer("sealed")}
    found = [(invitation, mails.get(invitation.mark)) for invitation in invitations]
    return [(invitation, mail, mail is not None and mail.state in STUCK) for invitation, mail in found]


def _resend(invitation: MemberInvitation) -> bool:
    mail = OwedMail.objects.filter(mark=invitation.mark).first()
    return bool(mail and invitation.is_pending() and mailing.resend(mail))


def _member_of(coalition: Coalition, pk: int) -> Membership:
    found = coalition.memberships.select_related("user", "coalition")
    return get_object_or_404(found.annotate(has_second_factor=with_second_factor("user_id")), pk=pk)


def _too_many() -> str:
    return _(
        "Too many invitations are without an answer, or went to this address today. Revoke some, or wait until "
        "tomorrow."
    )


def _last_owner() -> str:
    return _("This is the coalition’s last owner. Make another member an owner first.")
