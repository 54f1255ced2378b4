from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from letters import services
from letters.access import coalition_of, desk_page, home_coalition, letter_of, member
from letters.forms import AddresseeForm, NewAddresseeForm, refused
from letters.models import Letter, Official
from letters.registry_forms import RegistryForm
from letters.roles import May

MOVES = ("up", "down", "other")


@desk_page(get=May.WRITE)
def new_official(request: HttpRequest, coalition: str) -> HttpResponse:
    owner = coalition_of(request, coalition)
    return _edit(request, Official(coalition=owner))


@desk_page(get=May.WRITE)
def edit_official(request: HttpRequest, coalition: str, official_id: int) -> HttpResponse:
    owner = coalition_of(request, coalition)
    return _edit(request, get_object_or_404(owner.officials, pk=official_id))


@desk_page()
@require_POST
def remove_official(request: HttpRequest, coalition: str, official_id: int) -> HttpResponse:
    owner = coalition_of(request, coalition)
    official = get_object_or_404(owner.officials, pk=official_id)
    if services.delete_official(official, actor=member(request)):
        messages.success(request, _("The official was deleted."))
    else:
        messages.error(request, _("A letter names this official, so it stays in the registry."))
    return redirect("desk:officials", coalition)


@desk_page()
def edit_addressees(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Lists who the letter is addressed to; a POST names one more, chosen from the registry or new in it."""
    letter = letter_of(request, coalition, letter_id)
    if letter.is_frozen():
        return _addressees_page(request, letter, status=409 if request.method == "POST" else 200)
    typed = request.POST or None
    chosen = AddresseeForm(typed if "choose" in request.POST else None, letter=letter)
    new = NewAddresseeForm(typed if "create" in request.POST else None, letter=letter)
    form = chosen if "choose" in request.POST else new
    if not form.is_valid():
        return _addressees_page(request, letter, chosen=chosen, new=new, status=422 if form.is_bound else 200)
    try:
        official = (
            form.official()
            if form is chosen
            else services.save_official(new.official(), actor=member(request))
        )
        services.add_addressee(
            letter, official=official, kind=form.cleaned_data["kind"], actor=member(request)
        )
    except services.Frozen:
        return _addressees_page(request, letter, status=409)
    return redirect(request.path)


@desk_page()
@require_POST
def change_addressee(request: HttpRequest, coalition: str, letter_id: int, addressee_id: int) -> HttpResponse:
    """Moves an addressee (`up`, `down`, to the `other` list) or takes it off."""
    letter = letter_of(request, coalition, letter_id)
    addressee = get_object_or_404(letter.addressees, pk=addressee_id)
    verb = request.POST.get("verb")
    try:
        if verb == "remove":
            services.remove_addressee(addressee, actor=member(request))
        elif verb in MOVES:
            services.move_addressee(addressee, direction=verb, actor=member(request))
    except services.Frozen:
        messages.error(request, _("This edition is frozen: its addressees stay as they are."))
    return redirect("desk:addressees", coalition, letter.pk)


def _edit(request: HttpRequest, official: Official) -> HttpResponse:
    form = RegistryForm(request.POST or None, instance=official)
    if not form.is_valid():
        used = bool(official.pk and official.addressed.exists())
        context = {"form": form, "official": official, "coalition": official.coalition, "used": used}
        return refused(request, "desk/official.html", context)
    services.save_official(form.save(commit=False), actor=member(request))
    messages.success(request, _("Saved."))
    return redirect("desk:officials", official.coalition.slug)


def _addressees_page(
    request: HttpRequest, letter: Letter, *, status: int = 200, **forms: Any
) -> HttpResponse:
    to, cc = letter.to_and_cc()
    context = {"letter": letter, "coalition": home_coalition(request), "to": to, "cc": cc, **forms}
    return render(request, "desk/addressees.html", context, status=status)
