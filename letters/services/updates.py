"""Writing, publishing and taking back a letter's updates.

What has appeared keeps its place: nothing can be published before what is public already, and what is withdrawn stays
as a row, so that an update's number in public never changes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from letters.models import Letter, PressContact, Quote, Update, UpdateText, User
from letters.services.coalitions import record_audit
from letters.services.drafts import Frozen, Stale

ACTIONS = (
    gettext_noop("update begun"),
    gettext_noop("update saved"),
    gettext_noop("update corrected"),
    gettext_noop("update published"),
    gettext_noop("update scheduled"),
    gettext_noop("update called off"),
    gettext_noop("update withdrawn"),
    gettext_noop("update deleted"),
)
OF_A_RESPONSE = ("addressee", "said_on", "source_url")
MOMENT = timedelta(microseconds=1)


@transaction.atomic
def begin_update(
    letter: Letter, *, kind: str, language: str, headline: str, actor: User | None = None
) -> Update:
    """A draft in one language."""
    update = Update.objects.create(letter=letter, kind=kind, original_language=language, created_by=actor)
    UpdateText.objects.create(update=update, language=language, headline=headline)
    _record(update, "update begun", actor, kind=kind)
    return update


@transaction.atomic
def save_update(
    update: Update,
    *,
    language: str,
    headline: str,
    body: str,
    seen: int,
    quotes: Sequence[dict[str, str]] = (),
    contacts: Sequence[dict[str, str]] = (),
    actor: User | None = None,
    now: datetime | None = None,
    **response: Any,
) -> Update:
    """Writes one language of it, whole, and what all its languages share; of one that is public it is a correction.

    Raises Stale unless `seen` is the version that the writer began from, and Frozen once it is withdrawn.
    """
    locked = _lock(update)
    if locked.withdrawn_at:
        raise Frozen
    if locked.version != seen:
        raise Stale
    text, _is_new = UpdateText.objects.update_or_create(
        update=locked, language=language, defaults={"headline": headline, "body": body}
    )
    _replace(Quote, quotes, text=text)
    _replace(PressContact, contacts, update=locked)
    for name in set(OF_A_RESPONSE) & set(response):
        setattr(locked, name, response[name])
    is_public = locked.state(now) == "published"
    locked.version += 1
    locked.corrected_at = (now or timezone.now()) if is_public else None
    locked.save()
    _record(locked, "update corrected" if is_public else "update saved", actor, language=language)
    return locked


@transaction.atomic
def add_update_language(update: Update, *, language: str, actor: User | None = None) -> bool:
    """Begins a translation of a draft with the original's headline; False if it has that language. Raises Frozen for
    one that was published, where a headline without its text would stand in public."""
    locked = _lock(update)
    if locked.text_in(language):
        return False
    if locked.publish_at is not None:
        raise Frozen
    original = locked.text_nearest(locked.original_language)
    UpdateText.objects.create(update=locked, language=language, headline=original.headline)
    _record(locked, "update saved", actor, language=language)
    return True


@transaction.atomic
def publish_update(
    update: Update,
    *,
    at: datetime | None = None,
    zone: str = "UTC",
    now: datetime | None = None,
    actor: User | None = None,
) -> bool:
    """Publishes a draft now, or promises it `at` a moment to come (one that is past is now); of a letter that is not
    public yet it appears with the letter. Once: False if it has a moment already, or was withdrawn."""
    locked = _lock(update)
    if locked.publish_at is not None:
        return False
    now = max(now or timezone.now(), _newest_of(locked.letter) + MOMENT)
    is_later = at is not None and at > now
    locked.publish_at = at if is_later else now
    locked.zone = zone
    locked.save(update_fields=["publish_at", "zone"])
    _record(locked, "update scheduled" if is_later else "update published", actor)
    update.refresh_from_db()
    return True


@transaction.atomic
def call_update_off(update: Update, *, now: datetime | None = None, actor: User | None = None) -> bool:
    """Makes one that waits a draft again; False once it is public, or if it does not wait."""
    locked = _lock(update)
    if locked.state(now) != "waiting":
        return False
    locked.publish_at = None
    locked.save(update_fields=["publish_at"])
    _record(locked, "update called off", actor)
    return True


@transaction.atomic
def withdraw_update(update: Update, *, now: datetime | None = None, actor: User | None = None) -> bool:
    """Takes a public update back, for good and once: its address says that it was withdrawn, and nothing else."""
    locked = _lock(update)
    if locked.state(now) != "published":
        return False
    locked.withdrawn_at = max(now or timezone.now(), locked.publish_at or timezone.now())
    locked.save(update_fields=["withdrawn_at"])
    _record(locked, "update withdrawn", actor)
    return True


@transaction.atomic
def delete_update(update: Update, *, actor: User | None = None) -> bool:
    """Deletes a draft; False for what has, or had, a moment."""
    locked = _lock(update)
    if locked.publish_at is not None:
        return False
    _record(locked, "update deleted", actor)
    locked.delete()
    return True


def _lock(update: Update) -> Update:
    """The letter is locked too: two published at once must not change places."""
    Letter.objects.select_for_update().get(pk=update.letter_id)
    return Update.objects.select_related("letter").get(pk=update.pk)


def _newest_of(letter: Letter) -> datetime:
    """When the newest that has appeared did."""
    due = letter.updates.due().order_by("-publish_at").values_list("publish_at", flat=True).first()
    return due or letter.created_at


def _replace(model: Any, rows: Sequence[dict[str, str]], **owner: Any) -> None:
    model.objects.filter(**owner).delete()
    model.objects.bulk_create(
        model(**owner, position=position, **row) for position, row in enumerate(rows, 1)
    )


def _record(update: Update, action: str, actor: User | None, **detail: Any) -> None:
    record_audit(
        update.letter.lead,
        action,
        letter=update.letter,
        actor=actor,
        detail={"update": update.pk, **detail},
    )
