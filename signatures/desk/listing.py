from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from campaign.countries import COUNTRY_CODES, country_choices
from letters.access import desk_page, home_coalition, letter_of
from letters.models import Letter
from letters.roles import May
from signatures import moderation
from signatures.models import Kind, State
from signatures.plot import WIDTHS, draw_growth, growth_of


class Wanted(NamedTuple):
    """Which part of the list is asked for; what makes no sense is taken for the usual."""

    kind: str
    state: str
    country: str
    start: str
    before: int
    after: int

    @classmethod
    def of(cls, asked: QueryDict, letter: Letter) -> Self:
        kind, state, country = (asked.get(name, "") for name in ("kind", "state", "country"))
        start = " ".join(asked.get("q", "").split())[:100]
        return cls(
            kind=kind if kind in Kind.values else _kinds(letter)[0],
            state=state if state in State.values else State.CONFIRMED.value,
            country=country if country in COUNTRY_CODES else "",
            # An address is searched by POST alone, so that it stands in no URL.
            start="" if "@" in start else start,
            before=_number(asked.get("before", "")),
            after=_number(asked.get("after", "")),
        )

    @property
    def query(self) -> str:
        """What a link to another part of this list carries along."""
        if self.start:
            return urlencode({"kind": self.kind, "q": self.start})
        country = {"country": self.country} if self.country else {}
        return urlencode({"kind": self.kind, "state": self.state, **country})


@desk_page(get=May.SIGNATURES, post=May.SIGNATURES)
@require_http_methods(["GET", "HEAD", "POST"])
def list_signatures(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """The signatures under a letter by kind, state and country, or those whose name begins as was asked. A POST
    searches, for a name or an address, and changes nothing."""
    letter = letter_of(request, coalition, letter_id)
    if request.method == "POST":
        return _search(request, letter)
    wanted = Wanted.of(request.GET, letter)
    if wanted.start:
        page = moderation.page_of_names(letter, wanted.kind, wanted.start, after=wanted.after)
        return _list(request, letter, wanted, page=page, q=wanted.start)
    cursors = {"before": wanted.before, "after": wanted.after}
    page = moderation.page_of(letter, wanted.kind, wanted.state, wanted.country, **cursors)
    return _list(request, letter, wanted, page=page)


def _search(request: HttpRequest, letter: Letter) -> HttpResponse:
    sought = " ".join(request.POST.get("q", "").split())[:254]
    wanted = Wanted.of(request.POST, letter)
    if "@" not in sought:
        return redirect(f"{request.path}?{wanted.query}")
    page = moderation.page_of_address(letter, sought)
    return _list(request, letter, wanted, page=page, q=sought, by_address=True)


def _list(
    request: HttpRequest, letter: Letter, wanted: Wanted, *, page: moderation.Page, **more: Any
) -> HttpResponse:
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "wanted": wanted,
        "page": page,
        "kinds": _kinds(letter),
        "states": [(state.value, name) for state, name in moderation.STATE_NAMES.items()],
        "state_name": moderation.STATE_NAMES[State(wanted.state)],
        "countries": country_choices(),
        "language": get_language(),
        "waiting": moderation.waiting_counts([letter])[letter.pk],
        **more,
    }
    return render(request, "desk/signatures.html", context)


def _kinds(letter: Letter) -> list[str]:
    """What the letter accepts first, then what it does not: some may have signed before that was changed."""
    return sorted(Kind.values, key=lambda kind: not letter.accepts(kind))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@desk_page()
@require_safe
def show_plot(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """An SVG; `?size=narrow` for a phone."""
    letter = letter_of(request, coalition, letter_id)
    growth = growth_of(letter)
    kinds = [kind for kind in Kind.values if letter.accepts(kind) or any(growth.counts(kind))]
    size = request.GET.get("size", "")
    picture = draw_growth(growth, kinds, size=size if size in WIDTHS else "wide")
    return HttpResponse(picture, content_type="image/svg+xml")
