"""Bringing the member organisations: a list is read by a worker, decided by a person, and added by a worker."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letters.access import coalition_of, desk_page, letter_of, member
from letters.forms import refused
from letters.models import Coalition, Letter
from letters.roles import May
from signatures.guest_forms import ListForm
from signatures.guests import deciding
from signatures.guests.showing import COLUMN_NAMES, part_of
from signatures.models import GuestImport, ImportRow

IMPORTS_SHOWN = 10
REFRESH = 2  # seconds
State = ImportRow.State


@desk_page(get=May.INVITE, post=May.INVITE)
@require_http_methods(["GET", "HEAD", "POST"])
def import_to_room(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """A list of organisations for a letter's sign-on room."""
    letter = letter_of(request, coalition, letter_id)
    return _bring(request, letter.lead, letter)


@desk_page(get=May.INVITE, post=May.INVITE)
@require_http_methods(["GET", "HEAD", "POST"])
def import_to_registry(request: HttpRequest, coalition: str) -> HttpResponse:
    """The same for the coalition's registry alone."""
    return _bring(request, coalition_of(request, coalition), None)


def _bring(request: HttpRequest, owner: Coalition, letter: Letter | None) -> HttpResponse:
    form = ListForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        earlier = GuestImport.objects.filter(coalition=owner, letter=letter).exclude(
            state=GuestImport.State.DISCARDED
        )
        context = {"coalition": owner, "letter": letter, "form": form, "imports": earlier[:IMPORTS_SHOWN]}
        return refused(request, "desk/guests_bring.html", context)
    guest_import = deciding.start_import(
        owner,
        text=form.text,
        encoding=form.encoding,
        letter=letter,
        actor=member(request),
        spoken=get_language() or "en",
        after=reverse("desk:guests", args=[owner.slug, 0]).replace("/0/", "/%s/"),
    )
    return redirect("desk:job", owner.slug, guest_import.job_id)


@desk_page(get=May.INVITE, post=May.INVITE)
@require_safe
def show_import(request: HttpRequest, coalition: str, import_id: int) -> HttpResponse:
    """How its rows stand: what is to be decided first, with those that each may be the same as beside it."""
    guest_import = _import(request, coalition, import_id)
    counts = deciding.counts_of(guest_import)
    asked = request.GET.get("state", "")
    state = (
        asked if asked in State.values else next((one for one in State.values if one == _first(counts)), "")
    )
    after = request.GET.get("after", "")
    context = _context(guest_import) | {
        "counts": counts,
        "states": [(one.value, one.label, counts[one.value]) for one in _ORDER if counts[one.value]],
        "state": state,
        "part": part_of(guest_import, state, after=int(after) if after.isdecimal() and len(after) < 8 else 0),
        "to_add": counts[State.NEW] + counts[State.SAME] + counts[State.MERGED],
        "may_add": deciding.may_add(guest_import),
        "is_open": guest_import.state == GuestImport.State.READY,
        "language": get_language(),
        "columns": [COLUMN_NAMES[column] for column in guest_import.columns],
    }
    response = render(request, "desk/guests.html", context)
    if guest_import.job and guest_import.job.is_unfinished():
        response.headers["Refresh"] = str(REFRESH)
    return response


_ORDER = (State.ALIKE, State.NEW, State.ADDED, State.SAME, State.MERGED, State.SKIPPED, State.REFUSED)


def _first(counts: dict[str, int]) -> str:
    """The list that is shown when none is asked for."""
    return next((state.value for state in _ORDER if counts[state]), State.NEW)


