"""What a mailed invitation leads to: a button on GET, and a member on POST. An address that has no account chooses a
name and a password; one that has signs in first."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from letters.access import member
from letters.member_forms import JoinForm
from letters.models import MemberInvitation
from letters.services import inviting

View = Callable[..., HttpResponseBase]


def invitation_page(view: View) -> View:
    """Opens the token for a view of (request, invitation); nothing on the way may keep or tell the address."""

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            response = view(request, inviting.read_invitation(token))
        except inviting.BrokenInvitation:
            response = _told(request, "broken", status=404)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return page


@require_http_methods(["GET", "HEAD", "POST"])
@invitation_page
def show_invitation(request: HttpRequest, invitation: MemberInvitation) -> HttpResponseBase:
    if reason := _over(invitation):
        return _told(request, reason, status=410, invitation=invitation)
    if request.user.is_authenticated:
        return _accept(request, invitation)
    account = inviting.account_of(invitation)
    return _ask_to_sign_in(request, invitation) if account else _join(request, invitation)


def _accept(request: HttpRequest, invitation: MemberInvitation) -> HttpResponseBase:
    user = member(request)
    if user.email.lower() != invitation.email.lower():
        return _told(request, "another", status=403, invitation=invitation)
    if request.method != "POST":
        return render(request, "desk/invitation.html", {"invitation": invitation, "how": "accept"})
    try:
        inviting.accept_invitation(invitation, user=user)
    except inviting.InvitationOver:
        return _told(request, "used", status=410, invitation=invitation)
    return _welcome(request, invitation)


def _ask_to_sign_in(request: HttpRequest, invitation: MemberInvitation) -> HttpResponseBase:
    sign_in = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    if request.method == "POST":
        return redirect(sign_in)
    context = {"invitation": invitation, "how": "sign in", "sign_in": sign_in}
    return render(request, "desk/invitation.html", context)


def _join(request: HttpRequest, invitation: MemberInvitation) -> HttpResponseBase:
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method != "POST" or not form.is_valid():
        context = {"invitation": invitation, "how": "join", "form": form}
        return render(
            request, "desk/invitation.html", context, status=422 if request.method == "POST" else 200
        )
    try:
        user = inviting.join_with_new_account(
            invitation, name=form.cleaned_data["name"], password=form.cleaned_data["password"]
        )
    except inviting.InvitationOver:
        return _told(request, "used", status=410, invitation=invitation)
    # Whoever has a second factor already is asked for it, and comes to the desk afterwards.
    response = perform_login(request, user)
    return _welcome(request, invitation) if request.user.is_authenticated else response


def _welcome(request: HttpRequest, invitation: MemberInvitation) -> HttpResponse:
    messages.success(
        request, _("Welcome. You are now a member of %(coalition)s.") % {"coalition": invitation.coalition}
    )
    return redirect("desk:coalition", invitation.coalition.slug)


def _over(invitation: MemberInvitation) -> str:
    if invitation.revoked_at:
        return "revoked"
    if invitation.accepted_at:
        return "used"
    return "expired" if invitation.is_expired() else ""


def _told(request: HttpRequest, reason: str, *, status: int, **context: Any) -> HttpResponse:
    return render(request, "desk/invitation_over.html", {"reason": reason, **context}, status=status)
