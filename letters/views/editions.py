from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from campaign.languages import speaking
from campaign.pages import public_page
from letters import public


@public_page()
def show_editions(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    """Every edition and revision, the newest first, each with what changed in it."""
    letter, text = public.public_letter_in(slug, language)
    if language == letter.original_language:
        return HttpResponsePermanentRedirect(public.path_in(letter, language, "letters:editions"))
    context = {**public.letter_context(letter, text), "editions": public.frozen_editions(letter)}
    with speaking(text.language):
        return render(request, "letters/editions.html", context)


@public_page(params=("lang",))
def show_edition_text(request: HttpRequest, slug: str, number: int, revision: int) -> HttpResponse:
    """An edition as it was, with its difference from the one before."""
    letter = public.public_letter(slug)
    edition, before = public.edition_of(letter, number, revision)
    text = edition.text_nearest(request.GET.get("lang", letter.original_language))
    with speaking(text.language):
        context = {
            **public.letter_context(letter, text),
            "shown": edition,
            "edition_list_language": letter.edition.text_nearest(text.language).language,
            "before": before,
            "languages": [public.version_of(letter, other.language) for other in edition.texts.all()],
            "asks": edition.asks_in(text.language),
            "difference": public.difference(before, edition, text.language) if before else None,
        }
        return render(request, "letters/edition.html", context)
