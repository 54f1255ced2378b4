"""The signatory list as a page: two tabs, searched by the start of a name, read a page at a time."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from campaign.languages import speaking
from campaign.pages import public_page
from letters.models import Letter
from letters.public import letter_context, path_in, public_letter_in
from signatures.models import Kind
from signatures.public import (
    GROUPED_AT_MOST,
    Counts,
    by_country,
    country_counts,
    counts_of,
    first_signatories,
    late_among,
    list_page,
    marks_among,
)


@public_page(params=("kind", "order", "q", "after", "before"))
def show_list(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    letter, text = public_letter_in(slug, language)
    if language == letter.original_language:
        return HttpResponsePermanentRedirect(path_in(letter, text.language, "signatures:list"))
    counts = counts_of(letter)
    kind = _kind(request.GET.get("kind", ""), letter, counts)
    start = " ".join(request.GET.get("q", "").split())[:100]
    may_group = kind == Kind.ORGANISATION and not start and counts.organisations <= GROUPED_AT_MOST
    context = {
        **letter_context(letter, text),
        "counts": counts,
        "kind": kind,
        "kinds": _kinds(letter, counts),
        "q": start,
        "may_group": may_group,
        "formats": FORMATS,
    }
    with speaking(text.language):
        if may_group and request.GET.get("order") != "name":
            rows, _more = first_signatories(letter, kind, text.language, GROUPED_AT_MOST)
            context |= {
                "groups": by_country(rows, text.language),
                "late": late_among(rows, text.language),
                "marks": marks_among(rows),
            }
        else:
            cursors = {name: request.GET.get(name, "") for name in ("after", "before")}
            page = list_page(letter, kind, text.language, start=start, **cursors)
            context |= {"page": page, "marks": marks_among(page.rows), "query": _query(kind, start)}
            context["report_path"] = path_in(letter, text.language, "signatures:report")
        if kind == Kind.INDIVIDUAL:
            context["countries"], context["elsewhere"] = country_counts(letter, text.language)
        return render(request, "signatures/list.html", context)


FORMATS = ("csv", "json", "xlsx", "pdf")


def _kinds(letter: Letter, counts: Counts) -> list[str]:
    """The tabs: what the letter accepts, and what it has."""
    has = {Kind.ORGANISATION: counts.organisations, Kind.INDIVIDUAL: counts.individuals}
    return [kind.value for kind in Kind if letter.accepts(kind) or has[kind]]


def _kind(wanted: str, letter: Letter, counts: Counts) -> str:
    """The tab asked for, else the first that has a name."""
    kinds = _kinds(letter, counts)
    if wanted in kinds:
        return wanted
    return kinds[-1] if not counts.organisations and counts.individuals else kinds[0]


def _query(kind: str, start: str) -> str:
    """What the links to other parts of this list carry along."""
    return urlencode({"kind": kind, "order": "name", **({"q": start} if start else {})})
