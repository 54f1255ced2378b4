from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaign.languages import direction_of
from campaign.sealing import CannotOpen
from letters.access import desk_page, letter_of, member
from letters.models import Letter
from letters.roles import May
from signatures import moderation, reviewing, services
from signatures.desk_forms import ApproveForm, ReasonForm
from signatures.models import Exposure, Kind, Signature, State
from signatures.person import Person

# What is recorded here; it is kept in English, and translated where it is shown.
ACTIONS = (
    gettext_noop("organisation approved"),
    gettext_noop("signature refused"),
    gettext_noop("signature removed"),
    gettext_noop("signature restored"),
)
REMOVABLE = (State.CONFIRMED, State.WAITING, State.QUARANTINED)


@desk_page(get=May.SIGNATURES)
@require_safe
def show_signature(request: HttpRequest, coalition: str, letter_id: int, signature_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    return _page(request, letter, moderation.signature_under(letter, signature_id))


@desk_page(get=May.SIGNATURES, post=May.MODERATE)
@require_POST
def approve(request: HttpRequest, coalition: str, letter_id: int, signature_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    row = moderation.signature_under(letter, signature_id)
    person = moderation.person_of(row)
    if row.kind == Kind.INDIVIDUAL:
        said = _("The signature was approved. Whoever signed is told by mail.")
        return _decide(
            request, letter, row, lambda: reviewing.approve_person(row, actor=member(request)), said
        )
    if row.state != State.WAITING or person is None:
        return _told_wrong_state(request, letter, row)
    form = ApproveForm(request.POST, look_alikes=moderation.look_alikes(row, person))
    if not form.is_valid():
        return _page(request, letter, row, approve=form, status=422)
    try:
        services.approve_organisation(
            row,
            actor=member(request),
            organisation=form.chosen_organisation(),
            evidence=form.cleaned_data["evidence"],
        )
    except services.AlreadySigned:
        form.add_error("organisation", _("This organisation stands under the letter already."))
        return _page(request, letter, row, approve=form, status=409)
    except services.WrongState as error:
        return _told_wrong_state(request, letter, error.signature)
    messages.success(request, _("The signature was approved. Its representative is told by mail."))
    return _back(letter, row)


@desk_page(get=May.SIGNATURES, post=May.MODERATE)
@require_POST
def refuse(request: HttpRequest, coalition: str, letter_id: int, signature_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    row = moderation.signature_under(letter, signature_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, letter, row, refuse=form, status=422)
    reason = form.cleaned_data["reason"]
    said = _("The signature was refused. The reason is mailed to whoever signed.")
    return _decide(
        request,
        letter,
        row,
        lambda: services.refuse_signature(row, actor=member(request), reason=reason),
        said,
    )


@desk_page(get=May.MODERATE, post=May.MODERATE)
def remove(request: HttpRequest, coalition: str, letter_id: int, signature_id: int) -> HttpResponse:
    """Asks for a reason, and says what follows; removes on POST."""
    letter = letter_of(request, coalition, letter_id)
    row = moderation.signature_under(letter, signature_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if row.state not in REMOVABLE:
        return _told_wrong_state(request, letter, row)
    mail = _mail(row, "remove_signature")
    if not form.is_valid():
        context = _facts(letter, row) | {"form": form, "mail": mail}
        status = 422 if request.method == "POST" else 200
        return render(request, "desk/signatures_remove.html", context, status=status)
    reason = form.cleaned_data["reason"]
    said = (
        _("The signature was removed. The reason is mailed to whoever signed.")
        if mail
        else _("The signature was removed.")
    )
    return _decide(
        request,
        letter,
        row,
        lambda: services.remove_signature(row, actor=member(request), reason=reason),
        said,
    )


@desk_page(get=May.SIGNATURES, post=May.MODERATE)
@require_POST
def restore(request: HttpRequest, coalition: str, letter_id: int, signature_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    row = moderation.signature_under(letter, signature_id)
    said = _("The signature was restored.")
    return _decide(request, letter, row, lambda: services.restore_signature(row, actor=member(request)), said)


def _decide(
    request: HttpRequest, letter: Letter, row: Signature, decide: Callable[[], Signature], said: str
) -> HttpResponse:
    try:
        decide()
    except services.WrongState as error:
        return _told_wrong_state(request, letter, error.signature)
    except CannotOpen:
        messages.error(request, _("No key of this site opens this signature, so nothing was decided."))
    else:
        messages.success(request, said)
    return _back(letter, row)


def _told_wrong_state(request: HttpRequest, letter: Letter, row: Signature) -> HttpResponse:
    """Somebody was faster, or the signatory withdrew: the page that follows shows how it stands."""
    told = _("Nothing was changed, since this signature is now: %(state)s.")
    messages.error(request, told % {"state": moderation.STATE_NAMES[State(row.state)]})
    return _back(letter, row)


def _back(letter: Letter, row: Signature) -> HttpResponse:
    return redirect("desk:signature", letter.lead.slug, letter.pk, row.pk)


def _page(
    request: HttpRequest,
    letter: Letter,
    row: Signature,
    *,
    approve: ApproveForm | None = None,
    refuse: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _facts(letter, row)
    if row.state == State.WAITING and context["person"]:
        context |= _waiting(row, context["person"], approve, refuse)
    context["can_remove"] = row.state in REMOVABLE
    context["restores_to_list"] = row.state == State.REMOVED and services.stands_when_restored(row)
    context["report"] = row.reports.filter(decided_at=None).first()
    context["undoable"] = reviewing.last_decision(row)
    context["entries"] = moderation.decisions_on(row)
    context["next"] = moderation.next_waiting(letter, after=row.pk)
    return render(request, "desk/signature.html", context, status=status)


def _waiting(
    row: Signature, person: Person, approve: ApproveForm | None, refuse: ReasonForm | None
) -> dict[str, Any]:
    """The forms of a decision, bound to what was typed if it was refused."""
    is_organisation = row.kind == Kind.ORGANISATION
    if approve is None and is_organisation:
        approve = ApproveForm(look_alikes=moderation.look_alikes(row, person))
    return {
        "approve": approve,
        "is_notable": not is_organisation,
        "refuse": refuse or ReasonForm(),
        "mail": _mail(row, "refuse_signature"),
    }


def _facts(letter: Letter, row: Signature) -> dict[str, Any]:
    # The letter with what was fetched with it, so that nobody asks again.
    row.letter = letter
    person = moderation.person_of(row)
    return {
        "coalition": letter.lead,
        "letter": letter,
        "signature": row,
        "person": person,
        "name": person.signs_as(row.kind) if person else row.public_name,
        "mailbox": moderation.mailbox_of(person) if person and person.email else None,
        "is_organisation": row.kind == Kind.ORGANISATION,
        "state_name": moderation.STATE_NAMES[State(row.state)],
        "exposure_name": moderation.EXPOSURE_NAMES[Exposure(row.exposure)],
        "language": get_language(),
        "mail_direction": direction_of(row.language),
    }


def _mail(row: Signature, name: str) -> str:
    person = moderation.person_of(row)
    return moderation.preview_mail(row, person, name) if person and person.email else ""
