from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from campaign.languages import speaking
from campaign.pages import public_page
from letters import answers, public


@public_page(params=("page",))
def show_answers(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    """What each official answered to each ask, as a timeline whose entries have addresses of their own."""
    letter, text = public.public_letter_in(slug, language)
    if language == letter.original_language:
        return HttpResponsePermanentRedirect(public.path_in(letter, language, "letters:answers"))
    page = public.page_number(request.GET.get("page", ""))
    with speaking(text.language):
        said, more = answers.timeline(letter, text.language, page)
        context = {
            **public.letter_context(letter, text),
            "said": said,
            "page": page,
            "more": more,
            "rows": answers.ask_rows(letter, text.language),
            "silences": answers.silences(letter),
        }
        return render(request, "letters/answers.html", context)
