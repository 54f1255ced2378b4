"""An invited translator's own page, by the link that was mailed: the original, and one language to write. It has no
session and no cookie, and nothing else of the letter is reached by it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_http_methods

from campaign.guards import public_post
from campaign.languages import direction_of, interface_language, own_name, speaking
from campaign.responses import SeeOther
from letters import services
from letters.drafting import original_context, stale_context, text_form, typed_content
from letters.markdown import render_markdown
from letters.models import Translator
from letters.public import language_context
from letters.services.translations import translation_state
from letters.services.translators import BrokenLink, note_opened, read_token

View = Callable[..., HttpResponseBase]
# A text of 60,000 characters and thirty asks, in a script of three bytes a character.
MAX_BODY = 400 * 1024


def translator_page(view: View) -> View:
    """Opens the token for a view of (request, translator); nothing on the way may keep or tell the address."""

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            translator = read_token(token)
        except BrokenLink:
            with speaking(get_language_from_request(request)):
                response: HttpResponseBase = render(request, "letters/translate_broken.html", status=404)
        else:
            with speaking(translator.language):
                response = view(request, translator)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return page


@public_post(max_body=MAX_BODY)
@require_http_methods(["GET", "HEAD", "POST"])
@translator_page
def translate(request: HttpRequest, translator: Translator) -> HttpResponseBase:
    letter, language = translator.letter, translator.language
    if translator.is_expired():
        return _show(request, translator, "letters/translate_expired.html", status=410)
    if letter.text_is_frozen() or letter.working_edition.text_in(language) is None:
        return _over(request, translator)
    if request.method == "POST":
        return _post(request, translator)
    if request.method == "GET":
        note_opened(translator)
    return _write(request, translator, {"form": text_form(letter, language)})


def _post(request: HttpRequest, translator: Translator) -> HttpResponseBase:
    letter, language = translator.letter, translator.language
    form = text_form(letter, language, request.POST)
    if "preview" in request.POST:
        shown = render_markdown(form.data.get("body", ""))
        return _write(request, translator, {"form": form, "shown": shown})
    if not form.is_valid():
        return _write(request, translator, {"form": form}, status=422)
    try:
        saved = services.save_text(letter, language=language, translator=translator, **form.cleaned_data)
    except services.Stale:
        return _write(request, translator, stale_context(letter, language, form), status=409)
    except services.Frozen:
        return _over(request, translator)
    return SeeOther(f"{request.path}?saved={'1' if saved else '0'}")


def _over(request: HttpRequest, translator: Translator) -> HttpResponseBase:
    """The letter is fixed, or the language is wanted no more; what was typed meanwhile is shown."""
    more: dict[str, Any] = {"text_direction": direction_of(translator.language)}
    if request.method == "POST":
        more["typed"] = typed_content(text_form(translator.letter, translator.language, request.POST))
    return _show(request, translator, "letters/translate_over.html", status=410, **more)


def _write(
    request: HttpRequest, translator: Translator, context: dict[str, Any], *, status: int = 200
) -> HttpResponseBase:
    letter, language = translator.letter, translator.language
    more = {
        "state": translation_state(letter, language),
        "text_direction": direction_of(language),
        "saved": request.GET.get("saved", "") if request.method == "GET" else "",
        **original_context(letter, language),
    }
    return _show(request, translator, "letters/translate.html", status=status, **more, **context)


def _show(
    request: HttpRequest, translator: Translator, template: str, *, status: int = 200, **more: Any
) -> HttpResponseBase:
    letter = translator.letter
    context = {
        **language_context(interface_language(translator.language)),
        "translator": translator,
        "coalition_name": letter.lead.name,
        "language_name": own_name(translator.language),
        **more,
    }
    return render(request, template, context, status=status)
