"""A letter that follows an earlier one: its officials as they are now, and the asks that are still to be kept."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_noop

from letters.models import Ask, AskText, Letter, Official, Text, User
from letters.models.letter import HIDDEN
from letters.offices import present_holders
from letters.services.addressees import set_addressees
from letters.services.coalitions import record_audit
from letters.services.drafts import create_letter

ACTIONS = (gettext_noop("follow-up begun"),)


@transaction.atomic
def start_follow_up(
    earlier: Letter,
    *,
    title: str,
    asks: Collection[int],
    another: bool = False,
    actor: User | None = None,
) -> tuple[Letter, bool]:
    """A draft in the earlier letter's languages, addressed to who holds its offices now, with those of its asks; and
    whether it is new: while a draft follows the letter already, that one, unless `another` is wanted."""
    locked = Letter.objects.select_for_update().get(pk=earlier.pk)
    begun = draft_following(locked)
    if begun and not another:
        return begun, False
    letter = create_letter(locked.lead, language=locked.original_language, title=title, actor=actor)
    letter.follows = locked
    letter.save(update_fields=["follows"])
    _copy_languages(locked, letter, title)
    _copy_asks(locked, letter, asks)
    kinds: dict[Official, str] = {}
    for carried in present_holders(locked):
        if carried.official:
            kinds.setdefault(carried.official, carried.addressee.kind)
    set_addressees(letter, [(kind, official) for official, kind in kinds.items()], actor=actor)
    record_audit(locked.lead, "follow-up begun", letter=letter, actor=actor, detail={"follows": locked.pk})
    return letter, True


def draft_following(letter: Letter) -> Letter | None:
    return letter.followed_by.filter(state__in=HIDDEN, scheduled_at=None).order_by("-pk").first()


def _copy_languages(earlier: Letter, letter: Letter, title: str) -> None:
    """Each is begun under the new title, for its translators."""
    edition = letter.working_edition
    languages = {text.language for text in earlier.edition.texts.all()} - {letter.original_language}
    Text.objects.bulk_create(
        Text(edition=edition, language=language, title=title) for language in sorted(languages)
    )


def _copy_asks(earlier: Letter, letter: Letter, wanted: Collection[int]) -> None:
    """In all languages, numbered anew from 1."""
    edition = letter.working_edition
    asks = [texts for number, texts in earlier.edition.asks().items() if number in wanted]
    rows = [(Ask.objects.create(letter=letter, number=number), texts) for number, texts in enumerate(asks, 1)]
    AskText.objects.bulk_create(
        AskText(ask=ask, edition=edition, language=language, text=text)
        for ask, texts in rows
        for language, text in texts.items()
    )
