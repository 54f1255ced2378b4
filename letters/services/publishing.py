"""Letters that several coalitions publish together. Until it is launched a letter's publishers come and go; after that
they stay named on what they published."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from campaign.languages import interface_language
from letters.mailing import Post, drop_mail, owe_mail
from letters.models import Coalition, Letter, LetterCoalition, PublishingRequest, User
from letters.models.people import Role
from letters.services.coalitions import record_audit

MOST_REQUESTS = 30


class Launched(Exception):
    """The letter is public, so that its publishers stay as they are."""


class AlreadyAsked(Exception):
    """That coalition publishes the letter, or has been asked to."""


class TooManyRequests(Exception):
    """So many are without an answer that one more is not sent."""


@transaction.atomic
def ask_publisher(letter: Letter, *, slug: str, language: str, actor: User) -> PublishingRequest:
    """Asks the coalition of that slug to publish the letter too; does just the same, but for the mail to its owners, if
    nobody has that slug. Raises Launched, AlreadyAsked and TooManyRequests."""
    locked = _lock(letter)
    pending = locked.publishing_requests.pending()
    publishing = locked.publishers.filter(coalition__slug=slug).exclude(is_lead=False, accepted_at=None)
    if publishing.exists() or pending.filter(slug=slug).exists():
        raise AlreadyAsked
    if pending.count() >= MOST_REQUESTS:
        raise TooManyRequests
    asked = PublishingRequest.objects.create(
        letter=locked, slug=slug, coalition=Coalition.objects.filter(slug=slug).first(), asked_by=actor
    )
    record_audit(locked.lead, "co-publisher asked", letter=locked, actor=actor, detail={"slug": slug})
    if asked.coalition:
        _mail_owners(asked, asked.coalition, lead=locked.lead, language=language)
    return asked


@transaction.atomic
def withdraw_request(asked: PublishingRequest, *, actor: User) -> bool:
    """By the lead; False if it was answered or withdrawn."""
    if not _end(asked, withdrawn_at=timezone.now()):
        return False
    detail = {"slug": asked.slug}
    record_audit(
        asked.letter.lead, "publishing request withdrawn", letter=asked.letter, actor=actor, detail=detail
    )
    return True


@transaction.atomic
def accept_request(asked: PublishingRequest, *, actor: User) -> bool:
    """By an owner of the asked coalition, which publishes the letter from then on; False if it was answered or
    withdrawn. Raises Launched."""
    letter = _lock(asked.letter)
    if not _end(asked, accepted_at=timezone.now()):
        return False
    LetterCoalition.objects.update_or_create(
        letter=letter,
        coalition=asked.coalition,
        defaults={"invited_at": asked.asked_at, "accepted_at": timezone.now()},
    )
    _record_both(letter, asked.coalition, "co-publisher joined", actor)
    return True


@transaction.atomic
def decline_request(asked: PublishingRequest, *, actor: User) -> bool:
    """By an owner of the asked coalition; False if it was answered or withdrawn."""
    if not _end(asked, declined_at=timezone.now()):
        return False
    _record_both(asked.letter, asked.coalition, "publishing request declined", actor)
    return True


@transaction.atomic
def remove_publisher(publisher: LetterCoalition, *, actor: User) -> bool:
    """By the lead; False if it had gone. Raises Launched."""
    letter = _lock(publisher.letter)
    if not _standing(publisher).delete()[0]:
        return False
    detail = {"slug": publisher.coalition.slug}
    record_audit(letter.lead, "co-publisher removed", letter=letter, actor=actor, detail=detail)
    return True


@transaction.atomic
def leave_publication(publisher: LetterCoalition, *, actor: User) -> bool:
    """By an owner of the co-publisher; False if it had gone. Raises Launched."""
    letter = _lock(publisher.letter)
    if not _standing(publisher).delete()[0]:
        return False
    _record_both(letter, publisher.coalition, "co-publisher left", actor)
    return True


def _lock(letter: Letter) -> Letter:
    """The letter, so that it is not launched meanwhile; raises Launched."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if locked.is_public():
        raise Launched
    return locked


def _standing(publisher: LetterCoalition) -> QuerySet[LetterCoalition]:
    return LetterCoalition.objects.filter(pk=publisher.pk, is_lead=False)


def _end(asked: PublishingRequest, **moment: Any) -> bool:
    done = PublishingRequest.objects.pending().filter(pk=asked.pk).update(**moment)
    if done and asked.coalition:
        drop_mail(marks=[_mark(asked, owner) for owner in _owners(asked.coalition)])
    return bool(done)


def _record_both(letter: Letter, coalition: Coalition | None, action: str, actor: User) -> None:
    """In the log of both coalitions; who did it is known to their own alone."""
    if coalition is None:
        return
    lead = letter.lead
    record_audit(lead, action, letter=letter, detail={"slug": coalition.slug})
    record_audit(coalition, action, actor=actor, detail={"lead": lead.slug, "letter": letter.pk})


def _owners(coalition: Coalition) -> list[User]:
    owners = coalition.memberships.filter(role=Role.OWNER).select_related("user").order_by("pk")
    return [membership.user for membership in owners]


def _mark(asked: PublishingRequest, owner: User) -> str:
    return f"publishing-request:{asked.pk}:{owner.pk}"


def _mail_owners(asked: PublishingRequest, coalition: Coalition, *, lead: Coalition, language: str) -> None:
    path = reverse("desk:publishing_request", args=[coalition.slug, asked.pk])
    context = {"coalition": lead.name, "asked": coalition.name, "url": settings.SITE_URL + path}
    spoken = interface_language(language)
    owe_mail(
        [
            Post("ask_publisher", _mark(asked, owner), owner.email, spoken, context)
            for owner in _owners(coalition)
        ],
        coalition=lead,
    )
