"""Invitations: owed in batches by a job, a link each, and none twice whatever dies."""

import logging
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from campaign.languages import interface_language, own_name
from campaign.sealing import CannotOpen
from letters.jobs import job_step, start_job
from letters.mailing import Post, owe_mail
from letters.models import Job, Letter, User
from letters.services import record_audit
from signatures.models import Invitation
from signatures.models.room import InvitationQuerySet
from signatures.room.mails import Writer

logger = logging.getLogger(__name__)

KIND = "send_invitations"
BATCH = 100
STARTED = gettext_noop("invitations started")


class NotCirculating(Exception):
    """Nobody is invited to a letter that does not circulate, or that the public reads already."""


class Preview(NamedTuple):
    """How many mails an invitation of these would send, in which languages, and how many cannot be mailed."""

    mails: int
    languages: list[tuple[str, int]]
    without_contact: int


def preview_invitations(letter: Letter, chosen: Iterable[int] | None = None) -> Preview:
    """Of those not invited yet, all or `chosen`; one query."""
    rows = _chosen(letter.invitations.live().filter(invited_at=None), chosen)
    told = rows.values_list("language", "sealed")
    languages: Counter[str] = Counter()
    without = 0
    for language, sealed in told:
        if sealed:
            languages[own_name(interface_language(language))] += 1
        else:
            without += 1
    return Preview(sum(languages.values()), languages.most_common(), without)


@transaction.atomic
def start_invitations(letter: Letter, *, actor: User, chosen: Iterable[int] | None = None) -> Job:
    """The job that invites all who are not invited yet, or `chosen` of them; the one that is running, if one is.
    Raises NotCirculating."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if locked.state != Letter.State.CIRCULATING or locked.is_public():
        raise NotCirculating
    if running := locked.jobs.unfinished().filter(kind=KIND).first():
        return running
    pks = None if chosen is None else sorted(set(chosen))
    total = _chosen(locked.invitations.to_invite(), pks).count()
    following = reverse("desk:room", args=[letter.lead.slug, letter.pk])
    job = start_job(
        letter.lead, KIND, letter=locked, total=total, actor=actor, after=0, chosen=pks, next=following
    )
    record_audit(letter.lead, STARTED, letter=letter, actor=actor, detail={"job": job.pk, "mails": total})
    return job


@job_step(KIND)
def invite_batch(job: Job) -> int:
    letter = _letter_of(job)
    if letter.state != Letter.State.CIRCULATING or letter.is_public():
        return 0
    rows = _chosen(letter.invitations.to_invite(), job.detail["chosen"]).filter(pk__gt=job.detail["after"])
    batch = list(
        rows.select_related("organisation")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")[:BATCH]
    )
    if not batch:
        return 0
    job.detail["after"] = batch[-1].pk
    written = list(_written(Writer(letter), batch))
    owe_mail([post for _row, post in written], coalition=letter.lead, letter=letter, job=job)
    invited = [row.pk for row, _post in written]
    Invitation.objects.filter(pk__in=invited).update(invited_at=timezone.now())
    return len(batch)


def _written(writer: Writer, batch: Iterable[Invitation]) -> Iterable[tuple[Invitation, Post]]:
    for row in batch:
        try:
            post = writer.invite(row)
        except CannotOpen:
            logger.error("no key in SEAL_KEYS opens the contact of invitation %s", row.pk)
        else:
            if post.to:
                yield row, post


def _letter_of(job: Job) -> Letter:
    rows = Letter.objects.prefetch_related("publishers__coalition", "editions__texts")
    return rows.get(jobs=job)


def _chosen(rows: InvitationQuerySet, pks: Iterable[int] | None) -> InvitationQuerySet:
    return rows if pks is None else rows.filter(pk__in=list(pks))
