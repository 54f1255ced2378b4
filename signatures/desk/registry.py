"""The coalition's organisations: listed, corrected, added by hand, merged."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.countries import COUNTRY_CODES, country_choices
from campaign.sealing import CannotOpen
from letters.access import coalition_of, desk_page, letter_of, member
from letters.forms import refused
from letters.models import Coalition, Letter
from letters.roles import May
from signatures import merging, registry
from signatures.contacts import Contact
from signatures.guest_forms import NewOrganisationForm, OrganisationForm, organisation_data
from signatures.guests.likeness import Why
from signatures.models import Exposure, Invitation, Organisation, OrganisationMerge, Signature, State

LETTERS_SHOWN = 50
MERGES_SHOWN = 10
FORM_METHODS = ["GET", "HEAD", "POST"]


@desk_page()
@require_safe
def list_organisations(request: HttpRequest, coalition: str) -> HttpResponse:
    owner = coalition_of(request, coalition)
    country = request.GET.get("country", "")
    asked = {"start": _start(request), "country": country if country in COUNTRY_CODES else ""}
    page = registry.organisations_page(owner, after=_number(request.GET.get("after", "")), **asked)
    context = {
        "coalition": owner,
        "page": page,
        "asked": asked,
        "countries": country_choices(),
        "language": get_language(),
    }
    return render(request, "desk/signatures_organisations.html", context)


@desk_page(post=May.INVITE)
@require_http_methods(FORM_METHODS)
def show_organisation(request: HttpRequest, coalition: str, organisation_id: int) -> HttpResponse:
    """What is known of one, and where it stands; a POST corrects its name, country and website."""
    organisation = _organisation(request, coalition, organisation_id)
    form = OrganisationForm(request.POST or None, initial=organisation_data(organisation))
    if form.is_valid():
        try:
            registry.save_organisation(organisation, actor=member(request), **form.cleaned_data)
        except registry.Taken:
            form.add_error(
                "name", _("The registry has another one of this name in this country. You can merge the two.")
            )
        else:
            messages.success(request, _("Saved."))
            return redirect("desk:organisation", coalition, organisation.pk)
    return refused(request, "desk/organisation.html", _facts(request, organisation) | {"form": form})


def _facts(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    signed = Signature.objects.filter(organisation=organisation, state=State.CONFIRMED)
    if not request.may[May.SIGNATURES]:  # type: ignore[attr-defined]
        signed = signed.filter(exposure=Exposure.PUBLIC)
    places = Invitation.objects.filter(organisation=organisation).select_related("letter", "signature")
    return {
        "coalition": organisation.coalition,
        "organisation": organisation,
        "signed": signed.order_by("-pk").values_list("letter__slug", flat=True)[:LETTERS_SHOWN],
        "places": [(place, _contact(request, place)) for place in places.order_by("-pk")[:LETTERS_SHOWN]],
        "other_names": organisation.other_names.all()[:LETTERS_SHOWN],
        "merges": organisation.merges.filter(undone_at=None)[:MERGES_SHOWN],
        "language": get_language(),
    }


def _contact(request: HttpRequest, place: Invitation) -> Contact | None:
    """Whom it is written to, told to those who may invite; None for nobody."""
    if not place.sealed or not request.may[May.INVITE]:  # type: ignore[attr-defined]
        return None
    try:
        return Contact.open(place.sealed)
    except CannotOpen:
        return None


@desk_page(get=May.INVITE, post=May.INVITE)
@require_http_methods(FORM_METHODS)
def new_organisation(request: HttpRequest, coalition: str) -> HttpResponse:
    """One more by hand, perhaps with a place in the room of a letter; those that it may be are shown first."""
    owner = coalition_of(request, coalition)
    form = NewOrganisationForm(request.POST or None, letters=_letters(owner))
    alike: list[Any] = []
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("name", "country", "website")}
        alike = [] if form.cleaned_data["is_another"] else registry.alike_to(owner, **facts)
        if not alike:
            return _add(request, owner, form, facts)
    shown = [(one, [Why(reason).label for reason in why]) for one, why in alike]
    context = {"coalition": owner, "form": form, "alike": shown, "language": get_language()}
    return refused(request, "desk/organisation_new.html", context)


def _add(
    request: HttpRequest, owner: Coalition, form: NewOrganisationForm, facts: dict[str, str]
) -> HttpResponse:
    organisation, is_new = registry.add_organisation(owner, actor=member(request), **facts)
    messages.success(
        request, _("It is in the registry.") if is_new else _("It was in the registry already: this is it.")
    )
    if form.cleaned_data["letter"]:
        letter = letter_of(request, owner.slug, int(form.cleaned_data["letter"]))
        if registry.make_room(organisation, letter=letter, contact=form.contact()):
            messages.success(request, _("It has a place in the room. Nobody was mailed."))
        else:
            messages.info(request, _("It is in the room already; its contact there stays as it is."))
    return redirect("desk:organisation", owner.slug, organisation.pk)


def _letters(owner: Coalition) -> list[tuple[int, str]]:
    led = Letter.objects.filter(publishers__coalition=owner, publishers__is_lead=True, closed_at=None)
    return list(led.order_by("-pk").values_list("pk", "slug"))


# --- Two that are one ---------------------------------------------------------------------------------------


@desk_page(get=May.INVITE, post=May.INVITE)
@require_http_methods(FORM_METHODS)
def merge_organisation(request: HttpRequest, coalition: str, organisation_id: int) -> HttpResponse:
    """Finds the other one, shows what would move, and merges it into this one."""
    kept = _organisation(request, coalition, organisation_id)
    typed = request.POST if request.method == "POST" else request.GET
    gone = _other(kept, typed.get("other", ""))
    if request.method == "POST" and gone:
        try:
            merging.merge_organisations(kept, gone, actor=member(request))
        except merging.CannotMerge:
            return _merge_page(request, kept, gone, status=409)
        messages.success(request, _("They are one organisation now. You can part them again below."))
        return redirect("desk:organisation", coalition, kept.pk)
    return _merge_page(request, kept, gone, status=422 if request.method == "POST" else 200)


def _other(kept: Organisation, typed: str) -> Organisation | None:
    others = Organisation.objects.filter(coalition=kept.coalition_id).exclude(pk=kept.pk)
    return others.filter(pk=_number(typed)).first()


def _merge_page(
    request: HttpRequest, kept: Organisation, gone: Organisation | None, *, status: int
) -> HttpResponse:
    start = _start(request)
    found = registry.organisations_page(kept.coalition, start=start).rows if start and not gone else []
    context = {
        "coalition": kept.coalition,
        "organisation": kept,
        "preview": merging.preview_merge(kept, gone) if gone else None,
        "start": start,
        "found": [one for one in found if one.pk != kept.pk],
        "language": get_language(),
    }
    return render(request, "desk/organisation_merge.html", context, status=status)


@desk_page(get=May.INVITE, post=May.INVITE)
@require_POST
def undo_merge(request: HttpRequest, coalition: str, merge_id: int) -> HttpResponse:
    owner = coalition_of(request, coalition)
    merge = get_object_or_404(
        OrganisationMerge.objects.select_related("kept", "coalition"), pk=merge_id, coalition=owner
    )
    try:
        back = merging.undo_merge(merge, actor=member(request))
    except merging.CannotPart:
        messages.error(
            request, _("Nothing was changed: they are parted already, or the registry has that name again.")
        )
        return redirect("desk:organisation", coalition, merge.kept_id)
    messages.success(request, _("They are two organisations again."))
    return redirect("desk:organisation", coalition, back.pk)


def _organisation(request: HttpRequest, coalition: str, organisation_id: int) -> Organisation:
    owner = coalition_of(request, coalition)
    found = Organisation.objects.filter(coalition=owner).select_related("coalition")
    return get_object_or_404(found, pk=organisation_id)


def _start(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "").split())[:100]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
