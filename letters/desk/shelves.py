"""The letters of coalitions, as the desk's first pages list them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from letters.models import Coalition, Edition, Letter, LetterCoalition, Text
from letters.roles import May, allowed

LETTERS_ON_A_SHELF = 20


class Shelf(NamedTuple):
    """A coalition's newest letters with their titles, the number before which the older ones begin (0 for none), and
    whether the reader may begin another."""

    coalition: Coalition
    rows: list[tuple[Letter, Text]]
    older: int
    may_write: bool


def with_letters(
    coalitions: QuerySet[Coalition], *, sought: str = "", before: int = 0
) -> QuerySet[Coalition]:
    """Each with the letters that it publishes, newest first, as many as a shelf holds and one more, with who leads each
    and their titles: five queries, however many there are. `sought` is in a title or address, `before` an id."""
    standing = LetterCoalition.objects.standing()
    published = standing.select_related("letter").order_by("-letter_id")
    published = published.filter(letter__lt=before) if before else published
    if sought:
        titled = Text.objects.filter(edition__letter=OuterRef("letter"), title__icontains=sought)
        published = published.filter(Exists(titled) | Q(letter__slug__icontains=sought))
    leads = Prefetch("letter__publishers", standing.select_related("coalition"))
    titles = Prefetch("letter__editions__texts", Text.objects.defer("body"))
    editions = Prefetch("letter__editions", Edition.objects.defer("canonical"))
    shelf = published.prefetch_related(leads, editions, titles)[: LETTERS_ON_A_SHELF + 1]
    return coalitions.prefetch_related(Prefetch("publications", shelf, to_attr="shelf"))


def shelves_of(coalitions: Iterable[Coalition]) -> dict[str, Any]:
    """The shelf of each coalition, annotated with its `readers_role`, and all their letters in one list for whoever
    counts them."""
    shelves = [_shelf(coalition) for coalition in coalitions]
    return {"shelves": shelves, "letters": [letter for shelf in shelves for letter, _text in shelf.rows]}


def _shelf(coalition: Coalition) -> Shelf:
    """Empty where the reader lacks the second factor that the coalition asks for."""
    may_write = May.WRITE in allowed(coalition.readers_role)  # type: ignore[attr-defined]
    if getattr(coalition, "is_locked", False):
        return Shelf(coalition, [], 0, may_write)
    letters = [publication.letter for publication in coalition.shelf]  # type: ignore[attr-defined]
    more = len(letters) > LETTERS_ON_A_SHELF
    rows = [(letter, letter.edition.text_nearest(letter.original_language)) for letter in letters]
    older = letters[LETTERS_ON_A_SHELF - 1].pk if more else 0
    return Shelf(coalition, rows[:LETTERS_ON_A_SHELF], older, may_write)
