"""The page of one invited organisation: its links, openings and mails, and what can be done with them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaign.sealing import CannotOpen
from letters.access import desk_page, home_coalition, letter_of, member
from letters.roles import May
from signatures.contacts import Contact
from signatures.models import Invitation
from signatures.room import listing, passing
from signatures.room.answering import is_circulating, reason_of
from signatures.room.texts import current_texts


@desk_page()
@require_safe
def show_invitation(request: HttpRequest, coalition: str, letter_id: int, invitation_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    row = listing.invitation_under(letter, invitation_id)
    may: dict[str, bool] = request.may  # type: ignore[attr-defined]
    links = list(row.links.all())
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "invitation": row,
        "organisation": row.organisation,
        "language": get_language(),
        "contact": _contact(row.sealed) if may["invite"] else None,
        "links": [(link, _contact(link.sealed) if may["invite"] else None) for link in links],
        "openings": listing.openings_of(row),
        # One that thanks tells that it signed, a reminder that never came that it answered.
        "mails": listing.mails_of(row) if may["signatures"] else [],
        # Why an organisation hesitates can put it at risk as much as a name.
        "reason": _reason(row) if may["signatures"] else "",
        "is_outdated": may["signatures"]
        and row.answer == "signed"
        and row.text_sha256 not in current_texts(letter),
        "is_circulating": is_circulating(letter),
    }
    return render(request, "desk/room_invitation.html", context)


def _contact(sealed: bytes | memoryview | None) -> Contact | None:
    """None for no contact, and for one that no key opens."""
    try:
        return Contact.open(sealed) if sealed else None
    except CannotOpen:
        return None


def _reason(row: Invitation) -> str:
    try:
        return reason_of(row)
    except CannotOpen:
        return ""


@desk_page(post=May.INVITE)
@require_POST
def renew(request: HttpRequest, coalition: str, letter_id: int, invitation_id: int) -> HttpResponse:
    row = _row(request, coalition, letter_id, invitation_id)
    if not is_circulating(row.letter):
        messages.error(request, _("The letter does not circulate, so nobody can be invited to it."))
    elif passing.renew_link(row, actor=member(request)):
        messages.success(request, _("A new link is mailed; the one before has ended."))
    else:
        messages.error(request, _("There is no contact to mail it to."))
    return _back(coalition, row)


@desk_page(post=May.INVITE)
@require_POST
def end_link(
    request: HttpRequest, coalition: str, letter_id: int, invitation_id: int, link_id: int
) -> HttpResponse:
    """Ends one link; 0 stands for the registered contact's own."""
    row = _row(request, coalition, letter_id, invitation_id)
    link = get_object_or_404(row.links, pk=link_id) if link_id else None
    if passing.end_link(row, link, actor=member(request)):
        messages.success(request, _("The link has ended."))
    else:
        messages.info(request, _("It had ended before."))
    return _back(coalition, row)


@desk_page(post=May.INVITE)
@require_POST
def revoke(request: HttpRequest, coalition: str, letter_id: int, invitation_id: int) -> HttpResponse:
    row = _row(request, coalition, letter_id, invitation_id)
    if passing.revoke_invitation(row, actor=member(request)):
        messages.success(request, _("All links of this organisation have ended. What it answered stays."))
    else:
        messages.info(request, _("It had ended before."))
    return _back(coalition, row)


@desk_page(post=May.INVITE)
@require_POST
def restore(request: HttpRequest, coalition: str, letter_id: int, invitation_id: int) -> HttpResponse:
    row = _row(request, coalition, letter_id, invitation_id)
    if passing.restore_invitation(row, actor=member(request)):
        messages.success(request, _("The links work again."))
    else:
        messages.info(request, _("It was not revoked."))
    return _back(coalition, row)


def _row(request: HttpRequest, coalition: str, letter_id: int, invitation_id: int) -> Invitation:
    return listing.invitation_under(letter_of(request, coalition, letter_id), invitation_id)


def _back(coalition: str, row: Invitation) -> HttpResponse:
    return redirect("desk:room_invitation", coalition, row.letter_id, row.pk)
