from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from letters.access import desk_page, home_coalition, letter_of, member
from letters.forms import refused
from letters.models import Letter
from letters.roles import May
from signatures.room import listing, reminding
from signatures.room.answering import is_circulating
from signatures.room.desk_forms import ReminderForm
from signatures.room.inviting import NotCirculating, preview_invitations, start_invitations


@desk_page(get=May.INVITE, post=May.INVITE)
def invite(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Who is to be invited: a first post tells what would be sent, and a second one starts it."""
    letter = letter_of(request, coalition, letter_id)
    if request.method != "POST":
        return _choose(request, letter)
    chosen = None if request.POST.get("who") == "all" else _numbers(request.POST.getlist("chosen"))
    if chosen is not None and not chosen:
        messages.error(request, _("Choose at least one organisation."))
        return _choose(request, letter, status=422)
    if request.POST.get("action") != "send":
        return _preview(request, letter, chosen)
    try:
        job = start_invitations(letter, actor=member(request), chosen=chosen)
    except NotCirculating:
        messages.error(request, _("The letter does not circulate, so nobody can be invited to it."))
        return redirect("desk:room", coalition, letter.pk)
    return redirect("desk:job", letter.lead.slug, job.pk)


def _choose(request: HttpRequest, letter: Letter, *, status: int = 200) -> HttpResponse:
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "rows": listing.to_invite(letter),
        "preview": preview_invitations(letter),
        "is_circulating": is_circulating(letter),
    }
    return render(request, "desk/room_invite.html", context, status=status)


def _preview(request: HttpRequest, letter: Letter, chosen: list[int] | None) -> HttpResponse:
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "chosen": chosen,
        "preview": preview_invitations(letter, chosen),
        "is_circulating": is_circulating(letter),
    }
    return render(request, "desk/room_invite_preview.html", context)


def _numbers(words: list[str]) -> list[int]:
    return [int(word) for word in words if word.isdecimal() and len(word) < 19]


@desk_page(get=May.INVITE, post=May.INVITE)
def edit_reminders(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    form = ReminderForm(request.POST or None, letter=letter)
    if not form.is_valid():
        context = {
            "form": form,
            "letter": letter,
            "coalition": home_coalition(request),
            "reminders": letter.reminders.all(),
        }
        return refused(request, "desk/room_reminders.html", context)
    data = form.cleaned_data
    request.session["zone"] = data["zone"]
    hours = data["hours_before"]
    if reminding.add_reminder(letter, at=data["at"], hours_before=hours, actor=member(request)):
        messages.success(request, _("Saved."))
    else:
        messages.info(request, _("There is a reminder at that moment already."))
    return redirect(request.path)


@desk_page(post=May.INVITE)
@require_POST
def remove_reminder(request: HttpRequest, coalition: str, letter_id: int, reminder_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    reminder = get_object_or_404(letter.reminders.select_related("letter"), pk=reminder_id)
    if reminding.remove_reminder(reminder, actor=member(request)):
        messages.success(request, _("The reminder was removed."))
    else:
        messages.error(request, _("It was sent already."))
    return redirect("desk:room_reminders", coalition, letter.pk)
