"""Writing a draft: its settings, its texts by language, its asks. What is frozen is refused."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from letters.models import (
    Ask,
    AskText,
    Coalition,
    Edition,
    Letter,
    LetterCoalition,
    Text,
    TextVersion,
    Translator,
    User,
)
from letters.services.coalitions import SLUG_BASE, record_audit
from letters.services.versions import (
    EMPTY,
    Writer,
    asks_by_language,
    asks_of,
    content_of,
    keep_moved,
    keep_unkept,
    keep_version,
    note_translation,
    state_mark,
)

DRAFT_SETTINGS = (
    "slug",
    "accepts_organisations",
    "accepts_individuals",
    "opens_at",
    "closes_at",
    "retention_days",
)
# What may still change when the edition is frozen: it is no part of what was signed.
PUBLIC_SETTINGS = ("closes_at",)


class Frozen(Exception):
    """The edition is frozen: what the public reads, or was promised, is not changed in place."""


class Stale(Exception):
    """Somebody saved this text since it was loaded."""


@transaction.atomic
def create_letter(
    coalition: Coalition,
    *,
    language: str,
    title: str = "",
    slug: str = "",
    start: Mapping[str, Any] | None = None,
    actor: User | None = None,
) -> Letter:
    """A draft that the coalition leads, with one edition and its text in the original language: empty but for the
    title, or as `start` has it (what `content_of` gives of a text)."""
    content = {**EMPTY, **(start or {})}
    content["title"] = title or content["title"]
    letter = Letter.objects.create(
        slug=slug or slugify(content["title"])[:SLUG_BASE].strip("-") or "letter",
        original_language=language,
        created_by=actor,
    )
    LetterCoalition.objects.create(letter=letter, coalition=coalition, is_lead=True)
    edition = Edition.objects.create(letter=letter)
    asks = [ask for ask in content.pop("asks") if ask]
    Text.objects.create(edition=edition, language=language, **content)
    set_asks(letter, language=language, asks=asks)
    if content["title"]:
        keep_version(edition, language, writer=Writer(actor))
    record_audit(coalition, "letter created", letter=letter, actor=actor, detail={"slug": letter.slug})
    return letter


@transaction.atomic
def save_settings(letter: Letter, *, actor: User | None = None, **values: Any) -> list[str]:
    """Sets what differs among DRAFT_SETTINGS and returns its names; raises Frozen for what must stay as it is."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    changed = [name for name, value in values.items() if getattr(locked, name) != value]
    allowed = PUBLIC_SETTINGS if locked.is_frozen() else DRAFT_SETTINGS
    if not set(changed) <= set(allowed):
        raise Frozen
    for name in changed:
        setattr(locked, name, values[name])
    if changed:
        locked.save(update_fields=changed)
        record_audit(locked.lead, "settings changed", letter=locked, actor=actor, detail={"changed": changed})
    letter.refresh_from_db()
    return changed


def text_version(letter: Letter, language: str) -> str:
    """Names the state of a draft's text in a language, and of the asks that a translation translates; two saves that
    began from one differ in it."""
    edition = letter.editions.order_by("-number", "-revision")[0]
    is_original = language == letter.original_language
    original_asks = None if is_original else asks_of(edition, letter.original_language)
    return state_mark(content_of(edition, language), original_asks)


@transaction.atomic
def save_text(
    letter: Letter,
    *,
    language: str,
    title: str,
    salutation: str,
    body: str,
    closing: str,
    asks: Sequence[str],
    came_from: Sequence[int | None] | None = None,
    seen: str | None = None,
    brought_up: bool = True,
    original_seen: int | None = None,
    actor: User | None = None,
    translator: Translator | None = None,
) -> TextVersion | None:
    """Writes the draft in one language, asks included, and keeps it as a version; None if nothing changed.

    Raises Frozen, and Stale unless `seen` (None: whatever it is) is the text_version that the writer began from.
    `asks` stand each at the place of its number, from 1, and empty ones are left out. `came_from` tells for each ask of
    the original which number it had (None: it is new), so that its translations go with it. A translation is then
    `brought_up` to the original's version of the number `original_seen` (None: newest).
    """
    locked = lock_text(letter)
    if seen is not None and seen != text_version(locked, language):
        raise Stale
    edition, writer = locked.working_edition, Writer(actor, translator)
    keep_unkept(edition)
    content = {"title": title, "salutation": salutation, "body": body, "closing": closing}
    before, had = content_of(edition, language), edition.texts.filter(language=language).exists()
    others = edition.texts.exclude(language=language).values_list("language", flat=True)
    asks_before = asks_by_language(edition, others)
    Text.objects.update_or_create(edition=edition, language=language, defaults=content)
    set_asks(locked, language=language, asks=asks, came_from=came_from)
    has_changed = not had or content_of(edition, language) != before
    version = _keep(edition, language, writer) if has_changed else None
    keep_moved(edition, asks_before, writer=writer)
    if language != locked.original_language:
        note_translation(
            locked,
            language,
            writer=writer,
            has_changed=has_changed,
            brought_up=brought_up,
            original_seen=original_seen,
        )
    return version


def _keep(edition: Edition, language: str, writer: Writer) -> TextVersion:
    version = keep_version(edition, language, writer=writer)
    detail: dict[str, Any] = {"language": language, "version": version.number}
    if writer.translator:
        detail["translator"] = writer.translator.pk
    record_audit(edition.letter.lead, "text saved", letter=edition.letter, actor=writer.user, detail=detail)
    return version


