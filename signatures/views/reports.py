"""Reporting a name on the signatory list: a small form at an address of its own, whose answer tells nothing."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from campaign.languages import speaking
from campaign.pages import public_page
from campaign.responses import SeeOther
from letters.public import letter_context, public_letter_in
from signatures import reporting
from signatures.models import Kind
from signatures.report_forms import ReportForm
from signatures.views.guards import public_post


@public_post
def report(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    if request.method == "POST":
        return _post_report(request, slug, language)
    return _report_page(request, slug, language)


@public_page(params=("kind", "row"))
def _report_page(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    named = {"kind": request.GET.get("kind", ""), "row": request.GET.get("row", "")}
    return _render(request, slug, language, ReportForm(initial=named), named)


def _post_report(request: HttpRequest, slug: str, language: str | None) -> HttpResponseBase:
    """The same answer whether or not the row is listed, was reported before, or is hidden now."""
    letter, text = public_letter_in(slug, language)
    with speaking(text.language):
        form = ReportForm(request.POST)
        if not form.is_valid():
            named = {name: request.POST.get(name, "") for name in ("kind", "row")}
            return _render(request, slug, language, form, named, status=422)
    if not form.is_a_machines:
        data = form.cleaned_data
        reporting.report_signature(
            letter.pk, kind=data["kind"], reference=data["row"], reason=data["reason"], words=data["words"]
        )
    return SeeOther(reverse("signatures:reported", args=[slug, text.language]))


def _render(
    request: HttpRequest,
    slug: str,
    language: str | None,
    form: ReportForm,
    named: dict[str, str],
    *,
    status: int = 200,
) -> HttpResponse:
    letter, text = public_letter_in(slug, language)
    kind = named["kind"] if named["kind"] in Kind.values else Kind.INDIVIDUAL.value
    row = reporting.listed_row(letter.pk, kind, named["row"])
    context = letter_context(letter, text) | {"form": form, "name": row.public_name if row else ""}
    with speaking(text.language):
        return render(request, "signatures/report.html", context, status=status)


@public_page(shows_names=False)
def reported(request: HttpRequest, slug: str, language: str) -> HttpResponseBase:
    letter, text = public_letter_in(slug, language)
    with speaking(text.language):
        return render(request, "signatures/reported.html", letter_context(letter, text))
