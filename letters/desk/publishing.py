"""Coalitions that publish a letter together: the lead asks, the other answers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from letters.access import coalition_of, desk_page, home_coalition, letter_of, member
from letters.forms import refused
from letters.member_forms import PublisherForm
from letters.models import Coalition, Letter, LetterCoalition, PublishingRequest
from letters.models.people import Role
from letters.roles import May
from letters.services import publishing


@desk_page(post=May.MANAGE)
def list_publishers(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Who publishes the letter; a POST asks one more coalition, and is answered alike whether there is one."""
    letter = letter_of(request, coalition, letter_id)
    form = PublisherForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _ask(request, letter, form):
        messages.success(
            request,
            _("Asked. If there is a coalition at that address, its owners see the request at their desk."),
        )
        return redirect("desk:publishers", coalition, letter.pk)
    return refused(request, "desk/publishers.html", _publishers_page(request, letter, form))


def _ask(request: HttpRequest, letter: Letter, form: PublisherForm) -> bool:
    slug = form.cleaned_data["slug"]
    try:
        publishing.ask_publisher(letter, slug=slug, language=get_language() or "", actor=member(request))
    except publishing.AlreadyAsked:
        form.add_error("slug", _("It publishes this letter already, or has been asked to."))
    except publishing.TooManyRequests:
        form.add_error(None, _("Too many requests are without an answer. Withdraw some first."))
    except publishing.Launched:
        form.add_error(None, _launched())
    return form.is_valid()


@desk_page(get=May.MANAGE, post=May.MANAGE)
@require_POST
def remove_publisher(request: HttpRequest, coalition: str, letter_id: int, publisher_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    publishers = letter.publishers.select_related("coalition").filter(is_lead=False)
    publisher = get_object_or_404(publishers, pk=publisher_id)
    try:
        publishing.remove_publisher(publisher, actor=member(request))
        messages.success(request, _("It publishes the letter no more, and cannot read it at its desk."))
    except publishing.Launched:
        messages.error(request, _launched())
    return redirect("desk:publishers", coalition, letter.pk)


@desk_page(get=May.MANAGE, post=May.MANAGE)
@require_POST
def withdraw_request(
    request: HttpRequest, coalition: str, letter_id: int, publishing_request_id: int
) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    asked = get_object_or_404(letter.publishing_requests, pk=publishing_request_id)
    if publishing.withdraw_request(asked, actor=member(request)):
        messages.success(request, _("The request was withdrawn."))
    else:
        messages.info(request, _("It has been answered or withdrawn already."))
    return redirect("desk:publishers", coalition, letter.pk)


@desk_page(get=May.MANAGE, post=May.MANAGE)
def answer_request(request: HttpRequest, coalition: str, asked_id: int) -> HttpResponse:
    """What another coalition asks of this one: says what accepting means, and nothing of the letter until then."""
    owner = coalition_of(request, coalition)
    asked = get_object_or_404(owner.publishing_requests.select_related("letter", "coalition"), pk=asked_id)
    if request.method == "POST" and asked.is_pending():
        return _answer(request, asked)
    context = {"coalition": owner, "asked": asked, "lead": asked.letter.lead}
    return render(request, "desk/publishing_request.html", context)


def _answer(request: HttpRequest, asked: PublishingRequest) -> HttpResponse:
    assert asked.coalition is not None
    verb = request.POST.get("verb")
    try:
        if verb == "accept" and publishing.accept_request(asked, actor=member(request)):
            messages.success(request, _("You publish this letter together from now on."))
            return redirect("desk:letter", asked.coalition.slug, asked.letter_id)
        if verb == "decline" and publishing.decline_request(asked, actor=member(request)):
            messages.success(request, _("You have declined."))
    except publishing.Launched:
        messages.error(request, _("The letter has been launched meanwhile, so it is too late to join."))
    return redirect("desk:coalition", asked.coalition.slug)


@desk_page(get=May.MANAGE, post=May.MANAGE)
def leave_publication(request: HttpRequest, coalition: str, publication_id: int) -> HttpResponse:
    """Asks first, and takes the coalition's name off a letter that another leads on POST."""
    owner = coalition_of(request, coalition)
    publications = owner.publications.standing().filter(is_lead=False).select_related("letter", "coalition")
    publication = publications.filter(pk=publication_id).first()
    if publication is None:
        raise Http404
    if request.method != "POST":
        return render(request, "desk/publication_leave.html", _leaving(publication))
    try:
        publishing.leave_publication(publication, actor=member(request))
        messages.success(request, _("Your coalition’s name is off the letter."))
    except publishing.Launched:
        messages.error(request, _launched())
    return redirect("desk:coalition", coalition)


def _leaving(publication: LetterCoalition) -> dict[str, Any]:
    return {"coalition": publication.coalition, "publication": publication, "lead": publication.letter.lead}


def _publishers_page(request: HttpRequest, letter: Letter, form: PublisherForm) -> dict[str, Any]:
    here = home_coalition(request)
    return {
        "coalition": here,
        "letter": letter,
        "publishers": sorted(letter.publishers.all(), key=lambda one: (not one.is_lead, one.pk)),
        "requests": letter.publishing_requests.pending() if letter.lead == here else [],
        "form": form,
        "is_launched": letter.is_public(),
        "may_leave": letter.lead != here and _owns(request, here),
    }


def _owns(request: HttpRequest, coalition: Coalition) -> bool:
    return coalition.memberships.filter(user=member(request), role=Role.OWNER).exists()


def _launched() -> str:
    return _("The letter has been launched: who published it stays named.")
