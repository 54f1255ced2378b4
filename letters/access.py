"""The one place where the desk fetches what belongs to a coalition: who is no member finds nothing there."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from letters.models import Coalition, Letter, LetterCoalition, Membership, User
from letters.models.people import Role

View = Callable[..., HttpResponseBase]

ROLES_THAT_WRITE = frozenset({Role.OWNER, Role.EDITOR, Role.MODERATOR})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def desk_page(view: View) -> View:
    """For every view of the desk: asks who is there, tells times in the zone that the member chose, and lets nothing
    keep what it answers."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _unkept(redirect_to_login(request.get_full_path()))
        with timezone.override(request.session.get("zone", "UTC")):
            return _unkept(view(request, *args, **kwargs))

    return page


def coalition_of(request: HttpRequest, slug: str, *, writing: bool | None = None) -> Coalition:
    """The coalition of that slug, if the user is a member: Http404 otherwise, as for one that is not.

    A member who may only read is refused (PermissionDenied) whatever changes something: each POST, and a GET
    whose view says `writing`; not a POST of which the view says that it writes nothing. `request.may_write`
    tells templates which buttons to show.
    """
    found = Membership.objects.select_related("coalition")
    membership = get_object_or_404(found, user_id=request.user.pk, coalition__slug=slug)
    may_write = membership.role in ROLES_THAT_WRITE
    writing = request.method not in SAFE_METHODS if writing is None else writing
    if writing and not may_write:
        raise PermissionDenied
    request.may_write = may_write  # type: ignore[attr-defined]
    return membership.coalition


def letter_of(request: HttpRequest, coalition: str, letter_id: int, *, writing: bool | None = None) -> Letter:
    """A letter that the coalition of that slug leads, with its editions and texts; Http404 and PermissionDenied as
    for `coalition_of`. `letter.lead` costs no query."""
    owner = coalition_of(request, coalition, writing=writing)
    letter = _letters_led_by(owner).filter(pk=letter_id).first()
    if letter is None:
        raise Http404
    return letter


def member(request: HttpRequest) -> User:
    """Who is signed in, on a desk page."""
    return cast(User, request.user)


def _letters_led_by(coalition: Coalition) -> Any:
    publishers = Prefetch("publishers", LetterCoalition.objects.select_related("coalition"))
    led = Letter.objects.filter(publishers__coalition=coalition, publishers__is_lead=True)
    return led.prefetch_related(publishers, "editions__texts")


def _unkept(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "no-store, private"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
