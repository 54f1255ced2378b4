from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from letters import public
from letters.access import coalition_of, desk_page, home_coalition, letter_of, member
from letters.models import Coalition, Edition, Letter, LetterCoalition, Text
from letters.services import letter_problems

NEWEST_ENTRIES = 15


@desk_page()
@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """All coalitions of the member, each with its letters."""
    coalitions = with_letters(Coalition.objects.of_member(member(request)).order_by("name"))
    return render(request, "desk/home.html", _shelves(coalitions))


@desk_page()
@require_safe
def show_coalition(request: HttpRequest, coalition: str) -> HttpResponse:
    owner = coalition_of(request, coalition)
    shelves = _shelves(with_letters(Coalition.objects.filter(pk=owner.pk)))
    return render(request, "desk/home.html", {**shelves, "coalition": owner})


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


def with_letters(coalitions: QuerySet[Coalition]) -> QuerySet[Coalition]:
    """Each with the letters that it leads, newest first, and their titles: four queries, however many there are."""
    led = LetterCoalition.objects.filter(is_lead=True).select_related("letter").order_by("-letter__pk")
    titles = Prefetch("letter__editions__texts", Text.objects.defer("body"))
    editions = Prefetch("letter__editions", Edition.objects.defer("canonical"))
    return coalitions.prefetch_related(Prefetch("publications", led.prefetch_related(editions, titles)))


def _shelves(coalitions: Iterable[Coalition]) -> dict[str, Any]:
    """The letters of each coalition with their titles, and all letters in one list for whoever counts them."""
    shelves = [
        (coalition, [_row(publication.letter) for publication in coalition.publications.all()])
        for coalition in coalitions
    ]
    return {"shelves": shelves, "letters": [letter for _coalition, rows in shelves for letter, _text in rows]}


def _row(letter: Letter) -> tuple[Letter, Text]:
    return letter, letter.edition.text_nearest(letter.original_language)
