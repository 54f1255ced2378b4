"""What a member sees of an import: a part of its rows, and beside each those that it may be the same as."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from signatures.guests.likeness import Why
from signatures.guests.reading import Reason
from signatures.models import GuestImport, ImportRow, Invitation, Organisation, Signature, State

ROWS_ON_A_PAGE = 50
ASKED_ON_A_PAGE = 20
LETTERS_TOLD = 3
STRANGE_TOLD = 5
DIFFERENCES = {
    "website": _("The list has another website; the registry keeps its own."),
    "contact": _("The list has another contact; the invitation keeps its own."),
}


COLUMN_NAMES = {
    "name": _("name"),
    "country": _("country"),
    "website": _("website"),
    "contact": _("contact"),
    "person": _("name of the contact"),
    "language": _("language"),
    "": _("(passed over)"),
}


class Candidate(NamedTuple):
    """One that a row may be the same as: of the registry, or an earlier line of the list."""

    number: int
    name: str
    country: str
    website: str
    why: list[str]
    line: int = 0
    since: datetime | None = None
    letters: Sequence[str] = ()
    # Where the two look alike: the characters of the row that this one has not.
    strange: Sequence[str] = ()


class ShownRow(NamedTuple):
    row: ImportRow
    reasons: list[str]
    candidates: list[Candidate]
    same_as: str  # the name of the one it was joined to


class Part(NamedTuple):
    rows: list[ShownRow]
    next: int


def part_of(guest_import: GuestImport, state: str, *, after: int = 0) -> Part:
    """The rows of one state behind the line `after`, and the line to go on from, 0 at the end."""
    most = ASKED_ON_A_PAGE if state == ImportRow.State.ALIKE else ROWS_ON_A_PAGE
    rows = (
        guest_import.rows.filter(state=state, line__gt=after).order_by("line").select_related("organisation")
    )
    found = list(rows.defer("sealed")[: most + 1])
    shown = found[:most]
    return Part(_shown(guest_import, shown), shown[-1].line if len(found) > most else 0)


def _shown(guest_import: GuestImport, rows: list[ImportRow]) -> list[ShownRow]:
    asked = [candidate for row in rows for candidate in row.candidates]
    lines = {candidate["line"] for candidate in asked if "line" in candidate}
    lines |= {row.same_as_line for row in rows if row.same_as_line}
    known = {one.pk: one for one in Organisation.objects.filter(pk__in=_ids(asked))}
    earlier = {one.line: one for one in guest_import.rows.filter(line__in=lines).defer("sealed")}
    letters = letters_of(known)
    shown = []
    for row in rows:
        candidates = [
            one
            for number, asked_about in enumerate(row.candidates)
            if (one := _candidate(number, asked_about, known, earlier, letters))
        ]
        candidates = [one._replace(strange=_strange(row.name, one)) for one in candidates]
        shown.append(ShownRow(row, _reasons(row), candidates, _same_as(row, earlier)))
    return shown


def _ids(candidates: Iterable[dict]) -> list[int]:
    return [candidate["organisation"] for candidate in candidates if "organisation" in candidate]


def _candidate(
    number: int,
    asked: dict,
    known: dict[int, Organisation],
    earlier: dict[int, ImportRow],
    letters: dict[int, list[str]],
) -> Candidate | None:
    """None for one that is gone from the registry meanwhile."""
    why = [str(Why(reason).label) for reason in asked["why"]]
    if "line" in asked:
        row = earlier[asked["line"]]
        return Candidate(number, row.name, str(row.country), row.website, why, line=row.line)
    one = known.get(asked["organisation"])
    if one is None:
        return None
    return Candidate(
        number,
        one.name,
        str(one.country),
        one.website,
        why,
        since=one.created_at,
        letters=letters.get(one.pk, []),
    )


def _strange(name: str, one: Candidate) -> list[str]:
    """By character and Unicode name, as nobody can see them."""
    if str(Why.LOOKS.label) not in one.why:
        return []
    others = set(one.name.casefold())
    odd = dict.fromkeys(character for character in name if character.casefold() not in others)
    return [f"{character} U+{ord(character):04X} {unicodedata.name(character, '')}" for character in odd][
        :STRANGE_TOLD
    ]


def _reasons(row: ImportRow) -> list[str]:
    if row.state == ImportRow.State.REFUSED:
        return [str(Reason(reason).label) for reason in row.reasons]
    return [str(DIFFERENCES[reason]) for reason in row.reasons]


def _same_as(row: ImportRow, earlier: dict[int, ImportRow]) -> str:
    if row.organisation:
        return row.organisation.name
    return earlier[row.same_as_line].name if row.same_as_line else ""


def letters_of(organisations: Iterable[int]) -> dict[int, list[str]]:
    """By organisation, the letters that it stands under or is in the room of, a few of each."""
    found: dict[int, list[str]] = defaultdict(list)
    ids = list(organisations)
    signed = Signature.objects.filter(organisation__in=ids, state=State.CONFIRMED)
    invited = Invitation.objects.filter(organisation__in=ids)
    for rows in (signed, invited):
        for pk, slug in rows.order_by("pk").values_list("organisation_id", "letter__slug")[
            : LETTERS_TOLD * len(ids)
        ]:
            if slug not in found[pk] and len(found[pk]) < LETTERS_TOLD:
                found[pk].append(slug)
    return found
