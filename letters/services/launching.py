"""From a draft to the public, and back only until the moment; then to its end."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.languages import own_name
from letters.models import Letter, User
from letters.models.letter import HIDDEN
from letters.services.coalitions import SLUG_BASE, next_free, record_audit
from letters.services.editions import freeze_edition, thaw_edition

SLUG_ATTEMPTS = 5


class NotReady(Exception):
    """A letter cannot be launched as it is; `problems` says why, for a person to read."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@transaction.atomic
def open_letter(
    letter: Letter,
    *,
    now: datetime | None = None,
    opened_at: datetime | None = None,
    actor: User | None = None,
) -> bool:
    """Freezes the edition and opens the letter, once: False if it was open before. Raises NotReady for a draft.

    A scheduled letter opens at the time it promised, however late this is called; if its slug was taken meanwhile it
    gets a numbered one rather than failing. `opened_at` says that it opened earlier, elsewhere. `letter` itself is
    brought up to date.
    """
    now = now or timezone.now()
    locked = _lock(letter)
    if locked.state not in HIDDEN:
        letter.refresh_from_db()
        return False
    if locked.scheduled_at is None and (problems := letter_problems(locked, now=opened_at or now)):
        raise NotReady(problems)
    edition = freeze_edition(locked, now=now)
    is_late = bool(locked.scheduled_at and locked.opens_at and locked.opens_at <= now)
    locked.opened_at = opened_at or (locked.opens_at if is_late else now)
    locked.opens_at, locked.state = locked.opened_at, Letter.State.OPEN
    wanted = locked.slug
    _save_at_a_free_slug(locked)
    detail = {"edition": str(edition), "sha256": edition.sha256, "slug": locked.slug, "wanted_slug": wanted}
    record_audit(locked.lead, "letter opened", letter=locked, actor=actor, detail=detail)
    letter.refresh_from_db()
    return True


@transaction.atomic
def schedule_letter(
    letter: Letter,
    *,
    opens_at: datetime | None = None,
    now: datetime | None = None,
    delivers_at_opening: bool | None = None,
    actor: User | None = None,
) -> bool:
    """Freezes the edition and promises an opening (`opens_at`, else the letter's own), once: False if it was scheduled
    or open before. Raises NotReady, also for a moment that is past."""
    now = now or timezone.now()
    locked = _lock(letter)
    if locked.is_frozen():
        letter.refresh_from_db()
        return False
    locked.opens_at = opens_at or locked.opens_at
    if delivers_at_opening is not None:
        locked.delivers_at_opening = delivers_at_opening
    problems = letter_problems(locked, now=now)
    if locked.opens_at is None or locked.opens_at <= now:
        raise NotReady([*problems, _("The opening must be in the future.")])
    if problems:
        raise NotReady(problems)
    locked.scheduled_at = now
    locked.save(update_fields=["opens_at", "delivers_at_opening", "scheduled_at"])
    edition = freeze_edition(locked, now=now)
    detail = {"edition": str(edition), "sha256": edition.sha256, "opens_at": locked.opens_at.isoformat()}
    record_audit(locked.lead, "letter scheduled", letter=locked, actor=actor, detail=detail)
    letter.refresh_from_db()
    return True


@transaction.atomic
def unschedule_letter(letter: Letter, *, now: datetime | None = None, actor: User | None = None) -> bool:
    """Calls a scheduled opening off and thaws the edition; False once its moment has come, or if there was none."""
    now = now or timezone.now()
    waiting = Letter.objects.filter(
        pk=letter.pk, state__in=HIDDEN, scheduled_at__isnull=False, opens_at__gt=now
    )
    called_off = bool(waiting.update(scheduled_at=None))
    if called_off:
        thaw_edition(letter)
        record_audit(letter.lead, "opening called off", letter=letter, actor=actor)
    letter.refresh_from_db()
    return called_off


@transaction.atomic
def close_letter(letter: Letter, *, now: datetime | None = None, actor: User | None = None) -> bool:
    """Ends the signing, once: False if the letter is not open. It stays public."""
    now = now or timezone.now()
    closed = bool(
        Letter.objects.filter(pk=letter.pk, state=Letter.State.OPEN).update(
            state=Letter.State.CLOSED, closed_at=now
        )
    )
    if closed:
        record_audit(letter.lead, "letter closed", letter=letter, actor=actor)
    letter.refresh_from_db()
    return closed


def letter_problems(letter: Letter, *, now: datetime | None = None) -> list[str]:
    """What stands in the way of launching a draft, in the reader's language; empty when nothing does."""
    now = now or timezone.now()
    prefetch_related_objects([letter], "editions__texts", "editions__ask_texts", "addressees")
    problems = [*_text_problems(letter), *_ask_problems(letter)]
    if not letter.to_and_cc()[0]:
        problems.append(_("The letter has no addressee."))
    if letter.closes_at and letter.closes_at <= max(now, letter.opens_at or now):
        problems.append(_("The letter would close before it opens, or has closed already."))
    if Letter.objects.public(now).filter(slug=letter.slug).exclude(pk=letter.pk).exists():
        problems.append(_("The address “%s” is taken by another letter.") % letter.slug)
    return problems


def _text_problems(letter: Letter) -> list[str]:
    texts = list(letter.edition.texts.all())
    problems = [
        _("The text in %s has no title or no body.") % own_name(text.language)
        for text in texts
        if not (text.title.strip() and text.body.strip())
    ]
    if letter.original_language not in {text.language for text in texts}:
        problems.append(_("The original text, in %s, is missing.") % own_name(letter.original_language))
    return problems


def _ask_problems(letter: Letter) -> list[str]:
    """A language without any asks shows those of the original; one that has a part of them misleads."""
    asks = letter.edition.asks().values()
    return [
        _("In %s, a part of the asks is missing.") % own_name(text.language)
        for text in letter.edition.texts.all()
        if 0 < sum(text.language in ask for ask in asks) < len(asks)
    ]


def _lock(letter: Letter) -> Letter:
    return Letter.objects.select_for_update().get(pk=letter.pk)


def _save_at_a_free_slug(letter: Letter) -> None:
    """Two letters may go public under one slug in the same moment, so the database has the last word."""
    wanted = letter.slug
    for attempt in range(SLUG_ATTEMPTS):
        rivals = Letter.objects.exclude(state__in=HIDDEN).filter(slug__startswith=wanted[:SLUG_BASE])
        letter.slug = next_free(wanted, set(rivals.values_list("slug", flat=True)))
        try:
            with transaction.atomic():
                letter.save(update_fields=["slug", "state", "opens_at", "opened_at"])
            return
        except IntegrityError:
            if attempt == SLUG_ATTEMPTS - 1:
                raise
