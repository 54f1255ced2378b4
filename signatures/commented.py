"""Deciding on what organisations in the room said beside a draft, and taking that back."""

from django.db import transaction
from django.utils import timezone

from letters.models import Comment, User
from letters.services.comments import hide_comment, reopen_comment, resolve_comment, show_comment_again
from signatures.decisions import Verb
from signatures.models import DecidedComment, Decision

Outcome = DecidedComment.Outcome


class Settled(Exception):
    """Somebody resolved or hid the comment before."""


def settle_comment(comment: Comment, *, actor: User, within: Decision) -> None:
    """Resolves or hides a comment that waits, as the decision's verb says. Raises Settled."""
    hides = within.verb == Verb.HIDE
    with transaction.atomic():
        row = Comment.objects.select_for_update(of=("self",)).waiting().filter(pk=comment.pk).first()
        if row is None:
            raise Settled
        now = timezone.now()
        (hide_comment if hides else resolve_comment)(row, actor=actor, now=now)
        DecidedComment.objects.create(decision=within, comment=row, stands_since=now)


def unsettle_comment(one: DecidedComment, decision: Decision) -> str:
    """Lets the comment wait again, if it is still as it was decided; the outcome."""
    hid, actor = decision.verb == Verb.HIDE, decision.undone_by
    with transaction.atomic():
        row = Comment.objects.select_for_update().get(pk=one.comment_id)
        if (row.hidden_at if hid else row.resolved_at) != one.stands_since:
            return Outcome.CHANGED
        (show_comment_again if hid else reopen_comment)(row, actor=actor)
    return Outcome.UNDONE
