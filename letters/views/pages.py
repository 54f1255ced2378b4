from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from campaign.languages import interface_language, speaking
from campaign.pages import public_page
from letters import public, updates
from letters.answers import letters_with_answers
from letters.markdown import first_words


@public_page(params=("lang", "page"), shows_names=False)
def show_home(request: HttpRequest) -> HttpResponse:
    language = interface_language(request.GET.get("lang", settings.LANGUAGE_CODE))
    page = public.page_number(request.GET.get("page", ""))
    letters, more = public.public_letters(page)
    context = {
        **public.language_context(language),
        "letters": letters,
        "rows": public.newest_texts(letters, language),
        "page": page,
        "more": more,
        "interfaces": [public.interface_version(code) for code, _name in settings.LANGUAGES],
    }
    with speaking(language):
        return render(request, "letters/home.html", context)


@public_page()
def show_letter(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    letter, text = public.public_letter_in(slug, language)
    if language == letter.original_language:
        return HttpResponsePermanentRedirect(letter.get_absolute_url())
    to, cc = letter.to_and_cc()
    context = {
        **public.letter_context(letter, text),
        "to": to,
        "cc": cc,
        "asks": letter.edition.asks_in(text.language),
        "description": first_words(text.body),
    }
    with speaking(text.language):
        return render(request, "letters/detail.html", context)


@public_page(shows_names=False)
def show_edition(request: HttpRequest, slug: str, number: int, revision: int) -> HttpResponse:
    """Exactly the bytes whose SHA-256 names the edition."""
    edition = public.frozen_edition(slug, number, revision)
    return HttpResponse(edition.canonical.encode(), content_type="application/json")


@public_page(shows_names=False)
def show_sitemap(request: HttpRequest) -> HttpResponse:
    letters = public.letters_of_sitemap()
    shown, answered = updates.updates_of_sitemap(letters), letters_with_answers()
    pages = [
        (letter, public.versions_of(letter), shown[letter.pk], letter.pk in answered) for letter in letters
    ]
    return render(request, "letters/sitemap.xml", {"pages": pages}, content_type="application/xml")


@public_page(shows_names=False)
def show_robots(request: HttpRequest) -> HttpResponse:
    closed = ("signatures", "translate", "room", "desk", "accounts")
    lines = ["User-agent: *", *(f"Disallow: /{folder}/" for folder in closed)]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('letters:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
