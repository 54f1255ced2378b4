"""What members read of signatures at the desk: parts of lists by an index, and all that is known of one."""

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # no stubs yet
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaign.collation import prefix_range
from campaign.sealing import CannotOpen
from letters.models import AuditEntry, Letter
from signatures.keys import address_digest
from signatures.mails import facts_of, write
from signatures.models import Exposure, Kind, Organisation, Signature, State
from signatures.models.signature import PLACED
from signatures.person import Person
from signatures.public import listed
from signatures.rules import (
    clean_address,
    free_mail_domains,
    mailbox_is_on_website,
    name_key,
    registrable_domain,
    website_host,
)

ON_A_PAGE = 50
HIGHEST = 2**63 - 1
COUNTED_AT_MOST = 100
LOOK_ALIKES, MOST_COMPARED = 10, 200
# Characters of two names' keys that make one worth a look when the other is approved.
ALIKE_BEGINNING = 8
NEWEST_ENTRIES = 20

STATE_NAMES = {
    State.CONFIRMED: _("Confirmed"),
    State.WAITING: _("Waiting"),
    State.PENDING: _("Not confirmed"),
    State.QUARANTINED: _("Under review"),
    State.REFUSED: _("Refused"),
    State.WITHDRAWN: _("Withdrawn"),
    State.REMOVED: _("Removed"),
}
EXPOSURE_NAMES = {
    Exposure.PUBLIC: _("name"),
    Exposure.INITIALS: _("initials"),
    Exposure.COUNTRY: _("country"),
    Exposure.COUNTED: _("counted only"),
    Exposure.SEALED: _("sealed until a date"),
}


class Seen(NamedTuple):
    """A signature with what members read of it, in clear or else from what is sealed; empty if no key opens it."""

    row: Signature
    name: str
    detail: str = ""  # of a person
    host: str = ""  # of an organisation's website
    mail_domain: str = ""  # of its representative's address, told while it waits

    @property
    def state_name(self) -> str:
        return str(STATE_NAMES[State(self.row.state)])

    @property
    def exposure_name(self) -> str:
        return str(EXPOSURE_NAMES[Exposure(self.row.exposure)])


class Page(NamedTuple):
    """A part of a list; `next` and `previous` are the ids to go on from, 0 where nothing follows."""

    rows: Sequence[Seen]
    previous: int = 0
    next: int = 0


class LookAlike(NamedTuple):
    """A recorded organisation that may be the one that waits."""

    organisation: Organisation
    is_same: bool  # the same name in the same country: it can't be recorded as another one
    has_same_name: bool
    has_same_website: bool
    stands: int  # the signature by which it stands under the letter already, or 0


