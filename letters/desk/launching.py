from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from letters import services
from letters.access import desk_page, home_coalition, letter_of, member
from letters.roles import May


@desk_page(post=May.LAUNCH)
@require_POST
def unschedule(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    if services.unschedule_letter(letter, actor=member(request)):
        messages.success(request, _("The opening was called off; the letter is a draft again."))
    else:
        messages.error(
            request, _("There is no opening to call off: its moment has come, or it was called off.")
        )
    return redirect("desk:letter", coalition, letter.pk)


@desk_page(get=May.LAUNCH, post=May.LAUNCH)
def close(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Asks first, and closes on POST."""
    letter = letter_of(request, coalition, letter_id)
    if request.method != "POST":
        return render(
            request, "desk/letter_close.html", {"letter": letter, "coalition": home_coalition(request)}
        )
    if services.close_letter(letter, actor=member(request)):
        messages.success(request, _("The letter is closed. It stays readable; nobody can sign it any more."))
    else:
        messages.error(request, _("The letter is not open, so there is nothing to close."))
    return redirect("desk:letter", coalition, letter.pk)


@desk_page(get=May.LAUNCH, post=May.LAUNCH)
def reopen(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Asks first, and opens a closed letter again on POST, without a time at which it closes."""
    letter = letter_of(request, coalition, letter_id)
    if request.method != "POST":
        return render(
            request, "desk/letter_reopen.html", {"letter": letter, "coalition": home_coalition(request)}
        )
    if services.reopen_letter(letter, actor=member(request)):
        messages.success(request, _("The letter is open again."))
    else:
        messages.error(request, _("The letter is not closed, so there is nothing to open again."))
    return redirect("desk:letter", coalition, letter.pk)


@desk_page(get=May.LAUNCH, post=May.LAUNCH)
def archive(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Asks first, and archives on POST."""
    letter = letter_of(request, coalition, letter_id)
    if request.method != "POST":
        return render(
            request, "desk/letter_archive.html", {"letter": letter, "coalition": home_coalition(request)}
        )
    if services.archive_letter(letter, actor=member(request)):
        messages.success(request, _("The letter is archived. It stays readable."))
    else:
        messages.error(request, _("Only a closed letter is archived."))
    return redirect("desk:letter", coalition, letter.pk)
