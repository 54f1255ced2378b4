"""How a letter's asks stand with the officials it was addressed to, and what was said when."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from letters.models import Addressee, AskAnswer, Letter
from letters.models.answer import AnswerState

ON_A_PAGE = 50
# A sign beside the word, so that no state is told by colour alone.
SIGNS = {
    AnswerState.OPEN: "○",
    AnswerState.PROMISED: "◐",
    AnswerState.KEPT: "✓",
    AnswerState.BROKEN: "✗",
    AnswerState.REFUSED: "⊘",
}


class Said(NamedTuple):
    """One entry of the timeline."""

    answer: AskAnswer
    official: Addressee
    number: int
    ask: str
    state: str
    sign: str
    note: str
    note_language: str


class Stand(NamedTuple):
    """How one ask stands with one official."""

    answer: int
    state: str
    said_on: date

    @property
    def sign(self) -> str:
        return SIGNS[AnswerState(self.state)]

    @property
    def name(self) -> str:
        return str(AnswerState(self.state).label)


class Standing(NamedTuple):
    """How many officials are in one state on an ask."""

    state: str
    sign: str
    number: int


class AskRow(NamedTuple):
    number: int
    ask: str
    standings: list[Standing]

    @property
    def is_silent(self) -> bool:
        return not any(standing.number for standing in self.standings)


@dataclass(frozen=True)
class Silence:
    """An official who has answered no ask, and since when that is so."""

    official: Addressee
    days: int


def answers_of(letter: Letter) -> QuerySet[AskAnswer]:
    """What stands, newest first, with its notes and who said it."""
    found = AskAnswer.objects.standing().filter(ask__letter=letter).newest_first()
    return found.select_related("ask", "addressee").prefetch_related("notes")


def timeline(letter: Letter, language: str, page: int = 1, size: int = ON_A_PAGE) -> tuple[list[Said], bool]:
    """One page of what was said, newest first, and whether there is more."""
    first = (page - 1) * size
    rows = list(answers_of(letter)[first : first + size + 1])
    asks = asks_ever(letter, language)
    return [_said(row, asks, language) for row in rows[:size]], len(rows) > size


def asks_ever(letter: Letter, language: str) -> dict[int, str]:
    """By number, as the newest edition that has the ask words it: an answer outlives an ask that was dropped."""
    found: dict[int, str] = {}
    frozen = [edition for edition in letter.editions.all() if edition.frozen_at]
    for edition in sorted(frozen, key=lambda edition: edition.order_of):
        found |= dict(edition.asks_in(language))
    return found


def standing_of(letter: Letter) -> dict[tuple[int, int], Stand]:
    """By (number of the ask, id of the addressee), the newest entry that was not retracted: one query."""
    said = AskAnswer.objects.standing().filter(ask__letter=letter).newest_first()
    rows = said.values_list("ask__number", "addressee_id", "pk", "state", "said_on")
    newest: dict[tuple[int, int], Stand] = {}
    for number, addressee, pk, state, said_on in rows:
        newest.setdefault((number, addressee), Stand(pk, state, said_on))
    return newest


def ask_rows(letter: Letter, language: str) -> list[AskRow]:
    """Each ask with how many officials are in which state: one query."""
    states: dict[int, Counter[str]] = {}
    for (number, _addressee), stand in standing_of(letter).items():
        states.setdefault(number, Counter())[stand.state] += 1
    return [
        AskRow(number, ask, [_standing(state, states.get(number, Counter())[state]) for state in AnswerState])
        for number, ask in letter.edition.asks_in(language)
    ]


def silences(letter: Letter, now: datetime | None = None) -> list[Silence]:
    """The addressees (not those in copy) of whom no answer stands, with the days since the letter opened."""
    opened = letter.opened_at or letter.opens_at
    if opened is None:
        return []
    days = max(((now or timezone.now()) - opened).days, 0)
    heard = AskAnswer.objects.standing().filter(ask__letter=letter).exclude(state=AnswerState.OPEN)
    answered = set(heard.values_list("addressee_id", flat=True))
    return [Silence(official, days) for official in letter.to_and_cc()[0] if official.pk not in answered]


def letters_with_answers() -> set[int]:
    """The ids of public letters of which an answer stands."""
    public = Letter.objects.public()
    answered = public.filter(asks__answers__isnull=False, asks__answers__retracted_at=None)
    return set(answered.values_list("pk", flat=True))


def kept_by_all(letter: Letter) -> set[int]:
    """The numbers of the asks that every addressee has kept."""
    to = {official.pk for official in letter.to_and_cc()[0]}
    keepers: dict[int, set[int]] = {}
    for (number, addressee), stand in standing_of(letter).items():
        if stand.state == AnswerState.KEPT:
            keepers.setdefault(number, set()).add(addressee)
    return {number for number, officials in keepers.items() if to and to <= officials}


def _standing(state: AnswerState, number: int) -> Standing:
    return Standing(str(state.label), SIGNS[state], number)


def _said(answer: AskAnswer, asks: dict[int, str], language: str) -> Said:
    note, state = answer.note_in(language), AnswerState(answer.state)
    return Said(
        answer,
        answer.addressee,
        answer.ask.number,
        asks.get(answer.ask.number, ""),
        str(state.label),
        SIGNS[state],
        note.text if note else "",
        note.language if note else "",
    )
