"""Who held an office when, which letters went to whom, and who holds it now."""

from typing import NamedTuple

from django.db.models import Prefetch, QuerySet

from letters.models import Addressee, Coalition, Edition, Letter, Official, Text

LETTERS_SHOWN = 200


class Held(NamedTuple):
    """One holder of an office, and the letters that were, or are to be, addressed to them."""

    official: Official
    letters: list[tuple[Letter, Text]]


class Carried(NamedTuple):
    """An addressee of a letter, and who holds the office now: None if nobody is known to."""

    addressee: Addressee
    official: Official | None

    @property
    def is_another(self) -> bool:
        return self.official is not None and self.official.pk != self.addressee.official_id


def successors_in(coalition: Coalition) -> dict[int, int]:
    """Who followed whom, by id: one query."""
    followed = coalition.officials.filter(predecessor__isnull=False)
    return dict(followed.values_list("predecessor_id", "pk"))


def line_of(official_id: int, successors: dict[int, int]) -> list[int]:
    """The ids of all known holders of one office, the first holder first."""
    predecessors = {later: earlier for earlier, later in successors.items()}
    line = [official_id]
    while (earlier := predecessors.get(line[0])) and earlier not in line:
        line.insert(0, earlier)
    while (later := successors.get(line[-1])) and later not in line:
        line.append(later)
    return line


def last_of(official_id: int, successors: dict[int, int]) -> int:
    """The id of the last known holder of the office."""
    seen = {official_id}
    while (later := successors.get(official_id)) and later not in seen:
        seen.add(later)
        official_id = later
    return official_id


def holders_of(official: Official) -> list[Held]:
    """All holders of the official's office in order, each with their newest letters."""
    line = line_of(official.pk, successors_in(official.coalition))
    holders = official.coalition.officials.in_bulk(line)
    letters: dict[int, list[tuple[Letter, Text]]] = {pk: [] for pk in line}
    for addressee in _addressed(line)[:LETTERS_SHOWN]:
        letter = addressee.letter
        text = letter.edition.text_nearest(letter.original_language)
        letters[addressee.official_id or 0].append((letter, text))
    return [Held(holders[pk], letters[pk]) for pk in line]


def present_holders(letter: Letter) -> list[Carried]:
    """For each addressee of a letter, to before cc, who holds the office now: two queries beside the addressees."""
    to, cc = letter.to_and_cc()
    successors = successors_in(letter.lead)
    now = {
        addressee.pk: last_of(addressee.official_id, successors)
        for addressee in (*to, *cc)
        if addressee.official_id
    }
    present = letter.lead.officials.present().in_bulk(now.values())
    return [Carried(addressee, present.get(now.get(addressee.pk, 0))) for addressee in (*to, *cc)]


def _addressed(officials: list[int]) -> QuerySet[Addressee]:
    editions = Prefetch("letter__editions", Edition.objects.defer("canonical"))
    texts = Prefetch("letter__editions__texts", Text.objects.defer("body"))
    rows = Addressee.objects.filter(official__in=officials).select_related("letter")
    return rows.prefetch_related(editions, texts).order_by("-letter__pk")
