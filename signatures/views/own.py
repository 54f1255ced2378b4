"""The signatory's own page, by the link that was mailed. GET only shows; every change is a POST."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaign.languages import speaking
from campaign.responses import SeeOther
from campaign.sealing import CannotOpen
from letters import public
from letters.differences import compare_editions
from letters.models import Edition
from signatures import services
from signatures.forms import ChangeForm
from signatures.links import BrokenLink, is_late, make_token, read_token
from signatures.models import Kind, Signature, State
from signatures.person import Person
from signatures.room.answering import withdraw_signature
from signatures.standing import stand_under
from signatures.views.guards import public_post, refuse

View = Callable[..., HttpResponseBase]
logger = logging.getLogger(__name__)


def own_page(view: View) -> View:
    """Opens the token for a view of (request, signature); nothing on the way may keep or tell the address."""

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            signature = read_token(token)
        except BrokenLink:
            with speaking(get_language_from_request(request)):
                response: HttpResponseBase = render(request, "signatures/own/broken.html", status=404)
        else:
            signature = signature.superseded_by or signature
            with speaking(signature.language):
                response = _opened(view, request, signature)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return page


def _opened(view: View, request: HttpRequest, signature: Signature) -> HttpResponseBase:
    try:
        return view(request, signature)
    except CannotOpen:
        logger.error("no key in SEAL_KEYS opens %s", signature)
        reason = _("Your signature is safe, but cannot be shown just now. Please try again later.")
        return refuse(request, 503, reason)


@public_post
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def own(request: HttpRequest, signature: Signature) -> HttpResponseBase:
    if request.method != "POST":
        return _show(request, signature)
    verb = VERBS.get(request.POST.get("verb", ""))
    return verb(request, signature) if verb else _show(request, signature, status=422)


@require_safe
@own_page
def own_data(request: HttpRequest, signature: Signature) -> HttpResponseBase:
    """All that is stored of the signatory, as a file."""
    person = Person.open(signature.sealed)
    data = {
        "letter": signature.letter.slug,
        "kind": signature.kind,
        "edition": str(signature.edition),
        "state": signature.state,
        "state_at": signature.state_at,
        "state_reason": signature.state_reason,
        "exposure": signature.exposure,
        "country": str(signature.country),
        "language": signature.language,
        "wants_updates": signature.wants_updates,
        "consented_at": signature.consented_at,
        "confirmed_at": signature.confirmed_at,
        "origin": signature.origin,
        "verified": signature.verified,
        "notice_version": signature.notice_version,
        "referrer": signature.referrer,
        "score": signature.score,
        "mailed_at": signature.mailed_at,
        "reports": list(
            signature.reports.order_by("pk").values("reason", "created_at", "decision", "decided_at")
        ),
        "person": {key: value for key, value in vars(person).items() if value},
    }
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = 'attachment; filename="my-signature.json"'
    return response


def _show(
    request: HttpRequest,
    signature: Signature,
    *,
    form: ChangeForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    if not signature.letter.is_public():
        return _show_hidden(request, signature, status=status, **more)
    letter = public.public_letter(signature.letter.slug)
    text = letter.edition.text_nearest(signature.language)
    person = Person.open(signature.sealed)
    context = public.letter_context(letter, text) | {
        "signature": signature,
        "person": person,
        "signs_as": person.signs_as(signature.kind),
        "is_organisation": signature.kind == Kind.ORGANISATION,
        "own_url": _own_path(signature),
        "data_url": reverse("signatures:own_data", args=[make_token(signature)]),
        "form": form or _change_form(signature, person),
        **_standing(signature, letter.edition, text.language),
        **more,
    }
    return render(request, f"signatures/own/{_page_of(signature)}.html", context, status=status)


def _show_hidden(request: HttpRequest, signature: Signature, *, status: int, **more: Any) -> HttpResponse:
    """To an organisation that signed under embargo: its own signature, and nothing of the letter."""
    person = Person.open(signature.sealed)
    context = public.language_context(signature.language) | {
        "signature": signature,
        "person": person,
        "coalition": signature.letter.lead,
        "own_url": _own_path(signature),
        "data_url": reverse("signatures:own_data", args=[make_token(signature)]),
        **more,
    }
    return render(request, "signatures/own/hidden.html", context, status=status)


def _standing(signature: Signature, newest: Edition, language: str) -> dict[str, Any]:
    """For who stands under an older edition: that, and what changed since, in their language."""
    if signature.edition.number >= newest.number:
        return {}
    given = signature.edition
    return {"given": given, "difference": compare_editions(given, newest, language)}


def _page_of(signature: Signature) -> str:
    if signature.state != State.PENDING:
        return "manage"
    if not signature.letter.is_open():
        return "closed"
    return "late" if is_late(signature) else "confirm"


def _change_form(signature: Signature, person: Person, data: Any = None) -> ChangeForm:
    initial = {
        "name": person.name,
        "country": str(signature.country),
        "exposure": signature.exposure,
        "wants_updates": signature.wants_updates,
    }
    return ChangeForm(data, kind=signature.kind, initial=initial)


def _own_path(signature: Signature) -> str:
    return reverse("signatures:own", args=[make_token(signature)])


def _confirm(request: HttpRequest, signature: Signature) -> HttpResponseBase:
    was_pending = signature.state == State.PENDING
    if was_pending and is_late(signature):
        return _show(request, signature, status=410)
    try:
        standing = services.confirm(signature)
    except services.WrongState:
        return _show(request, signature, status=409)
    if not was_pending or standing.pk != signature.pk:
        return SeeOther(_own_path(standing))
    url = reverse("signatures:thanks", args=[signature.letter.slug, signature.language])
    if standing.state != State.WAITING:
        return SeeOther(url)
    return SeeOther(url + ("?waiting=1" if standing.kind == Kind.ORGANISATION else "?waiting=name"))


def _change(request: HttpRequest, signature: Signature) -> HttpResponseBase:
    form = _change_form(signature, Person.open(signature.sealed), request.POST)
    if not form.is_valid():
        return _show(request, signature, form=form, status=422)
    data = form.cleaned_data
    try:
        services.change(
            signature,
            name=data["name"],
            country=data.get("country") or str(signature.country),
            exposure=data.get("exposure") or signature.exposure,
            wants_updates=data["wants_updates"],
        )
    except services.WrongState:
        return SeeOther(_own_path(signature))
    return SeeOther(_own_path(signature) + "?changed=1")


def _withdraw(request: HttpRequest, signature: Signature) -> HttpResponseBase:
    if request.POST.get("sure") != "yes":
        return _show(request, signature, asks_withdrawal=True)
    withdraw_signature(signature)
    return SeeOther(_own_path(signature))


def _stand(request: HttpRequest, signature: Signature) -> HttpResponseBase:
    """Only under the edition that the page showed; one that came meanwhile is shown first."""
    number = request.POST.get("number", "")
    if number.isascii() and number.isdigit() and stand_under(signature, number=int(number[:9])):
        return SeeOther(_own_path(signature) + "?stands=1")
    return _show(request, signature, status=409)


def _renew(request: HttpRequest, signature: Signature) -> HttpResponseBase:
    services.renew_link(signature)
    return SeeOther(reverse("signatures:sent", args=[signature.letter.slug, signature.language]))


VERBS: dict[str, Callable[[HttpRequest, Signature], HttpResponseBase]] = {
    "confirm": _confirm,
    "change": _change,
    "withdraw": _withdraw,
    "stand": _stand,
    "renew": _renew,
}
