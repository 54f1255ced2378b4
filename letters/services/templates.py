"""Texts that a coalition keeps to start letters from."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from letters.models import Letter, LetterTemplate, User
from letters.services.coalitions import record_audit
from letters.services.versions import content_of

ACTIONS = (gettext_noop("template saved"), gettext_noop("template deleted"))


def keep_template(letter: Letter, *, language: str, name: str, actor: User) -> LetterTemplate | None:
    """A copy of the letter's text in that language as it is saved now; None if one of that name is kept already."""
    try:
        with transaction.atomic():
            template = LetterTemplate.objects.create(
                coalition=letter.lead,
                name=name,
                language=language,
                created_by=actor,
                **content_of(letter.working_edition, language),
            )
            detail = {"template": template.pk, "language": language}
            record_audit(letter.lead, "template saved", letter=letter, actor=actor, detail=detail)
    except IntegrityError:
        return None
    return template


@transaction.atomic
def delete_template(template: LetterTemplate, *, actor: User) -> bool:
    """False if it was deleted before. Letters that were started from it stay as they are."""
    deleted, _rows = LetterTemplate.objects.filter(pk=template.pk).delete()
    if deleted:
        record_audit(
            template.coalition, "template deleted", actor=actor, detail={"language": template.language}
        )
    return bool(deleted)
