from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaign.languages import direction_of, speaking
from letters import public, services
from letters.access import desk_page, home_coalition, letter_of, member
from letters.ask_rows import rearranged
from letters.desk.commenting import comments_beside
from letters.drafting import original_context, stale_context, text_form, typed_content
from letters.forms import LanguageForm, SettingsForm, refused
from letters.markdown import first_words, render_markdown
from letters.models import Letter, Text
from letters.roles import May
from letters.services.translations import translation_states
from letters.services.versions import asks_of, newest_number


@desk_page()
def edit_text(request: HttpRequest, coalition: str, letter_id: int, language: str) -> HttpResponse:
    """One language of a draft: saved, previewed or rearranged without saving, or refused as stale with both texts."""
    letter = letter_of(request, coalition, letter_id)
    text = _text_of(letter, language)
    context = _text_context(request, letter, text)
    if letter.text_is_frozen():
        return _frozen(request, context)
    if "row" in request.POST:
        context["form"] = text_form(letter, language, rearranged(request.POST, request.POST["row"]))
        return render(request, "desk/text.html", context)
    form = context["form"] = text_form(letter, language, request.POST or None)
    if "preview" in request.POST:
        return render(
            request, "desk/text.html", {**context, "shown": render_markdown(form.data.get("body", ""))}
        )
    if not form.is_valid():
        return refused(request, "desk/text.html", context)
    try:
        saved = services.save_text(letter, language=language, actor=member(request), **form.cleaned_data)
    except services.Stale:
        context |= stale_context(letter, language, form)
        return render(request, "desk/text.html", context, status=409)
    except services.Frozen:
        letter.refresh_from_db()
        return _frozen(request, _text_context(request, letter, text))
    messages.success(request, _("Saved.") if saved else _("Nothing had changed, so no version was made."))
    return redirect(request.path)


@desk_page()
@require_POST
def add_text(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    form = LanguageForm(request.POST)
    if not form.is_valid():
        text = letter.working_edition.text_nearest(letter.original_language)
        return refused(
            request, "desk/text.html", {**_text_context(request, letter, text), "language_form": form}
        )
    language = form.cleaned_data["language"]
    try:
        services.add_language(letter, language=language, actor=member(request))
    except services.Frozen:
        messages.error(request, _("This edition is frozen: no language can be added to it."))
        return redirect("desk:letter", coalition, letter.pk)
    return redirect("desk:letter_text", coalition, letter.pk, language)


@desk_page()
@require_POST
def remove_text(request: HttpRequest, coalition: str, letter_id: int, language: str) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    try:
        removed = services.remove_language(letter, language=language, actor=member(request))
    except services.Frozen:
        removed = False
    if removed:
        messages.success(request, _("The translation was removed. Its versions are kept."))
        if newest_number(letter, language):
            return redirect("desk:text_versions", coalition, letter.pk, language)
    else:
        messages.error(request, _("This text cannot be removed."))
    return redirect("desk:letter_text", coalition, letter.pk, letter.original_language)


@desk_page(post=May.READ)
@require_POST
def preview_markdown(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """The HTML of a body that is being typed."""
    letter_of(request, coalition, letter_id)
    return HttpResponse(render_markdown(request.POST.get("body", "")))


@desk_page()
@require_safe
def show_proof(request: HttpRequest, coalition: str, letter_id: int, language: str) -> HttpResponse:
    """The letter as the public will see it, the edition in writing if there is one; for members only."""
    letter = letter_of(request, coalition, letter_id)
    text, working = _text_of(letter, language), letter.working_edition
    to, cc = letter.to_and_cc()
    context = {
        **public.letter_context(letter, text),
        "edition": working,
        "versions": public.versions_of(letter, working),
        "to": to,
        "cc": cc,
        "asks": working.asks_in(language),
        "description": first_words(text.body),
        "coalition": home_coalition(request),
        "is_proof": True,
    }
    with speaking(language):
        return render(request, "desk/proof.html", context)


@desk_page()
def edit_settings(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    form = SettingsForm(request.POST or None, letter=letter)
    if not form.is_valid():
        context = {
            "form": form,
            "letter": letter,
            "coalition": home_coalition(request),
            "frozen": letter.is_frozen(),
        }
        return refused(request, "desk/settings.html", context)
    request.session["zone"] = form.cleaned_data.pop("zone")
    try:
        services.save_settings(letter, actor=member(request), **form.cleaned_data)
    except services.Frozen:
        messages.error(request, _("The letter was launched meanwhile; its settings stay as they are."))
        return redirect(request.path)
    messages.success(request, _("Saved."))
    return redirect("desk:letter", coalition, letter.pk)


def _frozen(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The text as it stays, and what was typed into a form that came too late."""
    if request.method != "POST":
        return render(request, "desk/text.html", context)
    typed = typed_content(text_form(context["letter"], context["text"].language, request.POST))
    return render(request, "desk/text.html", {**context, "typed": typed}, status=409)


def _text_of(letter: Letter, language: str) -> Text:
    text = letter.working_edition.text_in(language)
    if text is None:
        raise Http404
    return text


def _text_context(request: HttpRequest, letter: Letter, text: Text) -> dict[str, Any]:
    states = translation_states(letter)
    is_original = text.language == letter.original_language
    return {
        "coalition": home_coalition(request),
        "letter": letter,
        "text": text,
        "states": states,
        "state": next(state for state in states if state.language == text.language),
        "text_direction": direction_of(text.language),
        "is_original": is_original,
        "own_asks": asks_of(letter.working_edition, text.language),
        "comments": comments_beside(letter, text.language),
        "language_form": LanguageForm(),
        **({} if is_original else original_context(letter, text.language)),
    }
