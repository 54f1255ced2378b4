"""The mails of the room, as they are owed: each carries a link of its own and is sealed until it goes."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from letters.mailing import Post
from letters.models import Letter
from letters.models.letter import Text
from signatures.contacts import Contact
from signatures.links import own_url
from signatures.models import Invitation, InvitationLink, Reminder, Signature, State
from signatures.person import Person
from signatures.room.links import room_url
from signatures.room.times import moment_in

# The mails that are about one invitation; the second part of each one's mark is the invitation's id.
NAMES = ("invite_organisation", "remind_organisation", "pass_link", "tell_passed", "thank_organisation")
VERSIONS_SHOWN = 20


def invite_mark(invitation: Invitation) -> str:
    return f"invite:{invitation.pk}:{invitation.link_version}"


def pass_mark(link: InvitationLink) -> str:
    return f"pass:{link.invitation_id}:{link.pk}"


def remind_mark(invitation_id: int, reminder_id: int) -> str:
    return f"remind:{invitation_id}:{reminder_id}"


def marks_of(invitation: Invitation, reminder_ids: Iterable[int]) -> list[str]:
    """Of all the mails that an organisation can have been owed; a prefetch of its links saves the query."""
    pk, links = invitation.pk, [link.pk for link in invitation.links.all()]
    versions = range(max(1, invitation.link_version - VERSIONS_SHOWN), invitation.link_version + 1)
    return [
        *(f"invite:{pk}:{version}" for version in versions),
        *(remind_mark(pk, reminder) for reminder in reminder_ids),
        *(f"{kind}:{pk}:{link}" for kind in ("pass", "passed") for link in links),
        f"thank:{pk}:{invitation.signature_id}",
    ]


def invitation_of(mark: str) -> int:
    """The id of the invitation that a mail of the room is about."""
    return int(mark.split(":")[1])


class Writer:
    """Writes mails about one letter: what they share is fetched and formatted once. Each method raises
    campaign.sealing.CannotOpen."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter
        self.coalition = letter.lead
        self.edition = letter.working_edition
        self.deadline_in = lru_cache(None)(self._deadline_in)

    def invite(self, invitation: Invitation) -> Post:
        return self._post("invite_organisation", invite_mark(invitation), invitation)

    def remind(self, invitation: Invitation, reminder: Reminder) -> Post:
        return self._post("remind_organisation", remind_mark(invitation.pk, reminder.pk), invitation)

    def pass_on(self, invitation: Invitation, link: InvitationLink, *, passed_by: str) -> Post:
        return self._post("pass_link", pass_mark(link), invitation, link=link, passed_by=passed_by)

    def tell_passed(self, invitation: Invitation, link: InvitationLink, *, by: InvitationLink | None) -> Post:
        """To whoever passed it, so that a link passed by somebody else does not go unseen."""
        colleague = Contact.open(link.sealed)
        names = {"colleague": colleague.name, "address": colleague.email}
        return self._post("tell_passed", f"passed:{invitation.pk}:{link.pk}", invitation, link=by, **names)

    def thank(self, invitation: Invitation, signature: Signature) -> Post:
        person = Person.open(signature.sealed)
        context = {
            **self._context(invitation, signature.language),
            "name": person.name,
            "signs_as": person.organisation,
            "waits": signature.state == State.WAITING,
            "url": own_url(signature),
        }
        mark = f"thank:{invitation.pk}:{signature.pk}"
        return Post("thank_organisation", mark, person.email, signature.language, context)

    def _post(
        self, name: str, mark: str, invitation: Invitation, *, link: InvitationLink | None = None, **more: Any
    ) -> Post:
        contact = Contact.open((link or invitation).sealed or b"")
        context = {
            **self._context(invitation, invitation.language),
            "name": contact.name,
            "url": room_url(invitation, link),
            **more,
        }
        return Post(name, mark, contact.email, invitation.language, context)

    def _context(self, invitation: Invitation, language: str) -> dict[str, Any]:
        text: Text = self.edition.text_nearest(language)
        return {
            "organisation": invitation.organisation.name,
            "coalition": self.coalition.name,
            "coalition_email": self.coalition.email,
            "letter_title": text.title,
            "letter_language": text.language,
            "deadline": self.deadline_in(invitation.zone, language),
        }

    def _deadline_in(self, zone: str, language: str) -> str:
        return moment_in(self.letter.sign_on_until, zone, language)
