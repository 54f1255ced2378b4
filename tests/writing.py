"""Rows of the writing of letters to test with, beside those of tests.factories."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from campaign import sealing
from letters.models import Comment, Letter, LetterTemplate, TextVersion, Translator
from letters.services.versions import content_of, mark_of
from tests import factories


def make_version(letter: Letter, language: str = "", **fields: Any) -> TextVersion:
    """The next version of a letter's text, as the text is now unless `fields` say otherwise."""
    language = language or letter.original_language
    content = content_of(letter.working_edition, language)
    values = {
        **content,
        "edition": letter.working_edition,
        "mark": mark_of(content),
        "number": _next(letter, language),
        **fields,
    }
    return TextVersion.objects.create(letter=letter, language=language, **values)


def _next(letter: Letter, language: str) -> int:
    return letter.text_versions.filter(language=language).count() + 1


def make_comment(letter: Letter, **fields: Any) -> Comment:
    return Comment.objects.create(letter=letter, **{"body": "A remark", **fields})


def make_translator(letter: Letter, **fields: Any) -> Translator:
    """Somebody who was invited to write Urdu, whose link works for a month."""
    defaults = {
        "language": "ur",
        "name": "Zainab Translator",
        "sealed": sealing.seal({"email": "zainab@example.net"}),
        "invited_by": factories.make_user(),
        "expires_at": timezone.now() + timedelta(days=30),
    }
    return Translator.objects.create(letter=letter, **{**defaults, **fields})


def make_template(letter: Letter, **fields: Any) -> LetterTemplate:
    """A template of the coalition that leads the letter."""
    defaults = {"name": "Ours", "language": "en", "title": "Title", "body": "Body", "asks": ["One"]}
    return LetterTemplate.objects.create(coalition=letter.lead, **{**defaults, **fields})
