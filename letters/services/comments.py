"""What is said beside a draft, by members and by organisations in the sign-on room."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from letters.models import Comment, Letter, User
from letters.services.coalitions import record_audit

ACTIONS = (
    gettext_noop("comment added"),
    gettext_noop("comment resolved"),
    gettext_noop("comment reopened"),
    gettext_noop("comment hidden"),
    gettext_noop("comment shown again"),
)


@transaction.atomic
def add_comment(
    letter: Letter,
    *,
    body: str,
    author: User | None = None,
    organisation: str = "",
    invitation_id: int | None = None,
    language: str = "",
) -> Comment:
    """Keeps what a member (`author`) or an organisation in the room says of a letter, or of its text in a language."""
    comment = Comment.objects.create(
        letter=letter,
        body=body,
        author=author,
        organisation=organisation,
        invitation_id=invitation_id,
        language=language,
    )
    _record(comment, "comment added", author)
    return comment


@transaction.atomic
def resolve_comment(comment: Comment, *, actor: User, now: datetime | None = None) -> bool:
    """Says that a comment is dealt with, once: False if it was before."""
    standing = Comment.objects.filter(pk=comment.pk, resolved_at=None)
    done = bool(standing.update(resolved_at=now or timezone.now(), resolved_by=actor))
    return done and _record(comment, "comment resolved", actor)


@transaction.atomic
def reopen_comment(comment: Comment, *, actor: User | None) -> bool:
    resolved = Comment.objects.filter(pk=comment.pk, resolved_at__isnull=False)
    done = bool(resolved.update(resolved_at=None, resolved_by=None))
    return done and _record(comment, "comment reopened", actor)


@transaction.atomic
def hide_comment(comment: Comment, *, actor: User, now: datetime | None = None) -> bool:
    """Takes a comment out of everybody's sight, once; it is kept."""
    shown = Comment.objects.shown().filter(pk=comment.pk)
    done = bool(shown.update(hidden_at=now or timezone.now()))
    return done and _record(comment, "comment hidden", actor)


@transaction.atomic
def show_comment_again(comment: Comment, *, actor: User | None) -> bool:
    done = bool(Comment.objects.filter(pk=comment.pk, hidden_at__isnull=False).update(hidden_at=None))
    return done and _record(comment, "comment shown again", actor)


def _record(comment: Comment, action: str, actor: User | None) -> bool:
    letter = comment.letter
    record_audit(letter.lead, action, letter=letter, actor=actor, detail={"comment": comment.pk})
    return True
