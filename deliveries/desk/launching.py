"""The launch, at the desk: what it will do exactly, what stands in the way, and until when it can be taken back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from campaign.languages import own_name
from deliveries import launching, services
from deliveries.checks import launch_checks
from deliveries.forms import PublishForm
from deliveries.mail import sender_shown, text_for
from letters.access import desk_page, home_coalition, letter_of, member
from letters.models import Letter
from letters.roles import May
from letters.services import Check, NotReady, Weight, postpone_letter, unschedule_letter
from signatures.public import counts_of


@desk_page(post=May.LAUNCH)
def letter_publish(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    form = PublishForm(request.POST if request.method == "POST" else None, letter=letter)
    problems: list[str] = []
    if form.is_valid():
        try:
            messages.success(request, _act(request, letter, form))
            return redirect("desk:letter_publish", coalition, letter_id)
        except NotReady as error:
            problems = error.problems
        except launching.Unaccepted:
            form.add_error(
                "accepted", _("Read what is said below, and tick that it is launched all the same.")
            )
    context = {"coalition": home_coalition(request), "form": form, **_context(letter), "problems": problems}
    return render(
        request, "desk/deliver_publish.html", context, status=422 if form.errors or problems else 200
    )


def _context(letter: Letter) -> dict[str, Any]:
    """What the launch will do, or did."""
    is_public = letter.is_public()
    checks = [] if is_public else launch_checks(letter)
    warnings = [check for check in checks if check.weight is Weight.WARNS]
    to, cc = letter.to_and_cc()
    return {
        "letter": letter,
        "checks": sorted(checks, key=lambda check: list(Weight).index(check.weight)),
        "blocked": any(check.weight is Weight.BLOCKS for check in checks),
        "warnings": warnings,
        "codes": _codes(warnings),
        "is_public": is_public,
        "is_owed": bool(services.addressees_owed(letter, letter.edition)),
        "is_scheduled": letter.is_frozen() and not is_public,
        "planned": letter.opens_at if letter.is_frozen() else None,
        "to": to,
        "cc": cc,
        "mailed": [(one, own_name(text_for(letter.edition, one.language).language)) for one in (*to, *cc)],
        "sender": sender_shown(letter),
        "counts": counts_of(letter),
        "edition": letter.edition,
    }


def _codes(checks: list[Check]) -> str:
    return " ".join(check.code for check in checks)


def _act(request: HttpRequest, letter: Letter, form: PublishForm) -> str:
    """Does what the form says, and says what was done; raises NotReady and Unaccepted."""
    data, actor = form.cleaned_data, member(request)
    if data["action"] == PublishForm.CALL_OFF:
        off = unschedule_letter(letter, actor=actor)
        return _("The opening is called off; the letter is a draft again.") if off else _too_late(letter)
    if data["action"] == PublishForm.POSTPONE:
        moved = postpone_letter(letter, opens_at=data["opens_at"], actor=actor)
        return _("The letter opens at the new time; its text stays frozen.") if moved else _too_late(letter)
    delivers, accepting = data["delivers_at_opening"], data["accepted"].split()
    if data["action"] == PublishForm.SCHEDULE:
        scheduled = launching.schedule_launch(
            letter, opens_at=data["opens_at"], delivers=delivers, accepting=accepting, actor=actor
        )
        return _("The letter is scheduled, and its text is frozen.") if scheduled else _already(letter)
    opened = launching.launch_letter(letter, delivers=delivers, accepting=accepting, actor=actor)
    if opened and delivers:
        return _("The letter is public, and is on its way to the officials.")
    return _("The letter is public.")


def _too_late(letter: Letter) -> str:
    if letter.is_public():
        return _("The letter is public already.")
    return _("There is no opening to change: somebody called it off.")


def _already(letter: Letter) -> str:
    if letter.is_public():
        return _("The letter is public already.")
    return _("The letter is scheduled already; somebody was faster.")
