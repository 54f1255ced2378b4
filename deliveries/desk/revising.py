"""Editions after the launch, at the desk: which kind to begin, what the public will be shown, and publishing it."""

from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from campaign.languages import own_name
from deliveries.forms import BeginForm, ReleaseForm
from deliveries.revising import release_edition
from letters import services
from letters.access import desk_page, home_coalition, letter_of, member
from letters.differences import compare_editions
from letters.models import Edition, Letter
from letters.public import frozen_editions
from letters.roles import May
from signatures.public import standing_by_edition


@desk_page(post=May.LAUNCH)
def editions(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """All editions; a POST begins one."""
    letter = letter_of(request, coalition, letter_id)
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        substance = form.cleaned_data["kind"] == BeginForm.EDITION
        if services.begin_edition(letter, substance=substance, actor=member(request)):
            return redirect("desk:letter_text", coalition, letter_id, letter.original_language)
        messages.error(request, _("An edition is begun once the letter is public, and until it is archived."))
        return redirect("desk:editions", coalition, letter_id)
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "is_public": letter.is_public(),
        "edition": letter.edition,
        "working": _working(letter),
        "editions": frozen_editions(letter),
        "standing": standing_by_edition(letter),
        "job": letter.jobs.filter(kind="ask_to_stand").first(),
    }
    return render(request, "desk/editions.html", context, status=422 if form.errors else 200)


@desk_page(post=May.LAUNCH)
def edition_publish(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """The edition in writing as the public will see it changed; a POST saves its note, or publishes it."""
    letter = letter_of(request, coalition, letter_id)
    working = _working(letter)
    if working is None:
        return redirect("desk:editions", coalition, letter_id)
    form = ReleaseForm(request.POST or None, initial={"note": working.note})
    problems: list[str] = []
    if form.is_valid():
        try:
            return _release(request, letter, form.cleaned_data)
        except services.NotReady as error:
            problems = error.problems
        except services.Stale:
            problems = [_("The edition was changed since you read it: read it again.")]
    context = {"coalition": home_coalition(request), "form": form, **_context(letter, working)}
    context["problems"] = problems or context["problems"]
    status = 422 if form.errors or (request.method == "POST" and problems) else 200
    return render(request, "desk/edition_publish.html", context, status=status)


@desk_page(post=May.LAUNCH)
def edition_discard(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Asks first, and discards on POST."""
    letter = letter_of(request, coalition, letter_id)
    working = _working(letter)
    if working is None:
        return redirect("desk:editions", coalition, letter_id)
    if request.method != "POST":
        context = {"coalition": home_coalition(request), "letter": letter, "working": working}
        return render(request, "desk/edition_discard.html", context)
    if services.discard_edition(letter, actor=member(request)):
        messages.success(
            request, _("The edition in writing was discarded; the public edition stays as it is.")
        )
    return redirect("desk:editions", coalition, letter_id)


def _working(letter: Letter) -> Edition | None:
    """The edition that is written beside the public one."""
    is_writing = letter.working_edition.frozen_at is None and letter.state in services.REVISABLE
    return letter.working_edition if is_writing else None


def _release(request: HttpRequest, letter: Letter, data: dict[str, Any]) -> HttpResponse:
    slug, actor = home_coalition(request).slug, member(request)
    if data["action"] == ReleaseForm.SAVE:
        services.save_note(letter, note=data["note"])
        messages.success(request, _("Saved."))
        return redirect("desk:edition_publish", slug, letter.pk)
    edition = release_edition(
        letter, seen=data["seen"], note=data["note"], delivers=data["delivers"], actor=actor
    )
    if edition:
        messages.success(request, _("Edition %s is public.") % edition)
    else:
        messages.info(request, _("Nothing was published: somebody was faster."))
    return redirect("desk:editions", slug, letter.pk)


def _context(letter: Letter, working: Edition) -> dict[str, Any]:
    prefetch_related_objects([letter], "editions__ask_texts", "addressees")
    current = letter.edition
    codes = sorted({text.language for one in (current, working) for text in one.texts.all()})
    return {
        "letter": letter,
        "working": working,
        "current": current,
        "is_new": working.revision == 0,
        "problems": services.edition_problems(letter),
        "seen": services.edition_version(letter, working),
        "changes": [
            (own_name(code), found) for code in codes if (found := compare_editions(current, working, code))
        ],
        "asked": sum(counts.organisations + counts.individuals for _n, counts in standing_by_edition(letter)),
    }
