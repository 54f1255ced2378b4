"""The audit log as members read it: newest first, a page at a time by its number, filtered, and told in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.cells import csv_line
from campaign.languages import own_name
from letters.models import AuditEntry, Coalition, Letter, User

ENTRIES_ON_A_PAGE = 50
# The members whose numbers stand in an entry's detail.
PEOPLE = ("member", "translator")
WORDS = (
    gettext_noop("role"),
    gettext_noop("language"),
    gettext_noop("changed"),
    gettext_noop("before"),
    gettext_noop("member"),
    gettext_noop("slug"),
    gettext_noop("lead"),
    gettext_noop("letter"),
)
COLUMNS = ("at", "member", "session", "action", "letter", "detail")


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for; what is None or empty does not narrow."""

    member: int | None = None
    action: str = ""
    letter: int | None = None
    session: str = ""
    since: Any = None
    until: Any = None

    def narrow(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        equal = {"actor": self.member, "action": self.action, "letter": self.letter, "session": self.session}
        entries = entries.filter(**{name: value for name, value in equal.items() if value})
        if self.since:
            entries = entries.filter(at__gte=_moment(self.since, time.min))
        if self.until:
            entries = entries.filter(at__lte=_moment(self.until, time.max))
        return entries


class Told(NamedTuple):
    """An entry, who did it as far as the reader may know, and its detail as (what, value)."""

    entry: AuditEntry
    actor: User | None
    detail: list[tuple[str, str]]


# From one action to the next by the index, so that a long log costs no more than a short one.
ACTIONS_OF = """
WITH RECURSIVE found(action) AS (
  SELECT MIN(action) FROM letters_auditentry WHERE coalition_id = %s
  UNION ALL
  SELECT (SELECT MIN(action) FROM letters_auditentry WHERE coalition_id = %s AND action > found.action)
  FROM found WHERE found.action IS NOT NULL
)
SELECT action FROM found WHERE action IS NOT NULL
"""


def actions_of(coalition: Coalition) -> list[str]:
    """Each action that the coalition's log has, once."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIONS_OF, [coalition.pk, coalition.pk])
        return [action for (action,) in cursor.fetchall()]


def actions_of_letter(letter: Letter) -> list[str]:
    return list(letter.audit.order_by("action").values_list("action", flat=True).distinct())


def page_of(
    entries: QuerySet[AuditEntry], wanted: Wanted, *, before: int = 0
) -> tuple[list[AuditEntry], int]:
    """One page, and the number before which the next one begins; 0 for the last."""
    rows = wanted.narrow(entries).select_related("actor", "letter", "coalition").order_by("-id")
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows[: ENTRIES_ON_A_PAGE + 1])
    more = len(found) > ENTRIES_ON_A_PAGE
    return found[:ENTRIES_ON_A_PAGE], found[ENTRIES_ON_A_PAGE - 1].pk if more else 0


def tell(entries: Iterable[AuditEntry], reader: Coalition) -> list[Told]:
    """With names in place of members' numbers; who acted for another coalition is not named."""
    entries = list(entries)
    numbers = {entry.detail[key] for entry in entries for key in PEOPLE if key in entry.detail}
    people = (
        User.objects.in_bulk([number for number in numbers if isinstance(number, int)]) if numbers else {}
    )
    return [_told(entry, people if entry.coalition_id == reader.pk else None) for entry in entries]


def _told(entry: AuditEntry, people: dict[int, User] | None) -> Told:
    """Without a name in it where `people` is None."""
    detail = [
        (_(key) if key in WORDS else key, _word(key, value, people or {}))
        for key, value in sorted(entry.detail.items())
    ]
    return Told(entry, None if people is None else entry.actor, detail)


def export_lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """CSV in memory that does not grow: moments in UTC, actions and details as they are stored."""
    yield "\ufeff" + csv_line(COLUMNS)
    rows = entries.order_by("-id").values_list(
        "at", "actor__name", "actor__email", "session", "action", "letter__slug", "detail"
    )
    for at, name, email, session, action, slug, detail in rows.iterator(chunk_size=1000):
        moment = at.astimezone(UTC).isoformat(timespec="seconds")
        told = "; ".join(f"{key}: {_plain(value)}" for key, value in sorted(detail.items()))
        yield csv_line((moment, name or email or "", session, action, slug or "", told))


def _word(key: str, value: Any, people: dict[int, User]) -> str:
    if key in PEOPLE and value in people:
        return str(people[value])
    if key == "language" and isinstance(value, str):
        return own_name(value)
    return _plain(value)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _moment(day: Any, at: time) -> datetime:
    """The first or the last moment of a day where the reader is."""
    return timezone.make_aware(datetime.combine(day, at))
