from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaign.languages import direction_of, own_name, speaking
from letters import press
from letters.access import desk_page, home_coalition, letter_of, member
from letters.forms import LanguageForm, refused
from letters.models import Letter, Update, UpdateText
from letters.roles import May
from letters.services import Frozen, Stale
from letters.services import updates as services
from letters.update_forms import Contacts, MomentForm, NewUpdateForm, Quotes, UpdateForm, rows_of
from letters.updates import update_context

ON_A_PAGE = 30


@desk_page()
@require_safe
def list_updates(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """All of a letter, newest first, from `?before=` an id on."""
    letter = letter_of(request, coalition, letter_id)
    before = request.GET.get("before", "")
    texts = Prefetch("texts", UpdateText.objects.defer("body"))
    rows = letter.updates.order_by("-pk").prefetch_related(texts)
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: ON_A_PAGE + 1])
    for update in found:
        update.letter = letter
    listed = [(update, update.text_nearest(letter.original_language)) for update in found[:ON_A_PAGE]]
    following = found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else 0
    return render(request, "desk/updates/list.html", _context(request, letter, rows=listed, next=following))


@desk_page(get=May.WRITE)
def new_update(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    initial = {"language": letter.original_language, "kind": request.GET.get("kind", Update.Kind.NEWS)}
    form = NewUpdateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        update = services.begin_update(letter, actor=member(request), **form.cleaned_data)
        return redirect("desk:update", coalition, letter.pk, update.pk, update.original_language)
    return refused(request, "desk/updates/new.html", _context(request, letter, form=form))


@desk_page()
def edit_update(
    request: HttpRequest, coalition: str, letter_id: int, update_id: int, language: str
) -> HttpResponse:
    """One language of an update: saved, or refused as stale with both versions shown."""
    letter, update = _update_of(request, coalition, letter_id, update_id)
    text = _text_of(update, language)
    forms = _forms(request, update, text)
    context = _edit_context(request, letter, update, text, **forms)
    if request.method != "POST":
        return render(request, "desk/updates/edit.html", context)
    _admit_correction(request, update)
    refusals = [form for form in forms.values() if not form.is_valid()]
    if refusals:
        return render(request, "desk/updates/edit.html", context, status=422)
    try:
        services.save_update(update, language=language, actor=member(request), **_typed(forms))
    except Stale:
        forms["form"].seeing(update.version)
        return render(request, "desk/updates/edit.html", {**context, "theirs": text}, status=409)
    except Frozen:
        messages.error(request, _("This update was withdrawn; it stays as it is."))
        return redirect("desk:updates", coalition, letter.pk)
    messages.success(request, _("Saved."))
    return redirect(request.path)


@desk_page()
@require_POST
def add_update_language(request: HttpRequest, coalition: str, letter_id: int, update_id: int) -> HttpResponse:
    letter, update = _update_of(request, coalition, letter_id, update_id)
    form = LanguageForm(request.POST)
    if not form.is_valid():
        text = update.text_nearest(update.original_language)
        forms = _forms(None, update, text)
        context = _edit_context(request, letter, update, text, **forms)
        return refused(request, "desk/updates/edit.html", {**context, "language_form": form})
    language = form.cleaned_data["language"]
    try:
        services.add_update_language(update, language=language, actor=member(request))
    except Frozen:
        messages.error(request, _("Call the publication off first, or add the language in a new update."))
        language = update.original_language
    return redirect("desk:update", coalition, letter.pk, update.pk, language)


@desk_page()
@require_safe
def proof_update(
    request: HttpRequest, coalition: str, letter_id: int, update_id: int, language: str
) -> HttpResponse:
    """The update as the public will see it, for members only."""
    letter, update = _update_of(request, coalition, letter_id, update_id)
    text = _text_of(update, language)
    plain = reverse("desk:update_proof_text", args=[coalition, letter.pk, update.pk, language])
    context = {**update_context(letter, update, text, 0), "text_path": plain}
    with speaking(language):
        return render(request, "desk/updates/proof.html", {**context, "coalition": home_coalition(request)})


@desk_page()
@require_safe
def proof_update_text(
    request: HttpRequest, coalition: str, letter_id: int, update_id: int, language: str
) -> HttpResponse:
    """The plain text to paste into a mail; under embargo it says so, and until when."""
    letter, update = _update_of(request, coalition, letter_id, update_id)
    text = _text_of(update, language)
    with speaking(language):
        words = press.plain_update(letter, update, text)
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


@desk_page(get=May.LAUNCH, post=May.LAUNCH)
def publish_update(request: HttpRequest, coalition: str, letter_id: int, update_id: int) -> HttpResponse:
    """Says what will happen, and publishes now or at a time."""
    letter, update = _update_of(request, coalition, letter_id, update_id)
    form = MomentForm(request.POST if request.method == "POST" else None)
    problems = _problems(update)
    context = _context(request, letter, update=update, form=form, problems=problems)
    if request.method != "POST" or problems or not form.is_valid():
        return refused(request, "desk/updates/publish.html", context)
    moment, zone = form.cleaned_data["at"], form.cleaned_data["zone"]
    request.session["zone"] = zone
    if services.publish_update(update, at=moment, zone=zone, actor=member(request)):
        messages.success(request, _("It is published, or will be at its time."))
    else:
        messages.error(request, _("It was published, scheduled or withdrawn before."))
    return redirect("desk:updates", coalition, letter.pk)


@desk_page(post=May.LAUNCH)
@require_POST
def call_update_off(request: HttpRequest, coalition: str, letter_id: int, update_id: int) -> HttpResponse:
    letter, update = _update_of(request, coalition, letter_id, update_id)
    if services.call_update_off(update, actor=member(request)):
        messages.success(request, _("The publication was called off; the update is a draft again."))
    else:
        messages.error(request, _("There is nothing to call off: it is public, or has no time."))
    return redirect("desk:updates", coalition, letter.pk)


@desk_page(get=May.LAUNCH, post=May.LAUNCH)
def withdraw_update(request: HttpRequest, coalition: str, letter_id: int, update_id: int) -> HttpResponse:
    """Asks first, and withdraws on POST."""
    letter, update = _update_of(request, coalition, letter_id, update_id)
    if request.method != "POST":
        text = update.text_nearest(update.original_language)
        return render(
            request, "desk/updates/withdraw.html", _context(request, letter, update=update, text=text)
        )
    if services.withdraw_update(update, actor=member(request)):
        messages.success(request, _("The update was withdrawn."))
    else:
        messages.error(request, _("It is not public, so there is nothing to withdraw."))
    return redirect("desk:updates", coalition, letter.pk)


@desk_page(get=May.WRITE)
def delete_update(request: HttpRequest, coalition: str, letter_id: int, update_id: int) -> HttpResponse:
    """Asks first, and deletes a draft on POST."""
    letter, update = _update_of(request, coalition, letter_id, update_id)
    if request.method != "POST":
        text = update.text_nearest(update.original_language)
        context = _context(request, letter, update=update, text=text)
        return render(request, "desk/updates/delete.html", context)
    if services.delete_update(update, actor=member(request)):
        messages.success(request, _("The draft was deleted."))
    else:
        messages.error(request, _("Only a draft can be deleted."))
    return redirect("desk:updates", coalition, letter.pk)


def _update_of(request: HttpRequest, coalition: str, letter_id: int, update_id: int) -> tuple[Letter, Update]:
    letter = letter_of(request, coalition, letter_id)
    rows = letter.updates.select_related("addressee").prefetch_related("texts__quotes", "contacts")
    update = get_object_or_404(rows, pk=update_id)
    update.letter = letter
    return letter, update


def _text_of(update: Update, language: str) -> UpdateText:
    text = update.text_in(language)
    if text is None:
        raise Http404
    return text


def _admit_correction(request: HttpRequest, update: Update) -> None:
    """Who may write, but not publish, changes nothing that is public or will be by itself."""
    if update.publish_at is not None and not request.may[May.LAUNCH.value]:  # type: ignore[attr-defined]
        raise PermissionDenied


def _forms(request: HttpRequest | None, update: Update, text: UpdateText) -> dict[str, Any]:
    typed = request.POST if request and request.method == "POST" else None
    initial = {
        **{name: getattr(text, name) for name in ("headline", "body")},
        **{name: getattr(update, name) for name in services.OF_A_RESPONSE},
        "seen": update.version,
    }
    forms: dict[str, Any] = {
        "form": UpdateForm(typed, update=update, language=text.language, initial=initial)
    }
    if update.is_alert:
        quotes = list(text.quotes.values("words", "name", "role", "organisation"))
        contacts = list(update.contacts.values("name", "phone", "email"))
        forms["quotes"] = Quotes(typed, prefix="quotes", initial=quotes)
        forms["contacts"] = Contacts(typed, prefix="contacts", initial=contacts)
    return forms


def _typed(forms: dict[str, Any]) -> dict[str, Any]:
    rows = {name: rows_of(forms[name]) for name in ("quotes", "contacts") if name in forms}
    return {**forms["form"].cleaned_data, **rows}


def _problems(update: Update) -> list[str]:
    """What would be published without its words."""
    return [
        _("The text in %s is empty.") % own_name(text.language)
        for text in update.texts.all()
        if not text.body.strip()
    ]


def _edit_context(
    request: HttpRequest, letter: Letter, update: Update, text: UpdateText, **more: Any
) -> dict[str, Any]:
    return _context(
        request,
        letter,
        update=update,
        text=text,
        text_direction=direction_of(text.language),
        language_form=LanguageForm(),
        **more,
    )


def _context(request: HttpRequest, letter: Letter, **more: Any) -> dict[str, Any]:
    return {"coalition": home_coalition(request), "letter": letter, **more}
