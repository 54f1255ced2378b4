"""Signing: the form at its own address, its POST, and the pages that follow it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from campaign.languages import speaking
from campaign.pages import public_page
from campaign.responses import SeeOther
from letters import public
from signatures import services
from signatures.forms import FORMS, LostLinkForm, SignatureForm
from signatures.signable import SignableLetter, signable_letter
from signatures.views.guards import has_no_witness, netloc_of, public_post

NO_WITNESS_SCORE = 1


@public_post
def sign(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    if request.method == "POST":
        return _post_signature(request, slug, language)
    return _sign_page(request, slug, language)


@public_page(params=("kind",), shows_names=False)
def _sign_page(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponseBase:
    letter = signable_letter(slug)
    language = letter.language_or_original(language)
    kind = _kind_asked_for(letter, request.GET.get("kind", ""))
    with speaking(language):
        return _render_form(request, letter, language, FORMS[kind]())


def _post_signature(request: HttpRequest, slug: str, language: str | None) -> HttpResponseBase:
    letter = signable_letter(slug)
    language = letter.language_or_original(language)
    with speaking(language):
        if not letter.is_open():
            return _closed_page(request, letter, language)
        form = FORMS[_kind_asked_for(letter, request.POST.get("kind", ""))](request.POST)
        if not form.is_valid():
            return _render_form(request, letter, language, form, status=422)
    services.sign(
        letter,
        kind=form.kind,
        person=form.person(),
        country=form.cleaned_data["country"],
        language=language,
        exposure=form.chosen_exposure,
        wants_updates=form.cleaned_data["wants_updates"],
        referrer=_coarse_referrer(request),
        score=NO_WITNESS_SCORE if has_no_witness(request) else 0,
    )
    return SeeOther(reverse("signatures:sent", args=[slug, language]))


def _kind_asked_for(letter: SignableLetter, kind: str) -> str:
    return kind if kind in letter.kinds else letter.kinds[-1]


def _coarse_referrer(request: HttpRequest) -> str:
    """No more than whether the form was reached on this site, on another, or untold."""
    host = netloc_of(request.headers.get("Referer", ""))
    if not host:
        return "none"
    return "site" if host in {netloc_of(settings.SITE_URL), request.get_host()} else "other"


def _render_form(
    request: HttpRequest, letter: SignableLetter, language: str, form: SignatureForm, *, status: int = 200
) -> HttpResponse:
    if not letter.is_open():
        return _closed_page(request, letter, language)
    context = _context(letter, language)
    context |= {"form": form, "kind": form.kind, "kinds": letter.kinds}
    return render(request, "signatures/sign.html", context, status=status)


def _closed_page(request: HttpRequest, letter: SignableLetter, language: str) -> HttpResponse:
    return render(request, "signatures/closed.html", _context(letter, language), status=409)


def _context(letter: SignableLetter, language: str) -> dict[str, object]:
    found, text = public.public_letter_in(letter.slug, language)
    return public.letter_context(found, text)


@public_page(shows_names=False)
def sent(request: HttpRequest, slug: str, language: str) -> HttpResponseBase:
    return _letter_page(request, slug, language, "signatures/sent.html")


@public_page(params=("waiting",), shows_names=False)
def thanks(request: HttpRequest, slug: str, language: str) -> HttpResponseBase:
    return _letter_page(request, slug, language, "signatures/thanks.html", waits=request.GET.get("waiting"))


@public_post
def lost_link(request: HttpRequest, slug: str, language: str) -> HttpResponseBase:
    if request.method == "POST":
        return _post_lost_link(request, slug, language)
    return _lost_link_page(request, slug, language)


@public_page(shows_names=False)
def _lost_link_page(request: HttpRequest, slug: str, language: str) -> HttpResponseBase:
    return _letter_page(request, slug, language, "signatures/lost_link.html", form=LostLinkForm())


def _post_lost_link(request: HttpRequest, slug: str, language: str) -> HttpResponseBase:
    letter = signable_letter(slug)
    language = letter.language_or_original(language)
    form = LostLinkForm(request.POST)
    with speaking(language):
        if not form.is_valid():
            context = _context(letter, language) | {"form": form}
            return render(request, "signatures/lost_link.html", context, status=422)
    services.request_link(letter, email=form.cleaned_data["email"], language=language)
    return SeeOther(reverse("signatures:link_sent", args=[slug, language]))


@public_page(shows_names=False)
def link_sent(request: HttpRequest, slug: str, language: str) -> HttpResponseBase:
    return _letter_page(request, slug, language, "signatures/link_sent.html")


def _letter_page(
    request: HttpRequest, slug: str, language: str, template: str, **more: object
) -> HttpResponse:
    letter = signable_letter(slug)
    language = letter.language_or_original(language)
    with speaking(language):
        return render(request, template, _context(letter, language) | more)
