"""What an invited organisation answers. Each verb is one transaction under a lock on its invitation, and may be called
until the letter is public; two colleagues who answer at once do so one after the other."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaign import sealing
from campaign.queue import wake_once_a_second
from letters.mailing import owe_mail
from letters.models import Letter
from letters.services.comments import add_comment
from signatures import services
from signatures.keys import address_digest
from signatures.models import (
    Answer,
    Exposure,
    Invitation,
    Kind,
    Organisation,
    OtherName,
    Signature,
    State,
    Verified,
)
from signatures.models.signature import PLACED, Origin
from signatures.person import Person, expose
from signatures.room.links import Visit
from signatures.room.mails import Writer
from signatures.room.reminding import drop_reminders
from signatures.room.texts import text_sha256
from signatures.rules import mailbox_is_on_website, name_key

# What an organisation may choose; its name may be kept from the list, and is counted all the same.
OFFERED = (Exposure.PUBLIC, Exposure.COUNTED)
SHORTEST_KEY = 3


class RoomClosed(Exception):
    """The letter does not circulate (any more): its `state` tells whether it was recalled or launched."""


class LinkEnded(Exception):
    """The link was revoked, or the invitation."""


class AlreadyIn(Exception):
    """The organisation stands under the letter, or waits to: `signature`, if it came by this invitation."""

    def __init__(self, signature: Signature | None) -> None:
        super().__init__("signed already")
        self.signature = signature


@transaction.atomic
def sign(
    visit: Visit,
    *,
    organisation: str,
    name: str,
    role: str,
    language: str,
    exposure: str = Exposure.PUBLIC,
) -> Signature:
    """Signs for the invited organisation under the name given, by its representative (`name`, `role`); the receipt,
    with the signature's own link, is mailed to whom this link was. Raises RoomClosed, LinkEnded, AlreadyIn."""
    row = enter(visit)
    person = Person(
        name=name,
        email=visit.contact.email,
        role=role,
        organisation=organisation,
        website=row.organisation.website,
    )
    state, verified = _verdict(visit, row.organisation, person)
    _make_room(row, state)
    try:
        with transaction.atomic():
            signature = _stand(row, person, state, verified, language=language, exposure=exposure)
    except IntegrityError as error:
        raise AlreadyIn(None) from error
    row.signature, row.text_sha256 = signature, text_sha256(row.letter.working_edition, language)
    row.reason = None
    _answer(row, Answer.SIGNED)
    if person.email:
        owe_mail([Writer(row.letter).thank(row, signature)], coalition=row.letter.lead, letter=row.letter)
    return signature


@transaction.atomic
def decline(visit: Visit, *, reason: str = "") -> None:
    """Says no, or no longer: a signature is withdrawn. Raises RoomClosed and LinkEnded."""
    row = enter(visit)
    if row.signature and row.signature.state in PLACED:
        services.withdraw(row.signature)
    row.reason = sealing.seal({"reason": reason}) if reason else None
    _answer(row, Answer.DECLINED)


@transaction.atomic
def ask_for_change(visit: Visit, *, body: str, language: str) -> None:
    """Puts a comment beside the draft; who has signed stays signed. Raises RoomClosed and LinkEnded."""
    row = enter(visit)
    name, text = row.organisation.name, row.letter.working_edition.text_nearest(language)
    add_comment(row.letter, body=body, organisation=name, invitation_id=row.pk, language=text.language)
    _answer(row, Answer.SIGNED if row.answer == Answer.SIGNED else Answer.CHANGE)


@transaction.atomic
def stand_by(visit: Visit, *, language: str) -> None:
    """Keeps the signature under the text as it is now. Raises RoomClosed and LinkEnded."""
    row = enter(visit)
    if row.answer == Answer.SIGNED:
        row.text_sha256 = text_sha256(row.letter.working_edition, language)
        row.save(update_fields=["text_sha256"])


@transaction.atomic
def withdraw_signature(signature: Signature) -> Signature:
    """As services.withdraw; an organisation that came by an invitation has declined by it."""
    invitations = Invitation.objects.select_for_update().filter(signature=signature, answer=Answer.SIGNED)
    for row in list(invitations):
        _answer(row, Answer.DECLINED)
    return services.withdraw(signature)