@transaction.atomic
def restore_version(letter: Letter, *, version: TextVersion, actor: User | None = None) -> TextVersion | None:
    """Saves an earlier version again, as the newest; None if the text is like it. Raises Frozen.

    After the launch the asks stay as they are if the version was saved while they were still numbered anew.
    """
    content = version.content()
    if not restores_asks(letter, version):
        content["asks"] = asks_of(letter.working_edition, version.language)
    saved = save_text(letter, language=version.language, **content, brought_up=False, actor=actor)
    if saved:
        detail = {"language": version.language, "version": version.number}
        record_audit(letter.lead, "version restored", letter=letter, actor=actor, detail=detail)
    return saved


def restores_asks(letter: Letter, version: TextVersion) -> bool:
    """Whether the asks of a version have the numbers of today; else restoring it leaves the asks as they are."""
    if not letter.asks_keep_numbers():
        return True
    first = min(letter.editions.all(), key=lambda edition: edition.order_of)
    return version.edition_id != first.pk or version.asks == asks_of(first, version.language)


@transaction.atomic
def add_language(letter: Letter, *, language: str, actor: User | None = None) -> bool:
    """Begins a translation with the original's title; False if the draft has that language. Raises Frozen."""
    locked = lock_text(letter)
    original = locked.working_edition.text_nearest(locked.original_language)
    _text, is_new = Text.objects.get_or_create(
        edition=locked.working_edition, language=language, defaults={"title": original.title}
    )
    if is_new:
        keep_version(locked.working_edition, language, writer=Writer(actor))
        record_audit(locked.lead, "language added", letter=locked, actor=actor, detail={"language": language})
    return is_new


@transaction.atomic
def remove_language(letter: Letter, *, language: str, actor: User | None = None) -> bool:
    """Removes a translation with its asks, whose versions stay; False for one that is not there, and for the original.
    Raises Frozen."""
    locked = lock_text(letter)
    if language == locked.original_language:
        return False
    edition = locked.working_edition
    keep_unkept(edition)
    removed, _rows = Text.objects.filter(edition=edition, language=language).delete()
    edition.ask_texts.filter(language=language).delete()
    locked.translations.filter(language=language).delete()
    if removed:
        record_audit(
            locked.lead, "language removed", letter=locked, actor=actor, detail={"language": language}
        )
    return bool(removed)


def set_asks(
    letter: Letter, *, language: str, asks: Sequence[str], came_from: Sequence[int | None] | None = None
) -> None:
    """The asks in one language, each at the place of its number, from 1. The original says which there are, and which
    number each had (`came_from`; None: the same): what it drops goes in every language. A translation has no others.

    Before the launch they are numbered by their order. Then each keeps its number for the letter's life, whatever its
    place; the number of one that was dropped stays unused, and a new one has the next after all of them.
    """
    edition = letter.working_edition
    numbered = {number: text for number, text in enumerate(asks, 1) if text}
    if language == letter.original_language:
        had = dict(enumerate(came_from if came_from is not None else range(1, len(asks) + 1), 1))
        if letter.asks_keep_numbers():
            numbered = _with_kept_numbers(letter, numbered, had)
            had = {number: number for number in numbered}
        _set_original_asks(letter, edition, numbered, had)
        return
    edition.ask_texts.filter(language=language).delete()
    _write_asks(letter, edition, {number: {language: numbered.get(number, "")} for number in edition.asks()})


def _with_kept_numbers(letter: Letter, asks: dict[int, str], had: dict[int, int | None]) -> dict[int, str]:
    known = set(letter.asks.values_list("number", flat=True))
    unused = count(max(known, default=0) + 1)
    kept: dict[int, str] = {}
    for place, text in asks.items():
        number = had.get(place)
        kept[number if number in known and number not in kept else next(unused)] = text
    return kept


def _set_original_asks(
    letter: Letter, edition: Edition, asks: dict[int, str], came_from: dict[int, int | None]
) -> None:
    before = edition.asks()
    edition.ask_texts.all().delete()
    present = set(letter.asks.values_list("number", flat=True))
    Ask.objects.bulk_create(Ask(letter=letter, number=number) for number in asks if number not in present)
    moved = {number: before.get(came_from.get(number) or 0, {}) for number in asks}
    original = letter.original_language
    _write_asks(letter, edition, {number: {**moved[number], original: asks[number]} for number in asks})
    if not letter.asks_keep_numbers():
        letter.asks.filter(texts=None).delete()


def _write_asks(letter: Letter, edition: Edition, asks: dict[int, dict[str, str]]) -> None:
    AskText.objects.bulk_create(
        AskText(ask=ask, edition=edition, language=language, text=text)
        for ask in letter.asks.filter(number__in=asks)
        for language, text in asks[ask.number].items()
        if text
    )


def lock_draft(letter: Letter) -> Letter:
    """The row of a letter that was not launched, locked until the transaction ends; raises Frozen."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if locked.is_frozen():
        raise Frozen
    return locked


def lock_text(letter: Letter) -> Letter:
    """The row of a letter that has an edition in writing, locked until the transaction ends; raises Frozen."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if locked.text_is_frozen():
        raise Frozen
    return locked
