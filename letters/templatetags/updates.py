"""What the letter's page shows of its updates, of the answers to its asks, and of the letters before and after it."""

from typing import Any

from django import template

from letters import answers, following, updates
from letters.models import Letter, Update
from letters.models.answer import AnswerState

register = template.Library()


@register.inclusion_tag("letters/_updates.html")
def letter_updates(letter: Letter, language: str, labels: str = "") -> dict[str, Any]:
    """The newest few; `labels` are the attributes of what the interface says in another language than the page's."""
    shown, more = updates.newest_updates(letter, language)
    return {"letter": letter, "language": language, "labels": labels, "shown": shown, "more": more}


@register.inclusion_tag("letters/_answers.html")
def letter_answers(letter: Letter, language: str, labels: str = "") -> dict[str, Any]:
    """How each ask stands, in one line; nothing until an official has answered one."""
    rows = answers.ask_rows(letter, language)
    has_answers = not all(row.is_silent for row in rows)
    return {
        "letter": letter,
        "language": language,
        "labels": labels,
        "rows": rows if has_answers else [],
    }


@register.inclusion_tag("letters/_follows.html")
def letter_follows(letter: Letter, language: str, labels: str = "") -> dict[str, Any]:
    """The public letters that this one follows and that follow it."""
    earlier, later = following.linked(letter, language)
    return {"earlier": earlier, "later": later, "labels": labels, "language": language}


@register.filter
def answer_sign(state: str) -> str:
    return answers.SIGNS[AnswerState(state)]


@register.filter
def update_state(update: Update) -> str:
    return update.state()
