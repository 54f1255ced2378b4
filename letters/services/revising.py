"""After the launch: a correction is a revision of the edition, a change of substance a new edition. Either is written
beside what the public reads, and takes its place in one transaction."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from letters.models import AskText, Edition, Letter, Text, User
from letters.models.letter import State
from letters.services.checks import NotReady, Weight, text_checks
from letters.services.coalitions import record_audit
from letters.services.drafts import Stale
from letters.services.editions import canonical_json, freeze_edition

# An archived letter has no more editions, and a hidden one has the draft.
REVISABLE = (State.OPEN, State.CLOSED)


@transaction.atomic
def begin_edition(letter: Letter, *, substance: bool, actor: User | None = None) -> Edition | None:
    """Begins a revision, or with `substance` a new edition, as a copy of what the public reads; the one that is in
    writing already if there is one, whichever it is; None unless the letter is open or closed."""
    locked = _locked(letter)
    current, working = locked.edition, locked.working_edition
    if locked.state not in REVISABLE:
        return None
    if working.frozen_at is None:
        return working
    begun = Edition.objects.create(
        letter=locked,
        number=current.number + substance,
        revision=0 if substance else current.revision + 1,
    )
    _copy_texts(current, begun)
    action, detail = gettext_noop("edition begun"), {"edition": str(begun)}
    record_audit(locked.lead, action, letter=locked, actor=actor, detail=detail)
    return begun


@transaction.atomic
def discard_edition(letter: Letter, *, actor: User | None = None) -> bool:
    """Drops the edition in writing, with its texts; False if the letter has none, or is a draft itself."""
    locked = _locked(letter)
    working = locked.working_edition
    if locked.state not in REVISABLE or working.frozen_at:
        return False
    action, detail = gettext_noop("edition discarded"), {"edition": str(working)}
    working.delete()
    locked.asks.filter(texts=None).delete()
    record_audit(locked.lead, action, letter=locked, actor=actor, detail=detail)
    return True


@transaction.atomic
def save_note(letter: Letter, *, note: str) -> bool:
    """Sets what the public is told of the edition in writing; False if the letter has none."""
    locked = _locked(letter)
    edition = locked.working_edition
    is_writing = locked.state in REVISABLE and edition.frozen_at is None
    if is_writing:
        Edition.objects.filter(pk=edition.pk).update(note=note)
    return is_writing


@transaction.atomic
def publish_edition(
    letter: Letter,
    *,
    seen: str,
    note: str | None = None,
    now: datetime | None = None,
    actor: User | None = None,
) -> Edition | None:
    """Freezes the edition in writing, from when on the public reads it; None if there is none, or somebody was faster.

    `seen` is the `edition_version` that the person read, `note` what they have the public told (None: as it was saved).
    Raises Stale if it was changed since, and NotReady.
    """
    locked = _locked(letter)
    edition = locked.working_edition
    if locked.state not in REVISABLE or edition.frozen_at:
        return None
    if edition_version(locked, edition) != seen:
        raise Stale
    if note is not None:
        edition.note = note
        edition.save(update_fields=["note"])
    if problems := edition_problems(locked):
        raise NotReady(problems)
    frozen = freeze_edition(locked, now=now or timezone.now())
    action = gettext_noop("edition published")
    detail = {"edition": str(frozen), "sha256": frozen.sha256}
    record_audit(locked.lead, action, letter=locked, actor=actor, detail=detail)
    return frozen


def edition_problems(letter: Letter) -> list[str]:
    """What keeps the edition in writing from being published, in the reader's language."""
    working, current = letter.working_edition, letter.edition
    checks = text_checks(letter, working)
    problems = [check.text for check in checks if check.weight is Weight.BLOCKS]
    if not working.note.strip():
        problems.append(_("Say for the public what changed, and why."))
    if working.pk != current.pk and canonical_json(letter, working) == canonical_json(letter, current):
        problems.append(_("Nothing has changed since edition %s.") % current)
    return problems


def edition_version(letter: Letter, edition: Edition) -> str:
    """Names the state of an edition and its note: what a person read before they published it."""
    content = f"{edition}\n{edition.note}\n{canonical_json(letter, edition)}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _copy_texts(source: Edition, target: Edition) -> None:
    """Every column of every text and ask, also those that say how far a translation is."""
    models: tuple[Any, ...] = (Text, AskText)
    for model in models:
        rows = list(model.objects.filter(edition=source).order_by("pk"))
        for row in rows:
            row.pk, row.edition = None, target
        model.objects.bulk_create(rows)


def _locked(letter: Letter) -> Letter:
    return Letter.objects.select_for_update().get(pk=letter.pk)
