"""What the tests of the sign-on room have in common: an invited organisation, and what it posts."""

from typing import Any

from django.test import Client

from letters.mailing import send_owed_mail
from letters.models import Letter
from signatures.models import Invitation, InvitationLink
from signatures.room.links import room_path
from tests.factories import make_invitation, make_letter, make_organisation

SIGN = {
    "verb": "sign",
    "organisation": "Open Karachi",
    "name": "Ayesha Khan",
    "role": "Director",
    "exposure": "public",
    "has_authority": "on",
}


def invited(letter: Letter | None = None, *, name: str = "Open Karachi", **fields: Any) -> Invitation:
    letter = letter or make_letter(state="circulating")
    organisation = make_organisation(letter.lead, name=name, website="https://openkarachi.example.org/")
    defaults: dict[str, Any] = {"invited_at": letter.created_at, "name": "Ayesha", "email": "a@example.org"}
    return make_invitation(letter, organisation=organisation, **{**defaults, **fields})


def post(
    client: Client, invitation: Invitation, data: dict[str, Any], link: InvitationLink | None = None
) -> Any:
    return client.post(room_path(invitation, link), data)


def page(client: Client, invitation: Invitation, link: InvitationLink | None = None, **headers: str) -> Any:
    headers.setdefault("user-agent", "Mozilla/5.0")
    return client.get(room_path(invitation, link), headers=headers)


def mailed() -> None:
    """Sends what is owed."""
    send_owed_mail()
