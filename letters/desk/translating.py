"""Translations: how far each is, and who was invited to write one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from letters import services
from letters.access import desk_page, home_coalition, letter_of, member
from letters.forms import refused
from letters.models import Letter, User
from letters.paging import page_before
from letters.roles import May
from letters.services.translations import (
    NotTranslated,
    OwnTranslation,
    is_alone,
    mark_reviewed,
    mark_up_to_date,
    translation_state,
)
from letters.services.translators import OriginalLanguage, invite_again, invite_translator, revoke_translator
from letters.writing_forms import TranslatorForm

ON_A_PAGE = 50


@desk_page()
@require_POST
def settle_translation(request: HttpRequest, coalition: str, letter_id: int, language: str) -> HttpResponse:
    """Marks a translation as up to date, or as reviewed."""
    letter = letter_of(request, coalition, letter_id)
    try:
        _settle(request, letter, language)
    except services.Stale:
        messages.error(
            request, _("Somebody saved this translation meanwhile. Please read it again before you say so.")
        )
    except OwnTranslation:
        messages.error(
            request, _("You translated this text: somebody else of your coalition must review it.")
        )
    except NotTranslated:
        messages.error(request, _("There is no translation here yet."))
    except services.Frozen:
        messages.error(request, _("This edition is frozen: nothing in it changes any more."))
    return redirect("desk:letter_text", coalition, letter.pk, language)


def _settle(request: HttpRequest, letter: Letter, language: str) -> None:
    number = request.POST.get("original_seen", "")
    seen = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
    actor = member(request)
    if request.POST.get("verb") == "up-to-date":
        mark_up_to_date(letter, language=language, original_seen=seen, actor=actor)
        messages.success(request, _("The translation is marked as up to date with the original."))
        return
    version = request.POST.get("seen", "")
    mark_reviewed(letter, language=language, seen=version, original_seen=seen, actor=actor)
    messages.success(request, _reviewed(letter, language, actor))


def _reviewed(letter: Letter, language: str, actor: User) -> str:
    state = translation_state(letter, language)
    if state and state.is_reviewed_alone and is_alone(letter, actor):
        return _(
            "The translation is marked as reviewed by you, who translated it, since nobody else of your coalition "
            "may write. The desk says so beside it."
        )
    return _("The translation is marked as reviewed.")


@desk_page(post=May.INVITE)
def list_translators(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Who was invited to which language, newest first, and a form to invite another."""
    letter = letter_of(request, coalition, letter_id)
    form = TranslatorForm(request.POST or None, initial={"language": request.GET.get("language", "")})
    if form.is_valid():
        try:
            invite_translator(letter, actor=member(request), **form.cleaned_data)
        except OriginalLanguage:
            form.add_error("language", _("This is the letter’s original language."))
        except services.Frozen:
            form.add_error(None, _("This edition is frozen: no language can be added to it."))
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect(request.path)
    translators, more = page_before(
        letter.translators.select_related("invited_by"), "pk", request.GET, ON_A_PAGE
    )
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "form": form,
        "translators": translators,
        "more": more,
    }
    return refused(request, "desk/translators.html", context)


@desk_page(post=May.INVITE)
@require_POST
def change_translator(
    request: HttpRequest, coalition: str, letter_id: int, translator_id: int
) -> HttpResponse:
    """Mails a new link, or revokes the one that was mailed."""
    letter = letter_of(request, coalition, letter_id)
    translator = get_object_or_404(letter.translators, pk=translator_id)
    verb = request.POST.get("verb", "")
    if verb == "resend" and invite_again(translator, actor=member(request)):
        messages.success(request, _("A new link is on its way; the earlier one works no more."))
    elif verb == "revoke" and revoke_translator(translator, actor=member(request)):
        messages.success(request, _("The link works no more. What was translated stays."))
    return redirect("desk:translators", coalition, letter.pk)
