from django.db.models import F, OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from letters import public
from letters.access import coalition_of, desk_page, home_coalition, letter_of, member
from letters.desk.shelves import shelves_of, with_letters
from letters.models import (
    Coalition,
    LetterCoalition,
    Membership,
    PublishingRequest,
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
    coalitions = _coalitions_of(user).annotate(is_locked=locked_for(user)).order_by("name")
    context = {**shelves_of(with_letters(coalitions)), "requests": requests_to(user)}
    return render(request, "desk/home.html", context)


@desk_page()
@require_safe
def show_coalition(request: HttpRequest, coalition: str) -> HttpResponse:
    """Its letters a page at a time, or those whose title or address has what was asked for in it."""
    owner = coalition_of(request, coalition)
    sought = " ".join(request.GET.get("q", "").split())[:100]
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    user = member(request)
    shelves = shelves_of(with_letters(_coalitions_of(user).filter(pk=owner.pk), sought=sought, before=before))
    requests = requests_to(user).filter(coalition=owner)
    context = {**shelves, "coalition": owner, "requests": requests, "q": sought, "before": before}
    return render(request, "desk/home.html", context)


def _coalitions_of(user: User) -> QuerySet[Coalition]:
    """Each with the role that the reader has in it."""
    return Coalition.objects.of_member(user).annotate(readers_role=F("memberships__role"))


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