@desk_page(get=May.INVITE, post=May.INVITE)
@require_POST
def decide_row(request: HttpRequest, coalition: str, import_id: int, line: int) -> HttpResponse:
    """What a person says of one row: the number of the one that it is, `different`, `out`, or `undo`."""
    guest_import = _import(request, coalition, import_id)
    row = get_object_or_404(guest_import.rows, line=line)
    try:
        row = deciding.decide_row(row, choice=request.POST.get("choice", ""))
    except ValueError:
        messages.error(request, _("Choose one of the answers."))
    except deciding.NotReady:
        messages.error(request, _("Nothing was changed: this is decided already."))
    else:
        told = {
            State.NEW: _("A different one."),
            State.MERGED: _("The same one."),
            State.SKIPPED: _("Left out."),
        }
        said = told.get(State(row.state), _("To be decided again."))
        messages.success(request, _("Line %(line)s: %(said)s") % {"line": line, "said": said})
    back = reverse("desk:guests", args=[coalition, guest_import.pk])
    shown = request.POST.get("shown", "")
    return redirect(f"{back}?state={shown}" if shown in State.values else back)


@desk_page(get=May.INVITE, post=May.INVITE)
@require_http_methods(["GET", "HEAD", "POST"])
def decide_rest(request: HttpRequest, coalition: str, import_id: int) -> HttpResponse:
    """Says of all that are left that each is another one, after a page that counts them."""
    guest_import = _import(request, coalition, import_id)
    rest = deciding.counts_of(guest_import)[State.ALIKE]
    if request.method != "POST":
        return render(request, "desk/guests_rest.html", _context(guest_import) | {"rest": rest})
    seen = request.POST.get("seen", "")
    try:
        done = deciding.decide_rest(
            guest_import, seen=int(seen) if seen.isdecimal() and len(seen) < 8 else -1
        )
    except deciding.NotReady:
        messages.error(request, _("Somebody decided some of them meanwhile. Please look again."))
        return render(request, "desk/guests_rest.html", _context(guest_import) | {"rest": rest}, status=409)
    told = ngettext(
        "%(number)s row is an organisation of its own.",
        "%(number)s rows are organisations of their own.",
        done,
    )
    messages.success(request, told % {"number": done})
    return _back(guest_import)


@desk_page(get=May.INVITE, post=May.INVITE)
@require_POST
def add_guests(request: HttpRequest, coalition: str, import_id: int) -> HttpResponse:
    guest_import = _import(request, coalition, import_id)
    try:
        guest_import = deciding.start_adding(guest_import, actor=member(request))
    except deciding.NotReady:
        messages.error(
            request,
            _("Nothing was begun: something is still to be decided, or it was begun already."),
        )
        return _back(guest_import)
    return redirect("desk:job", guest_import.coalition.slug, guest_import.job_id)


@desk_page(get=May.INVITE, post=May.INVITE)
@require_http_methods(["GET", "HEAD", "POST"])
def discard_guests(request: HttpRequest, coalition: str, import_id: int) -> HttpResponse:
    """Forgets a list, after a page that says so: it cannot be undone."""
    guest_import = _import(request, coalition, import_id)
    if request.method != "POST":
        return render(request, "desk/guests_discard.html", _context(guest_import))
    try:
        deciding.discard_import(guest_import, actor=member(request))
    except deciding.NotReady:
        messages.error(request, _("It is added, or being added, so it cannot be discarded."))
        return _back(guest_import)
    messages.success(request, _("The list is forgotten."))
    if guest_import.letter:
        return redirect("desk:room_import", coalition, guest_import.letter.pk)
    return redirect("desk:organisations_import", coalition)


def _import(request: HttpRequest, coalition: str, import_id: int) -> GuestImport:
    """An import of the coalition, its letter fetched as every letter is."""
    owner = coalition_of(request, coalition)
    found = GuestImport.objects.filter(coalition=owner).select_related("job", "coalition")
    guest_import = get_object_or_404(found, pk=import_id)
    if guest_import.letter_id:
        guest_import.letter = letter_of(request, coalition, guest_import.letter_id)
    return guest_import


def _context(guest_import: GuestImport) -> dict[str, Any]:
    return {
        "coalition": guest_import.coalition,
        "letter": guest_import.letter,
        "guest_import": guest_import,
        "job": guest_import.job,
    }


def _back(guest_import: GuestImport) -> HttpResponse:
    return redirect("desk:guests", guest_import.coalition.slug, guest_import.pk)
