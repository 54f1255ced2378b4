from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from letters.access import coalition_of, desk_page, member
from letters.forms import refused
from letters.models import Coalition, Official
from letters.offices import holders_of
from letters.registry import COLUMNS, CannotRead, plan_import, write_registry
from letters.registry_forms import ImportForm, SearchForm, SuccessorForm
from letters.roles import May
from letters.services import Stale
from letters.services import registry as services

ON_A_PAGE = 50
OLD = timedelta(days=183)


@desk_page()
@require_safe
def list_officials(request: HttpRequest, coalition: str) -> HttpResponse:
    """A part of the registry by name, from `?after=` an id on."""
    owner = coalition_of(request, coalition)
    form = SearchForm(request.GET)
    wanted = form.wanted()
    after = request.GET.get("after", "")
    rows, following = officials_page(
        owner, wanted, after=int(after) if after.isdecimal() and len(after) < 19 else 0
    )
    context = {
        "coalition": owner,
        "officials": rows,
        "form": form,
        "is_search": any(wanted.values()),
        "next": f"?{urlencode({**wanted, 'after': following})}" if following else "",
    }
    return render(request, "desk/officials.html", context)


def officials_page(
    coalition: Coalition, wanted: dict[str, str], *, after: int = 0
) -> tuple[list[Official], int]:
    """One page in the order of names, those after the one with the id `after`; and the id to go on from, 0 at the
    end."""
    rows = coalition.officials.order_by("name", "pk")
    if wanted["shown"] != "all":
        rows = rows.present()
    if wanted["shown"] == "old":
        rows = rows.filter(Q(checked_on=None) | Q(checked_on__lt=timezone.localdate() - OLD))
    if wanted["country"]:
        rows = rows.filter(country=wanted["country"])
    if q := wanted["q"]:
        rows = rows.filter(Q(name__icontains=q) | Q(office__icontains=q) | Q(institution__icontains=q))
    if last := coalition.officials.filter(pk=after).first():
        rows = rows.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))
    found = list(rows[: ON_A_PAGE + 1])
    return found[:ON_A_PAGE], found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else 0


@desk_page()
@require_safe
def export_officials(request: HttpRequest, coalition: str) -> HttpResponseBase:
    """The whole registry as CSV, which `import_officials` takes back as it was."""
    owner = coalition_of(request, coalition)
    lines = write_registry(owner.officials.order_by("name", "pk").iterator(chunk_size=500))
    response = StreamingHttpResponse(
        (line.encode() for line in lines), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{owner.slug}-officials.csv"'
    return response


@desk_page(get=May.WRITE)
def import_officials(request: HttpRequest, coalition: str) -> HttpResponse:
    """Shows what a file would do, and does it once that is confirmed."""
    owner = coalition_of(request, coalition)
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"coalition": owner, "form": form, "columns": COLUMNS}
    if not form.is_valid():
        return refused(request, "desk/officials_import.html", context)
    text = form.cleaned_data["text"]
    try:
        if "confirm" in request.POST:
            seen = request.POST.get("seen", "")
            services.import_officials(owner, text, seen=seen, actor=member(request))
            messages.success(request, _("The officials were imported."))
            return redirect("desk:officials", owner.slug)
        plan, changed_since = plan_import(owner, text), False
    except Stale:
        plan, changed_since = plan_import(owner, text), True
    except CannotRead as error:
        form.add_error(None, str(error))
        return refused(request, "desk/officials_import.html", context)
    context |= {"plan": plan, "text": text, "changed_since": changed_since}
    return render(request, "desk/officials_preview.html", context, status=409 if changed_since else 200)


@desk_page()
@require_safe
def show_office(request: HttpRequest, coalition: str, official_id: int) -> HttpResponse:
    """The holders of an office over time, which letters went to whom, and drafts that name a former holder."""
    owner, official = _official_of(request, coalition, official_id)
    holders = holders_of(official)
    earlier = [held.official.pk for held in holders[:-1]]
    drafts = services.drafts_naming(earlier).select_related("letter") if earlier else []
    context = {
        "coalition": owner,
        "official": official,
        "holders": holders,
        "present": holders[-1].official,
        "drafts": drafts,
    }
    return render(request, "desk/office.html", context)


@desk_page()
@require_POST
def check_official(request: HttpRequest, coalition: str, official_id: int) -> HttpResponse:
    _owner, official = _official_of(request, coalition, official_id)
    services.check_official(official, on=timezone.localdate(), actor=member(request))
    messages.success(request, _("Noted: the entry was checked today."))
    return redirect("desk:office", coalition, official.pk)


@desk_page(get=May.WRITE)
def succeed_official(request: HttpRequest, coalition: str, official_id: int) -> HttpResponse:
    """Records that a new holder took office."""
    owner, official = _official_of(request, coalition, official_id)
    form = SuccessorForm(request.POST or None, official=official)
    if request.method != "POST" or not form.is_valid():
        context = {"coalition": owner, "official": official, "form": form}
        return refused(request, "desk/official_successor.html", context)
    successor, is_new = services.succeed_official(official, actor=member(request), **form.cleaned_data)
    if is_new:
        messages.success(request, _("Recorded. Letters that went to the former holder still name them."))
    else:
        messages.error(request, _("A successor was recorded before."))
    return redirect("desk:office", coalition, successor.pk)


@desk_page()
@require_POST
def switch_drafts(request: HttpRequest, coalition: str, official_id: int) -> HttpResponse:
    _owner, official = _official_of(request, coalition, official_id)
    chosen = [int(pk) for pk in request.POST.getlist("letter") if pk.isdecimal() and len(pk) < 19]
    switched = services.switch_drafts(official, chosen, actor=member(request))
    said = ngettext("%s draft was switched.", "%s drafts were switched.", switched) % switched
    messages.success(request, said)
    return redirect("desk:office", coalition, official.pk)


def _official_of(request: HttpRequest, coalition: str, official_id: int) -> tuple[Coalition, Official]:
    owner = coalition_of(request, coalition)
    official = get_object_or_404(owner.officials, pk=official_id)
    official.coalition = owner
    return owner, official
