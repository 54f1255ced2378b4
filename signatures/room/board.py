"""The live board's numbers: a few aggregate queries over the invitations of one letter."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import NamedTuple, Self

from django.db.models import Count, Q
from icu import Region

from campaign.countries import country_name
from campaign.languages import locale_of
from letters.models import Letter, OwedMail
from signatures.models import Answer, Invitation, State
from signatures.room.mails import NAMES, invitation_of
from signatures.room.texts import current_texts

STUCK_SHOWN = 50
INVITED = Q(invited_at__isnull=False)
LIVE = Q(revoked_at=None)


@dataclass(frozen=True)
class Numbers:
    """Of the organisations on a letter's list. Those invited have signed, wait for approval, declined, asked for a
    change or are silent; `opened` is told of them all, and decides nothing."""

    listed: int = 0
    uninvited: int = 0
    unreachable: int = 0
    invited: int = 0
    opened: int = 0
    signed: int = 0
    waiting: int = 0
    declined: int = 0
    change: int = 0
    silent: int = 0
    revoked: int = 0
    outdated: int = 0

    def __add__(self, other: Self) -> "Numbers":
        return Numbers(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Numbers)))


def conditions(letter: Letter) -> dict[str, Q]:
    """What each of the numbers counts, and each filter of the list shows."""
    signed = Q(answer=Answer.SIGNED, signature__state=State.CONFIRMED)
    return {
        "listed": Q(),
        "uninvited": LIVE & ~INVITED & Q(sealed__isnull=False),
        "unreachable": LIVE & ~INVITED & Q(sealed=None),
        "invited": INVITED,
        "opened": Q(opened_at__isnull=False),
        "signed": signed,
        "waiting": Q(answer=Answer.SIGNED, signature__state=State.WAITING),
        "declined": Q(answer=Answer.DECLINED),
        "change": Q(answer=Answer.CHANGE),
        "silent": LIVE & INVITED & Q(answer=Answer.NONE),
        "revoked": Q(revoked_at__isnull=False),
        "outdated": signed & ~Q(text_sha256__in=current_texts(letter)),
    }


class Place(NamedTuple):
    """A country or a region, by its name, and its numbers."""

    code: str
    name: str
    numbers: Numbers


@dataclass(frozen=True)
class Board:
    numbers: Numbers
    countries: list[Place]
    regions: list[Place]
    target: int
    mails_queued: int
    mails_stuck: int

    @property
    def percent(self) -> int:
        return min(100, 100 * self.numbers.signed // self.target) if self.target else 0


def board_of(letter: Letter, language: str) -> Board:
    """Two queries, whatever the number of invitations; a prefetch of texts and asks saves those."""
    counts = {
        name: Count("pk", filter=condition) if condition else Count("pk")
        for name, condition in conditions(letter).items()
    }
    rows = Invitation.objects.filter(letter=letter).values_list("organisation__country").annotate(**counts)
    by_country = {str(country or ""): Numbers(*numbers) for country, *numbers in rows.order_by()}
    numbers = sum(by_country.values(), Numbers())
    mails = Counter(dict(_mails_by_state(letter)))
    return Board(
        numbers=numbers,
        countries=_places(by_country, lambda code: country_name(code, language) if code else "—"),
        regions=_places(_by_region(by_country), lambda code: region_name(code, language)),
        target=letter.target or 0,
        mails_queued=mails[OwedMail.State.QUEUED] + mails[OwedMail.State.CLAIMED],
        mails_stuck=mails[OwedMail.State.REFUSED] + mails[OwedMail.State.UNKNOWN],
    )


def _mails_by_state(letter: Letter) -> Iterable[tuple[str, int]]:
    """Without those that were sent, which are the most."""
    states = [state for state in OwedMail.State.values if state != OwedMail.State.SENT]
    mails = OwedMail.objects.filter(letter=letter, state__in=states, name__in=NAMES)
    return mails.values_list("state").annotate(number=Count("pk")).order_by()


class StuckMail(NamedTuple):
    """A mail that a person must decide on, and the invitation it is about."""

    mail: OwedMail
    invitation: Invitation | None


def stuck_mails(letter: Letter) -> list[StuckMail]:
    """The oldest first, at most STUCK_SHOWN; two queries."""
    stuck = [OwedMail.State.REFUSED, OwedMail.State.UNKNOWN]
    mails = list(
        OwedMail.objects.filter(letter=letter, state__in=stuck, name__in=NAMES)
        .defer("sealed")
        .order_by("pk")[:STUCK_SHOWN]
    )
    pks = [invitation_of(mail.mark) for mail in mails]
    rows = Invitation.objects.select_related("organisation").in_bulk(pks)
    return [StuckMail(mail, rows.get(invitation_of(mail.mark))) for mail in mails]


# --- Places -------------------------------------------------------------------------------------------------


def _places(numbers: dict[str, Numbers], name_of: Callable[[str], str]) -> list[Place]:
    """Most signatures first, then by name."""
    places = [Place(code, name_of(code), found) for code, found in numbers.items()]
    return sorted(places, key=lambda place: (-place.numbers.signed, -place.numbers.listed, place.name))


def _by_region(by_country: dict[str, Numbers]) -> dict[str, Numbers]:
    regions: dict[str, Numbers] = {}
    for country, numbers in by_country.items():
        region = region_of(country)
        regions[region] = regions.get(region, Numbers()) + numbers
    return regions


@lru_cache(maxsize=500)
def region_of(country: str) -> str:
    """The region that holds a country by the territory containment of CLDR, as a UN M.49 code ('034'); '' for none."""
    if not country:
        return ""
    region = Region.getInstance(country).getContainingRegion()
    return f"{region.getNumericCode():03d}" if region else ""


def region_name(code: str, language: str) -> str:
    if not code:
        return "—"
    return str(locale_of(language).territories.get(code) or locale_of("en").territories.get(code) or code)
