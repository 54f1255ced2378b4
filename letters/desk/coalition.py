"""The coalition's own settings."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from letters.access import coalition_of, desk_page, member
from letters.forms import refused
from letters.member_forms import CoalitionForm
from letters.roles import May
from letters.second_factor import has_second_factor
from letters.services import settling


@desk_page(get=May.MANAGE, post=May.MANAGE)
def edit_coalition(request: HttpRequest, coalition: str) -> HttpResponse:
    owner = coalition_of(request, coalition)
    name, has_one = owner.name, has_second_factor(member(request))
    form = CoalitionForm(request.POST or None, instance=owner, has_second_factor=has_one)
    if not form.is_valid():
        owner.name = name  # validation has written what was typed on it
        context = {"coalition": owner, "form": form, "has_second_factor": has_one}
        return refused(request, "desk/coalition_settings.html", context)
    settling.save_coalition(
        form.save(commit=False),
        requires_second_factor=form.cleaned_data["requires_second_factor"],
        actor=member(request),
    )
    messages.success(request, _("Saved."))
    return redirect("desk:coalition_settings", coalition)
