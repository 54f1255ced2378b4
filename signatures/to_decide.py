"""The queue of what waits for a member's decision. Each source of it is one entry of SOURCES: which rows wait, what is
told of one, and what can be decided on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaign import sealing
from letters.models import Coalition, Comment, Letter, User
from signatures import reviewing, services
from signatures.commented import settle_comment
from signatures.decisions import Verb
from signatures.models import Decision, Kind, Report, Signature, State
from signatures.moderation import COUNTED_AT_MOST, Seen, look_alikes, seen_of
from signatures.person import Person
from signatures.public import Literal

ON_A_PAGE = 50


class NeedsLook(Exception):
    """It is not to be decided with many others: there is something to compare first."""


class Item(NamedTuple):
    """What is told of one row of the queue; `pk` is the row's own, of whatever table it comes from."""

    pk: int
    letter: Letter
    since: datetime
    seen: Seen | None = None
    report: Report | None = None
    comment: Comment | None = None

    @property
    def name(self) -> str:
        """Whose it is; empty where no key opens it."""
        return self.seen.name if self.seen else self.comment.organisation if self.comment else ""

    @property
    def words(self) -> str:
        """What whoever reported it wrote."""
        if self.report is None or not self.report.words:
            return ""
        try:
            return sealing.open_bytes(self.report.words).decode()
        except sealing.CannotOpen:
            return ""


class Cursor(NamedTuple):
    """The last row that was shown or decided: the queue is in the order of letters, and of ids within each."""

    letter_id: int = 0
    pk: int = 0

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """From '12-345'; the beginning for what is no cursor."""
        parts = text.split("-")
        if len(parts) == 2 and all(part.isdecimal() and len(part) < 19 for part in parts):
            return cls(int(parts[0]), int(parts[1]))
        return cls()

    def __str__(self) -> str:
        return f"{self.letter_id}-{self.pk}"


