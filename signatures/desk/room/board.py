from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaign.countries import COUNTRY_CODES, country_name
from letters.access import desk_page, home_coalition, letter_of, member
from letters.forms import refused
from letters.mailing import resend
from letters.models import Letter, OwedMail
from letters.roles import May
from letters.services import NotReady, circulate_letter, recall_letter, record_audit
from signatures.room import board, listing
from signatures.room.answering import is_circulating
from signatures.room.desk_forms import RoomSettingsForm
from signatures.room.inviting import KIND
from signatures.room.mails import NAMES
from signatures.room.settings import save_room
from signatures.room.times import is_past

RESENT = gettext_noop("mail sent again")


@desk_page()
@require_safe
def show_room(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """The board, and the list of organisations beneath it, narrowed as asked; what makes no sense is left out."""
    letter = letter_of(request, coalition, letter_id)
    asked = request.GET
    sees_hidden: bool = request.may[May.SIGNATURES]  # type: ignore[attr-defined]
    filters = listing.FILTERS if sees_hidden else listing.PLAIN_FILTERS
    show = asked.get("show", "") if asked.get("show") in filters else ""
    country = asked.get("country", "") if asked.get("country") in COUNTRY_CODES else ""
    start = " ".join(asked.get("q", "").split())[:100]
    after = int(asked["after"]) if asked.get("after", "").isdecimal() and len(asked["after"]) < 19 else 0
    wanted = {name: value for name, value in (("show", show), ("country", country), ("q", start)) if value}
    context = {
        **_board(request, letter),
        "page": listing.page_of(
            letter, show=show, country=country, start=start, after=after, sees_hidden=sees_hidden
        ),
        "filters": filters.items(),
        "show": show,
        "country": country,
        "q": start,
        "after": after,
        "query": urlencode(wanted),
        "stuck": board.stuck_mails(letter) if request.may["invite"] else [],  # type: ignore[attr-defined]
        "job": letter.jobs.unfinished().filter(kind=KIND).first(),
    }
    return render(request, "desk/room.html", context)


@desk_page()
@require_safe
def show_board(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """The numbers alone, which the page fetches again every few seconds."""
    letter = letter_of(request, coalition, letter_id)
    return render(request, "desk/_room_board.html", _board(request, letter))


def _board(request: HttpRequest, letter: Letter) -> dict[str, Any]:
    prefetch_related_objects([letter], "editions__ask_texts")
    language = get_language() or "en"
    found = board.board_of(letter, language)
    return {
        "coalition": home_coalition(request),
        "letter": letter,
        "board": found,
        "numbers": found.numbers,
        "language": language,
        "is_circulating": is_circulating(letter),
        "is_late": is_past(letter.sign_on_until),
        "countries": [
            (place.code, country_name(place.code, language)) for place in found.countries if place.code
        ],
    }


@desk_page(post=May.INVITE)
@require_POST
def circulate(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    try:
        if circulate_letter(letter, actor=member(request)):
            messages.success(
                request, _("The letter circulates: whom you invite can read it. Nobody is mailed yet.")
            )
        else:
            messages.info(request, _("It is no draft any more, so nothing was changed."))
    except NotReady as error:
        messages.error(request, str(error))
    return redirect("desk:room", coalition, letter.pk)


@desk_page(post=May.INVITE)
@require_POST
def recall(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    if recall_letter(letter, actor=member(request)):
        messages.success(
            request, _("The letter is a draft again: the links show nothing until it circulates again.")
        )
    else:
        messages.error(
            request, _("Only a letter that circulates, and has no opening scheduled, can be taken back.")
        )
    return redirect("desk:room", coalition, letter.pk)


@desk_page(get=May.INVITE, post=May.INVITE)
def change_room(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    form = RoomSettingsForm(request.POST or None, letter=letter)
    if not form.is_valid():
        context = {"form": form, "letter": letter, "coalition": home_coalition(request)}
        return refused(request, "desk/room_settings.html", context)
    data = form.cleaned_data
    request.session["zone"] = data["zone"]
    save_room(letter, sign_on_until=data["sign_on_until"], target=data["target"], actor=member(request))
    messages.success(request, _("Saved."))
    return redirect("desk:room", coalition, letter.pk)


@desk_page(post=May.INVITE)
@require_POST
def resend_mail(request: HttpRequest, coalition: str, letter_id: int, mail_id: int) -> HttpResponse:
    """A person's decision on a mail that was refused, or whose fate nobody knows."""
    letter = letter_of(request, coalition, letter_id)
    mail = get_object_or_404(OwedMail, pk=mail_id, letter=letter, name__in=NAMES)
    if resend(mail):
        record_audit(letter.lead, RESENT, letter=letter, actor=member(request), detail={"mail": mail.pk})
        messages.success(request, _("It is sent again."))
    else:
        messages.info(request, _("Somebody decided on this mail before."))
    return redirect("desk:room", coalition, letter.pk)
