from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from letters import answers
from letters.access import desk_page, home_coalition, letter_of, member
from letters.models import AskAnswer, Letter
from letters.public import page_number
from letters.services import answers as services
from letters.update_forms import AnswerForm

ON_A_PAGE = 30


@desk_page()
def show_answers(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Asks by officials with how each stands, and all entries; a POST records one more."""
    letter = letter_of(request, coalition, letter_id)
    prefetch_related_objects([letter], "editions__ask_texts", "addressees")
    if request.method != "POST":
        return _page(request, letter, AnswerForm(letter=letter))
    form = AnswerForm(request.POST, letter=letter)
    if not letter.is_public():
        messages.error(request, _("The letter is not public yet: nobody can have answered it."))
        return _page(request, letter, form, status=409)
    if not form.is_valid():
        return _page(request, letter, form, status=422)
    entry = form.entry()
    ask = get_object_or_404(letter.asks, number=int(entry.pop("ask")))
    services.record_answer(ask, actor=member(request), **entry)
    messages.success(request, _("The answer was recorded; it is public now."))
    return redirect(request.path)


@desk_page()
@require_POST
def retract_answer(request: HttpRequest, coalition: str, letter_id: int, answer_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    answer = get_object_or_404(AskAnswer.objects.select_related("ask"), ask__letter=letter, pk=answer_id)
    answer.ask.letter = letter
    if services.retract_answer(answer, actor=member(request)):
        messages.success(request, _("The entry was retracted; the desk keeps it."))
    else:
        messages.error(request, _("The entry was retracted before."))
    return redirect("desk:answers", coalition, letter.pk)


def _page(request: HttpRequest, letter: Letter, form: AnswerForm, status: int = 200) -> HttpResponse:
    """The entries from `?page=` on, retracted ones included."""
    page = page_number(request.GET.get("page", ""))
    rows = AskAnswer.objects.filter(ask__letter=letter).newest_first()
    rows = rows.select_related("ask", "addressee", "recorded_by").prefetch_related("notes")
    entries = list(rows[(page - 1) * ON_A_PAGE : page * ON_A_PAGE + 1])
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "form": form,
        "entries": entries[:ON_A_PAGE],
        "page": page,
        "more": len(entries) > ON_A_PAGE,
        **_grid(letter),
    }
    return render(request, "desk/answers.html", context, status=status)


def _grid(letter: Letter) -> dict[str, Any]:
    """Officials in rows, asks in columns; of those in copy only who has answered."""
    standing = answers.standing_of(letter)
    answered = {addressee for _number, addressee in standing}
    to, cc = letter.to_and_cc()
    officials = [*to, *(official for official in cc if official.pk in answered)]
    asks = letter.edition.asks_in(letter.original_language)
    grid = [
        (official, [standing.get((number, official.pk)) for number, _text in asks]) for official in officials
    ]
    return {"asks": asks, "grid": grid}