@dataclass(frozen=True)
class Source:
    """`verbs` maps what can be decided to how one row is decided: by (row, actor, reason, decision)."""

    name: str
    title: Promise | str
    empty: Promise | str
    since: str  # the column that says since when a row waits
    rows: Callable[[], QuerySet[Any]]
    item: Callable[[Any], Item]
    verbs: dict[str, Callable[[Any, User, str, Decision], object]]

    def waiting(self, coalition: Coalition, letter: Letter | None = None) -> QuerySet[Any]:
        """Under one letter, or under all that the coalition leads."""
        led = {"letter__publishers__coalition": coalition, "letter__publishers__is_lead": True}
        rows = self.rows().filter(**({"letter": letter} if letter else led))
        return rows.order_by("letter_id", "pk")

    def until(self, rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
        """Those that waited at that moment already."""
        return rows.filter(**{f"{self.since}__lte": moment})


# --- The sources --------------------------------------------------------------------------------------------


def waiting_signatures(kind: str) -> QuerySet[Signature]:
    """By the index `signature_waiting`."""
    return Signature.objects.filter(kind=kind, state=Literal(State.WAITING)).select_related("letter")


def waiting_organisations() -> QuerySet[Signature]:
    return waiting_signatures(Kind.ORGANISATION)


def waiting_people() -> QuerySet[Signature]:
    """Persons of a notable name."""
    return waiting_signatures(Kind.INDIVIDUAL)


def waiting_reports() -> QuerySet[Report]:
    """Of what still stands, or is hidden because of the report."""
    stands = Q(signature__state__in=[State.CONFIRMED, State.QUARANTINED])
    return Report.objects.filter(stands, decided_at=None).select_related("letter", "signature")


def waiting_comments() -> QuerySet[Comment]:
    """Of organisations in the room."""
    return Comment.objects.waiting().select_related("letter")


def _signature_item(row: Signature) -> Item:
    return Item(row.pk, row.letter, row.state_at, seen_of(row))


def _report_item(row: Report) -> Item:
    return Item(row.pk, row.letter, row.created_at, seen_of(row.signature), row)


def _comment_item(row: Comment) -> Item:
    return Item(row.pk, row.letter, row.created_at, comment=row)


def _approve_organisation(row: Signature, actor: User, reason: str, decision: Decision) -> None:
    """Raises NeedsLook where a member has to say which organisation it is."""
    person = Person.open(row.sealed)
    if any(alike.stands or not alike.is_same for alike in look_alikes(row, person)):
        raise NeedsLook
    services.approve_organisation(row, actor=actor, within=decision)


def _approve_person(row: Signature, actor: User, reason: str, decision: Decision) -> None:
    reviewing.approve_person(row, actor=actor, within=decision)


def _refuse(row: Signature, actor: User, reason: str, decision: Decision) -> None:
    services.refuse_signature(row, actor=actor, reason=reason, within=decision)


def _keep(row: Report, actor: User, reason: str, decision: Decision) -> None:
    reviewing.keep_signature(row.signature, actor=actor, within=decision)


def _remove(row: Report, actor: User, reason: str, decision: Decision) -> None:
    services.remove_signature(row.signature, actor=actor, reason=reason, within=decision)


def _settle(row: Comment, actor: User, reason: str, decision: Decision) -> None:
    settle_comment(row, actor=actor, within=decision)


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            name="organisations",
            title=_("Organisations"),
            empty=_("No organisation waits."),
            since="state_at",
            rows=waiting_organisations,
            item=_signature_item,
            verbs={Verb.APPROVE: _approve_organisation, Verb.REFUSE: _refuse},
        ),
        Source(
            name="people",
            title=_("Notable names"),
            empty=_("Nobody of a notable name waits."),
            since="state_at",
            rows=waiting_people,
            item=_signature_item,
            verbs={Verb.APPROVE: _approve_person, Verb.REFUSE: _refuse},
        ),
        Source(
            name="reports",
            title=_("Reported"),
            empty=_("No reported name waits."),
            since="created_at",
            rows=waiting_reports,
            item=_report_item,
            verbs={Verb.KEEP: _keep, Verb.REMOVE: _remove},
        ),
        Source(
            name="comments",
            title=_("Comments"),
            empty=_("No comment of an organisation waits."),
            since="created_at",
            rows=waiting_comments,
            item=_comment_item,
            verbs={Verb.RESOLVE: _settle, Verb.HIDE: _settle},
        ),
    )
}
# What is mailed with a reason, and so needs one.
WITH_REASON = (Verb.REFUSE, Verb.REMOVE)


# --- Reading it ---------------------------------------------------------------------------------------------


class Page(NamedTuple):
    items: Sequence[Item]
    next: str = ""  # a cursor, empty where nothing follows


def counts(coalition: Coalition, letter: Letter | None = None) -> dict[str, int]:
    """How many wait in each source, at most COUNTED_AT_MOST each; one query a source."""
    return {
        name: source.waiting(coalition, letter).values("pk")[:COUNTED_AT_MOST].count()
        for name, source in SOURCES.items()
    }


def page_of(source: Source, coalition: Coalition, letter: Letter | None, after: Cursor) -> Page:
    rows = list(beyond(source.waiting(coalition, letter), after)[: ON_A_PAGE + 1])
    items = [source.item(row) for row in rows[:ON_A_PAGE]]
    more = len(rows) > ON_A_PAGE
    return Page(items, str(Cursor(items[-1].letter.pk, items[-1].pk)) if more else "")


def beyond(rows: QuerySet[Any], after: Cursor) -> QuerySet[Any]:
    same_letter = Q(letter_id=after.letter_id, pk__gt=after.pk)
    return rows.filter(Q(letter_id__gt=after.letter_id) | same_letter, letter_id__gte=after.letter_id)


def by_letter(rows: QuerySet[Any]) -> list[tuple[str, int]]:
    """(slug, how many) of each letter: counted exactly, since a decision on all of them says so first."""
    return list(rows.order_by("letter__slug").values_list("letter__slug").annotate(Count("pk")))
