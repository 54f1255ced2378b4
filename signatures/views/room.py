"""The sign-on room, by the link that was mailed: no account and no cookie. Every change is a POST; a GET only adds to
the log of openings, which decides nothing."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaign.languages import direction_of, own_name, speaking
from campaign.responses import SeeOther
from campaign.sealing import CannotOpen
from letters.models import Letter
from letters.models.letter import Text
from letters.public import coalitions_of, language_context
from signatures import public
from signatures.links import BrokenLink, own_url
from signatures.models import Answer, Kind, State
from signatures.models.signature import PLACED
from signatures.person import Person
from signatures.room import answering, passing
from signatures.room.forms import ChangeForm, DeclineForm, PassForm, SignForm
from signatures.room.links import Visit, read_token, room_path
from signatures.room.openings import method_of, record_opening
from signatures.room.texts import current_texts
from signatures.room.times import is_past, moment_in
from signatures.views.guards import public_post, refuse

logger = logging.getLogger(__name__)
MOST_LISTED = 1000
# What a page says after a POST that led back to it.
DONE = ("signed", "declined", "asked", "passed", "stood", "in")


def room_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Opens the token for a view of (request, visit); nothing on the way may keep or tell the address."""

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            visit = read_token(token)
        except BrokenLink:
            with speaking(get_language_from_request(request)):
                response: HttpResponseBase = render(request, "signatures/room/broken.html", status=404)
        else:
            with speaking(_text_of(request, visit).language):
                response = _opened(view, request, visit)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return page


def _opened(view: Callable[..., HttpResponseBase], request: HttpRequest, visit: Visit) -> HttpResponseBase:
    try:
        return view(request, visit)
    except CannotOpen:
        logger.error("no key in SEAL_KEYS opens the contact of invitation %s", visit.invitation.pk)
        reason = _("The letter cannot be shown just now. Please try again later.")
        return refuse(request, 503, reason)


