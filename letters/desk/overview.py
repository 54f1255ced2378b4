from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from letters import public
from letters.access import coalition_of, desk_page, home_coalition, letter_of, member
from letters.models import Coalition, Edition, Letter, LetterCoalition, Text
from letters.services import letter_problems

NEWEST_ENTRIES = 15
LETTERS_ON_A_PAGE = 30


@desk_page()
@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """All coalitions of the member, each with its newest letters."""
    coalitions = with_letters(Coalition.objects.of_member(member(request)).order_by("name"))
    return render(request, "desk/home.html", _shelves(coalitions))


@desk_page()
@require_safe
def show_coalition(request: HttpRequest, coalition: str) -> HttpResponse:
    """Its letters a page at a time, or those whose title or address has what was asked for in it."""
    owner = coalition_of(request, coalition)
    sought = " ".join(request.GET.get("q", "").split())[:100]
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    shelves = _shelves(with_letters(Coalition.objects.filter(pk=owner.pk), sought=sought, before=before))
    return render(request, "desk/home.html", {**shelves, "coalition": owner, "q": sought, "before": before})


@desk_page()
@require_safe
def show_letter(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    prefetch_related_objects([letter], "editions__ask_texts", "addressees")
    to, cc = letter.to_and_cc()
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "edition": letter.edition,
        "text": letter.edition.text_nearest(letter.original_language),
        "versions": public.versions_of(letter),
        "problems": [] if letter.is_frozen() else letter_problems(letter),
        "to": to,
        "cc": cc,
        "asks": letter.edition.asks(),
        "entries": letter.audit.select_related("actor")[:NEWEST_ENTRIES],
    }
    return render(request, "desk/letter.html", context)


def with_letters(
    coalitions: QuerySet[Coalition], *, sought: str = "", before: int = 0
) -> QuerySet[Coalition]:
    """Each with the letters that it leads (as `newest`, newest first) and their titles: four queries, however many
    there are. Of a coalition at most LETTERS_ON_A_PAGE and one more, of ids below `before`, and with `sought` in a
    title or slug."""
    led = LetterCoalition.objects.filter(is_lead=True).select_related("letter").order_by("-letter__pk")
    if before:
        led = led.filter(letter_id__lt=before)
    if sought:
        titled = Text.objects.filter(edition__letter=OuterRef("letter"), title__icontains=sought)
        led = led.filter(Exists(titled) | Q(letter__slug__icontains=sought))
    titles = Prefetch("letter__editions__texts", Text.objects.defer("body"))
    editions = Prefetch("letter__editions", Edition.objects.defer("canonical"))
    page = led.prefetch_related(editions, titles)[: LETTERS_ON_A_PAGE + 1]
    return coalitions.prefetch_related(Prefetch("publications", page, to_attr="newest"))


class Shelf(NamedTuple):
    """A part of a coalition's letters with their titles; `older` is the id to go on from, 0 where nothing follows."""

    coalition: Coalition
    rows: list[tuple[Letter, Text]]
    older: int


def _shelves(coalitions: Iterable[Coalition]) -> dict[str, Any]:
    """The letters of each coalition, and all letters in one list for whoever counts them."""
    shelves = [_shelf(coalition) for coalition in coalitions]
    return {"shelves": shelves, "letters": [letter for shelf in shelves for letter, _text in shelf.rows]}


def _shelf(coalition: Coalition) -> Shelf:
    letters = [publication.letter for publication in coalition.newest]  # type: ignore[attr-defined]
    shown = letters[:LETTERS_ON_A_PAGE]
    return Shelf(
        coalition, [_row(letter) for letter in shown], shown[-1].pk if len(letters) > len(shown) else 0
    )


def _row(letter: Letter) -> tuple[Letter, Text]:
    return letter, letter.edition.text_nearest(letter.original_language)
