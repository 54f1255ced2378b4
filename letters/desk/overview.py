from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from letters import public
from letters.access import coalition_of, desk_page, home_coalition, letter_of, member
from letters.models import (
    Coalition,
    Edition,
    Letter,
    LetterCoalition,
    Membership,
    PublishingRequest,
    Text,
    User,
)
from letters.models.people import Role
from letters.second_factor import locked_for
from letters.services import letter_problems

NEWEST_ENTRIES = 15


@desk_page()
@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """All coalitions of the member, each with its letters; none of one that asks for a second factor they lack."""
    user = member(request)
    coalitions = Coalition.objects.of_member(user).annotate(is_locked=locked_for(user)).order_by("name")
    context = {**_shelves(with_letters(coalitions)), "requests": requests_to(user)}
    return render(request, "desk/home.html", context)


@desk_page()
@require_safe
def show_coalition(request: HttpRequest, coalition: str) -> HttpResponse:
    owner = coalition_of(request, coalition)
    shelves = _shelves(with_letters(Coalition.objects.filter(pk=owner.pk)))
    requests = requests_to(member(request)).filter(coalition=owner)
    return render(request, "desk/home.html", {**shelves, "coalition": owner, "requests": requests})


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
    """Each with the letters that it publishes, newest first, with who leads each and their titles: five queries,
    however many there are."""
    published = LetterCoalition.objects.standing().select_related("letter").order_by("-letter__pk")
    leads = Prefetch("letter__publishers", LetterCoalition.objects.standing().select_related("coalition"))
    titles = Prefetch("letter__editions__texts", Text.objects.defer("body"))
    editions = Prefetch("letter__editions", Edition.objects.defer("canonical"))
    return coalitions.prefetch_related(
        Prefetch("publications", published.prefetch_related(leads, editions, titles))
    )


def requests_to(user: User) -> QuerySet[PublishingRequest]:
    """What the coalitions that the user owns are asked to publish, each with its lead's name."""
    lead = LetterCoalition.objects.filter(letter=OuterRef("letter"), is_lead=True).values("coalition__name")
    owned = Membership.objects.filter(user=user, role=Role.OWNER).values("coalition")
    return (
        PublishingRequest.objects.pending()
        .filter(coalition__in=owned)
        .select_related("coalition")
        .annotate(lead_name=Subquery(lead[:1]))
    )


def _shelves(coalitions: Iterable[Coalition]) -> dict[str, Any]:
    """The letters of each coalition with their titles, and all letters in one list for whoever counts them."""
    shelves = [
        (coalition, [] if getattr(coalition, "is_locked", False) else _rows(coalition))
        for coalition in coalitions
    ]
    return {"shelves": shelves, "letters": [letter for _coalition, rows in shelves for letter, _text in rows]}


def _rows(coalition: Coalition) -> list[tuple[Letter, Text]]:
    return [_row(publication.letter) for publication in coalition.publications.all()]


def _row(letter: Letter) -> tuple[Letter, Text]:
    return letter, letter.edition.text_nearest(letter.original_language)
