"""The list of a letter's invitations, and one of them with all that happened to it."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import F
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # no stubs yet
    Tuple,
    TupleGreaterThan,
)
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext_lazy

from letters.models import Letter, OwedMail
from signatures.models import Exposure, Invitation, Opening
from signatures.room.board import conditions
from signatures.room.mails import marks_of
from signatures.rules import name_key

ON_A_PAGE = 50
# Those that the list can be narrowed to, in the order in which they are offered.
FILTERS = {
    "silent": pgettext_lazy("organisations", "no answer yet"),
    "signed": pgettext_lazy("organisations", "signed"),
    "waiting": pgettext_lazy("organisations", "signed, waiting for your approval"),
    "declined": pgettext_lazy("organisations", "declined"),
    "change": pgettext_lazy("organisations", "asked for a change"),
    "uninvited": pgettext_lazy("organisations", "not invited yet"),
    "unreachable": pgettext_lazy("organisations", "without a contact"),
    "outdated": pgettext_lazy("organisations", "signed an earlier text"),
    "revoked": pgettext_lazy("organisations", "revoked"),
}


# For who may not see who signed: none of these tells an organisation that chose to be counted and not named.
PLAIN_FILTERS = {name: FILTERS[name] for name in ("signed", "uninvited", "unreachable", "revoked")}


class Page(NamedTuple):
    """A part of the list by name; `next` is the id to go on from, 0 where nothing follows."""

    rows: Sequence[Invitation]
    next: int


def page_of(
    letter: Letter,
    *,
    show: str = "",
    country: str = "",
    start: str = "",
    after: int = 0,
    sees_hidden: bool = True,
) -> Page:
    """ON_A_PAGE invitations by the organisation's name, those after the one with the id `after`; without `sees_hidden`,
    who signed is who signed by name."""
    rows = letter.invitations.select_related("organisation", "signature").defer("signature__sealed")
    if show in FILTERS:
        rows = rows.filter(conditions(letter)[show])
    if show == "signed" and not sees_hidden:
        rows = rows.filter(signature__exposure=Exposure.PUBLIC)
    if country:
        rows = rows.filter(organisation__country=country)
    if key := name_key(start):
        rows = rows.filter(organisation__name_key__startswith=key)
    last = letter.invitations.filter(pk=after).values_list("organisation__name_key", "pk").first()
    if last:
        rows = rows.filter(TupleGreaterThan(Tuple(F("organisation__name_key"), F("pk")), last))
    found = list(rows.order_by("organisation__name_key", "pk")[: ON_A_PAGE + 1])
    return Page(found[:ON_A_PAGE], found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else 0)


def to_invite(letter: Letter) -> Sequence[Invitation]:
    """The first of those who can be invited and were not, by name."""
    rows = letter.invitations.to_invite().select_related("organisation")
    return list(rows.order_by("organisation__name_key", "pk")[:ON_A_PAGE])


def invitation_under(letter: Letter, invitation_id: int) -> Invitation:
    """Raises Http404 for an invitation to another letter."""
    rows = letter.invitations.select_related("organisation", "signature").prefetch_related("links")
    row = get_object_or_404(rows, pk=invitation_id)
    row.letter = letter
    return row


def openings_of(invitation: Invitation) -> list[Opening]:
    """The newest first, all that are kept."""
    return list(invitation.openings.order_by("-id"))


def mails_of(invitation: Invitation) -> list[OwedMail]:
    """What was mailed to the organisation, and what became of it, the newest first; without the sealed part."""
    reminders = invitation.letter.reminders.values_list("pk", flat=True)
    marks = marks_of(invitation, reminders)
    return list(OwedMail.objects.filter(mark__in=marks).defer("sealed").order_by("-pk"))