class CountOf(Subquery):
    """How many rows a limited subquery has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


# --- Lists --------------------------------------------------------------------------------------------------


def page_of(
    letter: Letter, kind: str, state: str, country: str = "", *, before: int = 0, after: int = 0
) -> Page:
    """ON_A_PAGE signatures, newest first, older than `before` or else newer than `after`; nothing is counted."""
    part: dict[str, Any] = {"letter_id": letter.pk, "kind": kind, "state": state}
    part |= {"country": country} if country else {}
    if after and not before:
        newer = list(_newest_of(part, low=after).reverse()[: ON_A_PAGE + 1])[::-1]
        if len(newer) > ON_A_PAGE:
            return _page(newer[1:], has_previous=True, has_next=True)
    found = list(_newest_of(part, high=before or HIGHEST)[: ON_A_PAGE + 1])
    return _page(found[:ON_A_PAGE], has_previous=bool(before), has_next=len(found) > ON_A_PAGE)


def _newest_of(part: dict[str, Any], *, low: int = 0, high: int = HIGHEST) -> QuerySet[Signature]:
    """Those with an id between `low` and `high`, by the index `signature_desk` or `signature_desk_country`.

    Asked for equal columns alone, PostgreSQL would rather read the primary key backwards, past every newer signature
    of other letters. A comparison of rows leaves it no index but the right one; it ends the reading at its first
    column, so that is the last one before the id.
    """
    *equal, last = part
    if connection.vendor == "postgresql":
        row = Tuple(F(last), F("id"))
        rows = Signature.objects.filter(
            TupleGreaterThan(row, (part[last], low)),
            TupleLessThan(row, (part[last], high)),
            **{column: part[column] for column in equal},
        )
    else:
        rows = Signature.objects.filter(**part, id__gt=low, id__lt=high)
    return rows.order_by(*(f"-{column}" for column in [*part, "id"]))


def page_of_names(letter: Letter, kind: str, start: str, *, after: int = 0) -> Page:
    """Names on the signatory list that begin with `start`, A–Z; those after the signature with the id `after`."""
    low, high = prefix_range(start)
    rows = listed(letter, kind).filter(sort_key__gte=low, sort_key__lt=high)
    last = Signature.objects.filter(letter=letter, pk=after).values_list("sort_key", flat=True).first()
    found = list((rows.filter(sort_key__gt=last) if last else rows)[: ON_A_PAGE + 1])
    page = _page(found[:ON_A_PAGE], has_previous=False, has_next=len(found) > ON_A_PAGE)
    return page._replace(previous=after)


def page_of_address(letter: Letter, email: str) -> Page:
    """All that was signed under the letter with that address, in whatever state; nothing for what is no address."""
    try:
        address = clean_address(email)
    except ValidationError:
        return Page([])
    digests = [address_digest(letter.pk, kind, address, letter.canonicalisation) for kind in Kind.values]
    rows = Signature.objects.filter(address_digest__in=digests, letter=letter).order_by("-pk")
    return _page(list(rows[:ON_A_PAGE]), has_previous=False, has_next=False)


def _page(rows: Sequence[Signature], *, has_previous: bool, has_next: bool) -> Page:
    return Page(
        [seen_of(row) for row in rows],
        previous=rows[0].pk if rows and has_previous else 0,
        next=rows[-1].pk if rows and has_next else 0,
    )


def seen_of(row: Signature) -> Seen:
    """What members are told of who signed, whatever is shown in public."""
    if row.exposure == Exposure.PUBLIC and row.public_name:
        return Seen(row, row.public_name, row.public_detail, website_host(row.public_website))
    person = person_of(row)
    if person is None:
        return Seen(row, "")
    if row.kind == Kind.INDIVIDUAL:
        return Seen(row, person.name, ", ".join(part for part in (person.role, person.affiliation) if part))
    return Seen(
        row, person.organisation, host=website_host(person.website), mail_domain=domain_of(person.email)
    )


def waiting_counts(letters: Iterable[Letter]) -> dict[int, int]:
    """How many signatures wait for a decision, by letter, at most COUNTED_AT_MOST each; one query."""
    waiting = Signature.objects.filter(
        letter_id=OuterRef("pk"), kind__in=Kind.values, state=State.WAITING
    ).values("pk")
    rows = Letter.objects.filter(pk__in=[letter.pk for letter in letters])
    return dict(rows.values_list("pk", CountOf(waiting[:COUNTED_AT_MOST])))


def next_waiting(letter: Letter, *, after: int) -> int:
    """The id of the one that has waited longest, other than `after`; 0 when none does."""
    rows = Signature.objects.filter(letter=letter, kind=Kind.ORGANISATION, state=State.WAITING)
    rows = rows.exclude(pk=after).order_by("pk")
    return rows.values_list("pk", flat=True).first() or 0


# --- One signature ------------------------------------------------------------------------------------------


def signature_under(letter: Letter, signature_id: int) -> Signature:
    """Raises Http404 for a signature under another letter."""
    rows = Signature.objects.select_related("organisation__verified_by", "edition", "superseded_by")
    return get_object_or_404(rows, letter=letter, pk=signature_id)


def person_of(row: Signature) -> Person | None:
    """None when no key that the site has opens it; and for one who withdrew, who is named to nobody any more."""
    if row.state == State.WITHDRAWN:
        return None
    try:
        return Person.open(row.sealed)
    except CannotOpen:
        return None


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


class Mailbox(NamedTuple):
    """What an address says of the organisation it signs for; `domain` is the address's, `website` the site's own."""

    address: str
    domain: str
    website: str
    is_on_website: bool
    is_free: bool


def mailbox_of(person: Person) -> Mailbox:
    domain = domain_of(person.email)
    return Mailbox(
        address=person.email,
        domain=domain,
        website=registrable_domain(website_host(person.website)),
        is_on_website=mailbox_is_on_website(person.email, person.website),
        is_free=domain in free_mail_domains(),
    )


def look_alikes(row: Signature, person: Person) -> list[LookAlike]:
    """The coalition's organisations of the same name, a name that begins alike, or the same website; likest first."""
    key, host = name_key(person.organisation), website_host(person.website)
    begins_alike = Q(name_key=key) | Q(name_key__startswith=key[:ALIKE_BEGINNING])
    rows = Organisation.objects.filter(coalition=row.letter.lead).order_by("pk")
    named = list(rows.filter(begins_alike)[:MOST_COMPARED])
    domain = registrable_domain(host)
    near = rows.filter(website__icontains=domain).exclude(begins_alike)[:MOST_COMPARED] if domain else []
    found = [*named, *(one for one in near if _is_same_site(host, website_host(one.website)))]
    standing = _standing(row, found)
    alike = [
        LookAlike(
            one,
            is_same=one.name_key == key and one.country == row.country,
            has_same_name=one.name_key == key,
            has_same_website=_is_same_site(host, website_host(one.website)),
            stands=standing.get(one.pk, 0),
        )
        for one in found
    ]
    return sorted(alike, key=_unlikeness)[:LOOK_ALIKES]


def _unlikeness(alike: LookAlike) -> tuple[bool, bool, bool]:
    return not alike.is_same, not alike.has_same_name, not alike.has_same_website


def _is_same_site(host: str, other: str) -> bool:
    """Whether one host is the other or lies under it; two that lie beside each other, as two institutes of one
    university, are different."""
    return bool(host and other) and (f".{host}".endswith(f".{other}") or f".{other}".endswith(f".{host}"))


def _standing(row: Signature, organisations: Iterable[Organisation]) -> dict[int, int]:
    """By organisation, the signature that holds its place under this letter."""
    placed = Signature.objects.filter(
        letter_id=row.letter_id, organisation__in=organisations, state__in=PLACED
    )
    return dict(placed.exclude(pk=row.pk).values_list("organisation_id", "pk"))


def preview_mail(row: Signature, person: Person, name: str) -> str:
    """The mail of a decision that carries a reason, as it would be sent; never one that carries the signatory's link,
    which is theirs alone."""
    if name not in ("refuse_signature", "remove_signature"):
        raise ValueError(f"{name} is not shown to members")
    shown = copy(row)
    shown.state_reason = gettext("[your reason]")
    return str(write(name, shown, person, facts_of([row.letter_id])[row.letter_id], mark=("preview",)).body)


def decisions_on(row: Signature) -> QuerySet[AuditEntry]:
    entries = row.letter.audit.filter(detail__signature=row.pk).select_related("actor")
    return entries[:NEWEST_ENTRIES]
