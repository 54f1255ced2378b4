"""The one place where the desk fetches what belongs to a coalition: who is no member finds nothing there, and what a
member may do is looked up in `letters.roles`."""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from letters.models import Coalition, Letter, LetterCoalition, Membership, User
from letters.roles import May, allowed
from letters.second_factor import with_second_factor
from letters.services.coalitions import session_mark

View = Callable[..., HttpResponseBase]


class SecondFactorMissing(Exception):
    """The coalition asks its members for a second factor, and this one has none."""


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def desk_page(get: May = May.READ, post: May = May.WRITE) -> Callable[[View], View]:
    """For every view of the desk: says what a member must be allowed in order to see the page (`get`) and to post to it
    (`post`), which `coalition_of` and `letter_of` enforce; asks who is there, and for the second factor that a
    coalition wants, tells times in the zone that the member chose, and lets nothing keep what it answers."""

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _unkept(redirect_to_login(request.get_full_path()))
            request.needs = get if request.method in SAFE_METHODS else post  # type: ignore[attr-defined]
            mark = session_mark.set(_mark_of(request))
            try:
                with timezone.override(request.session.get("zone", "UTC")):
                    return _unkept(view(request, *args, **kwargs))
            except SecondFactorMissing:
                return _unkept(redirect("mfa_index"))  # which says who asks for it
            finally:
                session_mark.reset(mark)

        page.needs = {"GET": get, "POST": post}  # type: ignore[attr-defined]
        return page

    return decorate


def coalition_of(request: HttpRequest, slug: str) -> Coalition:
    """The coalition of that slug, if the user is a member: Http404 otherwise, as for one that is not.

    A member whose role does not allow what the page needs is refused (PermissionDenied). `request.may` tells
    templates what else is allowed.
    """
    membership = _membership(request, slug)
    _admit(request, allowed(membership.role))
    return membership.coalition


def letter_of(request: HttpRequest, coalition: str, letter_id: int) -> Letter:
    """A letter that the coalition of that slug leads, or publishes with others, with its editions and texts; Http404
    and PermissionDenied as for `coalition_of`. `letter.lead` costs no query; `request.coalition` is the reader's."""
    membership = _membership(request, coalition)
    letter = _letters_of(membership.coalition).filter(pk=letter_id).first()
    if letter is None:
        raise Http404
    _admit(request, allowed(membership.role, leads=letter.lead == membership.coalition))
    return letter


def member(request: HttpRequest) -> User:
    """Who is signed in, on a desk page."""
    return cast(User, request.user)


def home_coalition(request: HttpRequest) -> Coalition:
    """The coalition in whose name the page is read: the letter's lead, or one that publishes it with others."""
    return request.coalition  # type: ignore[attr-defined]


def _mark_of(request: HttpRequest) -> str:
    """Twelve hex digits that tell a member's sessions apart in the audit log, and open none."""
    key = (request.session.session_key or "").encode()
    return hmac.new(settings.SECRET_KEY.encode(), key, hashlib.sha256).hexdigest()[:12] if key else ""


def _membership(request: HttpRequest, slug: str) -> Membership:
    found = Membership.objects.select_related("coalition").annotate(
        has_second_factor=with_second_factor("user_id")
    )
    membership = get_object_or_404(found, user_id=request.user.pk, coalition__slug=slug)
    has_one = membership.has_second_factor  # type: ignore[attr-defined]
    if membership.coalition.requires_second_factor() and not has_one:
        raise SecondFactorMissing
    request.coalition = membership.coalition  # type: ignore[attr-defined]
    return membership


def _admit(request: HttpRequest, may: Iterable[May]) -> None:
    request.may = {one.value: one in may for one in May}  # type: ignore[attr-defined]
    if not request.may[request.needs]:  # type: ignore[attr-defined]
        raise PermissionDenied(
            _("Your role in this coalition does not allow this. Its owners can change your role.")
        )


def _letters_of(coalition: Coalition) -> Any:
    publishers = Prefetch("publishers", LetterCoalition.objects.standing().select_related("coalition"))
    own = Q(publishers__coalition=coalition) & (
        Q(publishers__is_lead=True) | Q(publishers__accepted_at__isnull=False)
    )
    return Letter.objects.filter(own).prefetch_related(publishers, "editions__texts")


def _unkept(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "no-store, private"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