@public_post
@require_http_methods(["GET", "HEAD", "POST"])
@room_page
def room(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    if request.method != "POST":
        record_opening(visit, method_of(request))
    if visit.is_revoked:
        return _aside(request, visit, "revoked", status=410)
    if not answering.is_circulating(visit.letter):
        return _after(request, visit)
    verb = VERBS.get(request.POST.get("verb", ""))
    if request.method != "POST" or verb is None:
        return _show(request, visit, status=200 if request.method != "POST" else 422)
    try:
        return verb(request, visit)
    except (answering.RoomClosed, answering.LinkEnded):
        return SeeOther(_path(request, visit))


# --- The verbs ----------------------------------------------------------------------------------------------


def _sign(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    form = SignForm(request.POST, organisation=visit.invitation.organisation)
    if not form.is_valid():
        return _show(request, visit, status=422, sign_form=form)
    data = form.cleaned_data
    try:
        answering.sign(
            visit,
            organisation=data["organisation"],
            name=data["name"],
            role=data["role"],
            exposure=data["exposure"],
            language=_text_of(request, visit).language,
        )
    except answering.AlreadyIn:
        return _back(request, visit, "in")
    return _back(request, visit, "signed")


def _decline(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _show(request, visit, status=422, decline_form=form)
    answering.decline(visit, reason=form.cleaned_data["reason"])
    return _back(request, visit, "declined")


def _change(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _show(request, visit, status=422, change_form=form)
    language = _text_of(request, visit).language
    answering.ask_for_change(visit, body=form.cleaned_data["body"], language=language)
    return _back(request, visit, "asked")


def _pass(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    form = PassForm(request.POST)
    if not form.is_valid():
        return _show(request, visit, status=422, pass_form=form)
    try:
        passing.pass_link(visit, name=form.cleaned_data["colleague"], email=form.cleaned_data["address"])
    except passing.HasLink:
        form.add_error("address", _("This colleague has a link already."))
    except passing.MailedOften:
        form.add_error("address", _("This address was mailed too often today. Please try again tomorrow."))
    except passing.TooManyLinks:
        form.add_error(None, _("Your organisation has passed the link as often as it can. Write to us."))
    else:
        return _back(request, visit, "passed")
    return _show(request, visit, status=422, pass_form=form)


def _stand(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    answering.stand_by(visit, language=_text_of(request, visit).language)
    return _back(request, visit, "stood")


VERBS: dict[str, Callable[[HttpRequest, Visit], HttpResponseBase]] = {
    "sign": _sign,
    "decline": _decline,
    "change": _change,
    "pass": _pass,
    "stand": _stand,
}


# --- The pages ----------------------------------------------------------------------------------------------


def _show(request: HttpRequest, visit: Visit, *, status: int = 200, **forms: Any) -> HttpResponse:
    text, row = _text_of(request, visit), visit.invitation
    done = request.GET.get("done", "")
    context = {
        **_shared(visit, text),
        **_letter(visit.letter, text),
        **_signatories(visit.letter, text.language),
        **_signature(visit),
        **_forms(visit),
        **forms,
        "deadline": moment_in(visit.letter.sign_on_until, row.zone, text.language),
        "is_late": is_past(visit.letter.sign_on_until),
        "path": _path(request, visit),
        "done": done if done in DONE else "",
        "passed_to": _passed_to(visit),
        "has_error": bool(forms),
    }
    return render(request, "signatures/room/room.html", context, status=status)


def _after(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Once it was launched: to the letter, or to what became of the organisation's signature. Taken back meanwhile: why
    there is nothing to read."""
    if not visit.letter.is_public():
        return _aside(request, visit, "recalled", status=403)
    standing = visit.invitation.signature
    if standing is None or standing.state not in PLACED:
        return redirect(visit.letter.get_absolute_url())
    return _aside(request, visit, "launched", **_signature(visit))


def _aside(request: HttpRequest, visit: Visit, name: str, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {**_shared(visit, _text_of(request, visit)), **more}
    return render(request, f"signatures/room/{name}.html", context, status=status)


def _text_of(request: HttpRequest, visit: Visit) -> Text:
    """The text in the language that was chosen, else in the organisation's, else the original."""
    edition = visit.letter.working_edition
    chosen = edition.text_in(request.GET.get("lang", ""))
    return chosen or edition.text_nearest(visit.invitation.language)


def _path(request: HttpRequest, visit: Visit) -> str:
    language = _text_of(request, visit).language
    return f"{room_path(visit.invitation, visit.link)}?lang={language}"


def _back(request: HttpRequest, visit: Visit, done: str) -> HttpResponseBase:
    return SeeOther(f"{_path(request, visit)}&done={done}")


def _shared(visit: Visit, text: Text) -> dict[str, Any]:
    return {
        **language_context(text.language),
        "letter": visit.letter,
        "text": text,
        "coalitions": coalitions_of(visit.letter),
        "invitation": visit.invitation,
        "organisation": visit.invitation.organisation,
    }


def _letter(letter: Letter, text: Text) -> dict[str, Any]:
    edition = letter.working_edition
    texts = sorted(edition.texts.all(), key=lambda one: one.language != letter.original_language)
    to, cc = letter.to_and_cc()
    return {
        "asks": edition.asks_in(text.language),
        "languages": [(one.language, direction_of(one.language), own_name(one.language)) for one in texts],
        "to": to,
        "cc": cc,
    }


def _signatories(letter: Letter, language: str) -> dict[str, Any]:
    """Who is in by name; who chose not to be shown is in the number alone."""
    rows, _more = public.first_signatories(letter, Kind.ORGANISATION, language, MOST_LISTED)
    named = [row for row in rows if row.is_named]
    return {"groups": public.by_country(named, language), "counts": public.counts_of(letter)}


def _signature(visit: Visit) -> dict[str, Any]:
    row = visit.invitation
    standing = row.signature if row.signature and row.signature.state in PLACED else None
    if standing is None:
        return {"signature": None}
    person = Person.open(standing.sealed)
    return {
        "signature": standing,
        "signs_as": person.organisation,
        "representative": person.name,
        "waits": standing.state == State.WAITING,
        # The own page takes the name back and shows what is stored: only to whose mailbox it is.
        "own_url": own_url(standing) if person.email and person.email == visit.contact.email else "",
        "text_changed": row.answer == Answer.SIGNED and row.text_sha256 not in current_texts(visit.letter),
    }


def _forms(visit: Visit) -> dict[str, Any]:
    row = visit.invitation
    initial = {"organisation": row.organisation.name, "name": visit.contact.name}
    return {
        "sign_form": SignForm(initial=initial, organisation=row.organisation),
        "decline_form": DeclineForm(),
        "change_form": ChangeForm(),
        "pass_form": PassForm(),
    }


def _passed_to(visit: Visit) -> list[str]:
    """The names of the colleagues to whom this very link was passed."""
    return [
        Visit(visit.invitation, link, is_revoked=False).contact.name
        for link in visit.invitation.links.all()
        if link.passed_from_id == (visit.link.pk if visit.link else None)
    ]
