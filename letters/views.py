"""The public door: what anybody may read of letters. No page here asks who is reading."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from campaign.languages import interface_language, speaking
from campaign.pages import public_page
from letters import public
from letters.markdown import first_words


@public_page(params=("lang", "page"), shows_names=False)
def show_home(request: HttpRequest) -> HttpResponse:
    language = interface_language(request.GET.get("lang", settings.LANGUAGE_CODE))
    page = _page_number(request.GET.get("page", ""))
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
    pages = [(letter, public.versions_of(letter)) for letter in public.letters_of_sitemap()]
    return render(request, "letters/sitemap.xml", {"pages": pages}, content_type="application/xml")


@public_page(shows_names=False)
def show_robots(request: HttpRequest) -> HttpResponse:
    closed = ("signatures", "translate", "room", "desk", "accounts")
    lines = ["User-agent: *", *(f"Disallow: /{folder}/" for folder in closed)]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('letters:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _page_number(text: str) -> int:
    """A page from 1 to 999; what is none is the first."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 4 else 1


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
