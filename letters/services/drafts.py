"""Writing a draft: its settings, its texts by language, its asks. What is frozen is refused."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from letters.models import Ask, AskText, Coalition, Edition, Letter, LetterCoalition, Text, User
from letters.services.coalitions import SLUG_BASE, record_audit
from letters.services.editions import TEXT_FIELDS

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
    coalition: Coalition, *, language: str, title: str = "", slug: str = "", actor: User | None = None
) -> Letter:
    """A draft that the coalition leads, with one edition and its text in the original language."""
    letter = Letter.objects.create(
        slug=slug or slugify(title)[:SLUG_BASE].strip("-") or "letter",
        original_language=language,
        created_by=actor,
    )
    LetterCoalition.objects.create(letter=letter, coalition=coalition, is_lead=True)
    edition = Edition.objects.create(letter=letter)
    Text.objects.create(edition=edition, language=language, title=title)
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
    """Names the state of a draft's text and asks in a language; two saves that began from one differ in it."""
    edition = letter.editions.order_by("-number", "-revision")[0]
    text = edition.texts.filter(language=language).first()
    asks = edition.ask_texts.filter(language=language).order_by("ask__number")
    state = [[getattr(text, field) for field in TEXT_FIELDS] if text else None, [ask.text for ask in asks]]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]


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
    seen: str | None = None,
    actor: User | None = None,
) -> None:
    """Writes the draft in one language, asks included. Raises Frozen, and Stale unless `seen` (None: whatever it is)
    is the text_version that the writer began from."""
    locked = lock_text(letter)
    if seen is not None and seen != text_version(locked, language):
        raise Stale
    values = {"title": title, "salutation": salutation, "body": body, "closing": closing}
    Text.objects.update_or_create(edition=locked.working_edition, language=language, defaults=values)
    set_asks(locked, language=language, asks=asks)
    record_audit(locked.lead, "text saved", letter=locked, actor=actor, detail={"language": language})


@transaction.atomic
def add_language(letter: Letter, *, language: str, actor: User | None = None) -> bool:
    """Begins a translation with the original's title; False if the draft has that language. Raises Frozen."""
    locked = lock_text(letter)
    original = locked.working_edition.text_nearest(locked.original_language)
    _text, is_new = Text.objects.get_or_create(
        edition=locked.working_edition, language=language, defaults={"title": original.title}
    )
    if is_new:
        record_audit(locked.lead, "language added", letter=locked, actor=actor, detail={"language": language})
    return is_new


@transaction.atomic
def remove_language(letter: Letter, *, language: str, actor: User | None = None) -> bool:
    """Removes a translation with its asks; False for one that is not there, and for the original. Raises Frozen."""
    locked = lock_text(letter)
    if language == locked.original_language:
        return False
    edition = locked.working_edition
    removed, _rows = Text.objects.filter(edition=edition, language=language).delete()
    edition.ask_texts.filter(language=language).delete()
    if removed:
        record_audit(
            locked.lead, "language removed", letter=locked, actor=actor, detail={"language": language}
        )
    return bool(removed)


def set_asks(letter: Letter, *, language: str, asks: Sequence[str]) -> None:
    """The asks in one language, numbered from 1. The original says how many there are: what it drops goes in every
    language, and a translation may have fewer while it is written, not more."""
    edition = letter.working_edition
    edition.ask_texts.filter(language=language).delete()
    numbered = dict(enumerate(asks, 1))
    if language == letter.original_language:
        edition.ask_texts.exclude(ask__number__in=numbered).delete()
        letter.asks.filter(texts=None).exclude(number__in=numbered).delete()
        present = set(letter.asks.values_list("number", flat=True))
        Ask.objects.bulk_create(
            Ask(letter=letter, number=number) for number in numbered if number not in present
        )
        present = set(numbered)
    else:
        present = set(edition.asks())
    AskText.objects.bulk_create(
        AskText(ask=ask, edition=edition, language=language, text=numbered[ask.number])
        for ask in letter.asks.filter(number__in=present)
        if numbered.get(ask.number)
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
