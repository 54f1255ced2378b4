"""The one place that hands an organisation's wish to the comments beside the draft."""

from importlib import import_module
from importlib.util import find_spec

from letters.models import Letter

_COMMENTS = "letters.services.comments"


def hand_comment(letter: Letter, *, body: str, organisation: str, invitation_id: int) -> None:
    """Until the comments are there, what was said is kept with the invitation alone."""
    if find_spec(_COMMENTS):
        add_comment = import_module(_COMMENTS).add_comment
        add_comment(letter, body=body, organisation=organisation, invitation_id=invitation_id)