def reason_of(invitation: Invitation) -> str:
    """Why it declined, if it said so; raises campaign.sealing.CannotOpen."""
    return str(sealing.open_sealed(invitation.reason)["reason"]) if invitation.reason else ""


def is_circulating(letter: Letter) -> bool:
    return letter.state == Letter.State.CIRCULATING and not letter.is_public()


def enter(visit: Visit) -> Invitation:
    """The invitation, locked, its letter as it is now."""
    rows = Invitation.objects.select_related("signature", "organisation").select_for_update(of=("self",))
    row = rows.get(pk=visit.invitation.pk)
    letter = Letter.objects.prefetch_related(
        "publishers__coalition", "editions__texts", "editions__ask_texts"
    ).get(pk=row.letter_id)
    if not is_circulating(letter):
        raise RoomClosed
    link_ended = visit.link is not None and not row.links.filter(pk=visit.link.pk, revoked_at=None).exists()
    version_ended = visit.link is None and row.link_version != visit.invitation.link_version
    if row.revoked_at or link_ended or version_ended:
        raise LinkEnded
    row.letter = letter
    return row


def _make_room(row: Invitation, state: str) -> None:
    """A signature that waits for a person gives way to one that needs none; any other stays. Raises AlreadyIn."""
    standing = row.signature if row.signature and row.signature.state in PLACED else None
    if standing is None:
        return
    if standing.state != State.WAITING or state == State.WAITING:
        raise AlreadyIn(standing)
    services.withdraw(standing)


def _verdict(visit: Visit, organisation: Organisation, person: Person) -> tuple[str, str]:
    """State, and how verified. The coalition invited this organisation at this mailbox, so its answer from there
    stands; a colleague's does if the mailbox is on the organisation's own domain. A name that is not the organisation's
    waits for a person all the same."""
    on_domain = mailbox_is_on_website(person.email, organisation.website)
    known = on_domain and organisation.verified_at is not None
    verified = Verified.DOMAIN if known else Verified.MAIL
    is_trusted = visit.link is None or on_domain
    is_own_name = _is_name_of(organisation, person.organisation)
    if is_trusted and person.email and is_own_name:
        return State.CONFIRMED, verified
    return State.WAITING, Verified.MAIL


def _is_name_of(organisation: Organisation, name: str) -> bool:
    """Whether one of the two names is in the other, as 'Article 19' is in 'ARTICLE 19 Pakistan', and it is not by this
    name that the coalition knows another organisation."""
    ours, theirs = organisation.name_key, name_key(name)
    if ours == theirs:
        return True
    is_part = min(len(ours), len(theirs)) >= SHORTEST_KEY and (ours in theirs or theirs in ours)
    return is_part and not _is_name_of_another(organisation, theirs)


def _is_name_of_another(organisation: Organisation, key: str) -> bool:
    known = {"coalition": organisation.coalition_id, "name_key": key}
    others = Organisation.objects.filter(**known).exclude(pk=organisation.pk)
    other_names = OtherName.objects.filter(**known).exclude(organisation=organisation)
    return others.exists() or other_names.exists()


def _stand(
    row: Invitation, person: Person, state: str, verified: str, *, language: str, exposure: str
) -> Signature:
    """The one INSERT; an organisation's place is the database's to give."""
    letter, now = row.letter, timezone.now()
    confirmed = state == State.CONFIRMED
    signature = Signature(
        letter=letter,
        edition=letter.working_edition,
        kind=Kind.ORGANISATION,
        state=state,
        origin=Origin.INVITED,
        verified=verified,
        # As whose it stands is for the person to say who approves it.
        organisation=row.organisation if confirmed else None,
        country=row.organisation.country,
        language=language,
        exposure=exposure,
        sealed=person.seal(),
        address_digest=address_digest(letter.pk, Kind.ORGANISATION, person.email, letter.canonicalisation),
        confirmed_at=now if confirmed else None,
        untallied=confirmed,
        mail="",
        mail_due_at=None,
    )
    expose(signature, person)
    signature.save()
    transaction.on_commit(lambda: wake_once_a_second(services.FOLD))
    return signature


def _answer(row: Invitation, answer: str) -> None:
    row.answer, row.answered_at = answer, timezone.now()
    row.save(update_fields=["answer", "answered_at", "reason", "signature", "text_sha256"])
    drop_reminders(row)
