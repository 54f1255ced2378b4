"""What is told of a letter before it is launched: what stands in the way, and what a person should have seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.languages import own_name
from letters.models import Edition, Letter
from letters.services.translations import Stage, translation_states


class Weight(StrEnum):
    BLOCKS = "blocks"  # refused
    WARNS = "warns"  # passed over by a person alone, who is shown it and says so
    TELLS = "tells"  # said, and no more


@dataclass(frozen=True)
class Check:
    """One finding, in the reader's language. `page` names the page of the desk where it is put right, whose address
    has `args` after the coalition and the letter; `code`, which holds no name, stands for it in the audit log."""

    code: str
    text: str
    page: str
    args: tuple[str, ...] = ()
    weight: Weight = Weight.BLOCKS


class NotReady(Exception):
    """A letter cannot be launched as it is; `problems` says why, for a person to read."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def letter_problems(letter: Letter, *, now: datetime | None = None) -> list[str]:
    """What stands in the way of launching a draft, in the reader's language; empty when nothing does."""
    return [check.text for check in letter_checks(letter, now=now) if check.weight is Weight.BLOCKS]


def letter_checks(letter: Letter, *, now: datetime | None = None) -> list[Check]:
    """All that this app knows of; `deliveries.checks` adds what is known of signatures and of officials' addresses."""
    now = now or timezone.now()
    prefetch_related_objects([letter], "editions__texts", "editions__ask_texts", "addressees", "publishers")
    return [*text_checks(letter, letter.edition), *_letter_blocks(letter, now), *_letter_warnings(letter)]


def text_checks(letter: Letter, edition: Edition) -> list[Check]:
    """What keeps an edition's texts from being published. A language without any asks shows those of the original;
    one that has a part of them misleads."""
    asks, found = edition.asks().values(), []
    for text in edition.texts.all():
        name, page = own_name(text.language), ("letter_text", (text.language,))
        if not (text.title.strip() and text.body.strip()):
            words = _("The text in %s has no title or no body.") % name
            found.append(Check(f"text-{text.language}", words, *page))
        if 0 < sum(text.language in ask for ask in asks) < len(asks):
            words = _("In %s, a part of the asks is missing.") % name
            found.append(Check(f"asks-{text.language}", words, *page))
    if edition.text_in(letter.original_language) is None:
        words = _("The original text, in %s, is missing.") % own_name(letter.original_language)
        found.append(Check("original", words, "letter"))
    return found


def _letter_blocks(letter: Letter, now: datetime) -> Iterator[Check]:
    if not letter.to_and_cc()[0]:
        yield Check("addressee", _("The letter has no addressee."), "addressees")
    if letter.closes_at and letter.closes_at <= max(now, letter.opens_at or now):
        words = _("The letter would close before it opens, or has closed already.")
        yield Check("closes", words, "letter_settings")
    if Letter.objects.public(now).filter(slug=letter.slug).exclude(pk=letter.pk).exists():
        words = _("The address “%s” is taken by another letter.") % letter.slug
        yield Check("slug", words, "letter_settings")


def _letter_warnings(letter: Letter) -> Iterator[Check]:
    if letter.publishing_requests.pending().exists():
        words = _("A coalition that was asked to publish this letter has not answered.")
        yield Check("publisher", words, "letter", weight=Weight.WARNS)
    if letter.sign_on_until and letter.opens_at and letter.sign_on_until > letter.opens_at:
        words = _("The room waits for answers until after the opening.")
        yield Check("room", words, "letter_settings", weight=Weight.WARNS)
    yield from _translation_checks(letter)


def _translation_checks(letter: Letter) -> Iterator[Check]:
    """One that says something else than the original wants a tick; that nobody reviewed one is told. A text that is
    missing stands in the way by itself (text_checks)."""
    for found in translation_states(letter):
        where = ("letter_text", (found.language,))
        if found.state == Stage.BEHIND:
            words = _("The text in %s is behind the original.") % own_name(found.language)
            yield Check(f"behind-{found.language}", words, *where, Weight.WARNS)
        elif found.state == Stage.DRAFT:
            words = _("The text in %s was not reviewed.") % own_name(found.language)
            yield Check(f"draft-{found.language}", words, *where, Weight.TELLS)
