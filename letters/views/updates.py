from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from campaign.languages import speaking
from campaign.pages import public_page
from letters import press, public, updates
from letters.feeds import feed_of


@public_page(params=("page",))
def show_updates(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    letter, text = public.public_letter_in(slug, language)
    if language == letter.original_language:
        return HttpResponsePermanentRedirect(public.path_in(letter, language, "letters:updates"))
    page = public.page_number(request.GET.get("page", ""))
    with speaking(text.language):
        shown, more = updates.updates_page(letter, text.language, page)
        context = {**public.letter_context(letter, text), "shown": shown, "page": page, "more": more}
        return render(request, "letters/updates/list.html", context)


@public_page()
def show_update(
    request: HttpRequest, slug: str, number: int, language: str | None = None
) -> HttpResponseBase:
    """One update in one language; 410 once it is withdrawn, which says nothing of what it said."""
    letter, update = updates.public_update(slug, number)
    text = updates.text_of(update, language)
    if language == update.original_language:
        return HttpResponsePermanentRedirect(updates.path_of(slug, number, update, language))
    context = updates.update_context(letter, update, text, number)
    with speaking(text.language):
        if update.withdrawn_at:
            return render(request, "letters/updates/withdrawn.html", context, status=410)
        return render(request, "letters/updates/detail.html", context)


@public_page()
def show_update_text(
    request: HttpRequest, slug: str, number: int, language: str | None = None
) -> HttpResponseBase:
    """The same as plain text, to be pasted into a mail."""
    letter, update = updates.public_update(slug, number)
    text = updates.text_of(update, language)
    url = updates.Shown(number, update, text, letter.slug).url
    with speaking(text.language):
        if update.withdrawn_at:
            return HttpResponse(press.withdrawn_words(), "text/plain; charset=utf-8", status=410)
        words = press.plain_update(letter, update, text, url=url)
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


@public_page()
def show_feed(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    """The letter's updates and answers in one language (RFC 4287)."""
    letter, text = public.public_letter_in(slug, language)
    if language == letter.original_language:
        return HttpResponsePermanentRedirect(public.path_in(letter, language, "letters:feed"))
    with speaking(text.language):
        return HttpResponse(feed_of(letter, text), content_type="application/atom+xml; charset=utf-8")
