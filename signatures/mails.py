"""Chooses and writes the mail that a signature, or a request for a lost link, is owed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db.models import prefetch_related_objects

from campaign.mail import derive_message_id, render_mail
from letters.models import Edition, Letter, Text
from signatures.keys import address_digest
from signatures.links import CONFIRM_DAYS, own_url
from signatures.models import Kind, LinkRequest, Mail, Signature, State
from signatures.models.signature import PLACED
from signatures.person import Person
from signatures.rules import name_key

DECISIONS = {
    State.CONFIRMED: "approve_signature",
    State.REFUSED: "refuse_signature",
    State.REMOVED: "remove_signature",
}


@dataclass
class Owed:
    """A claimed row, the address it goes to, and its mails; none, when there is nothing to say."""

    row: Signature | LinkRequest
    address: str
    mails: list[EmailMultiAlternatives] = field(default_factory=list)
    asks: bool = False  # whether it asks to confirm a signature

    @property
    def is_counted(self) -> bool:
        """Anybody can type an address and have it mailed; only a member can have it told of a decision, or asked."""
        return bool(self.mails) and getattr(self.row, "mail", Mail.CONFIRM) not in (Mail.DECISION, Mail.STAND)


@dataclass(frozen=True)
class LetterFacts:
    """What every mail says of a letter."""

    letter: Letter
    coalition: str
    reply_to: str
    texts: dict[str, Text]
    edition: Edition

    def text(self, language: str) -> Text:
        return self.texts.get(language) or self.texts[self.letter.original_language]


def facts_of(letter_ids: Iterable[int]) -> dict[int, LetterFacts]:
    letters = Letter.objects.filter(pk__in=set(letter_ids)).prefetch_related(
        "editions__texts", "publishers__coalition"
    )
    return {letter.pk: _facts(letter) for letter in letters}


def _facts(letter: Letter) -> LetterFacts:
    lead, edition = letter.lead, letter.edition
    texts = {text.language: text for text in edition.texts.all()}
    return LetterFacts(letter, lead.name, lead.email, texts, edition)


def write_for_signatures(rows: Sequence[Signature]) -> list[Owed]:
    facts = facts_of(row.letter_id for row in rows)
    standing = _standing([row for row in rows if row.mail == Mail.CONFIRM])
    prefetch_related_objects([row for row in rows if row.mail == Mail.STAND], "edition")
    return [_write_for_signature(row, facts[row.letter_id], standing.get(row.pk)) for row in rows]


def _write_for_signature(row: Signature, facts: LetterFacts, standing: Signature | None) -> Owed:
    # Of who stands there, not of who typed: an address may be another's, and a name is whatever was typed.
    person = Person.open((standing or row).sealed)
    name = _mail_name(row, standing, facts.edition.number)
    mark: tuple[Any, ...] = ("owed", row.pk, row.link_version)
    if name == "stand_signature":
        mark = (*mark, facts.edition.number)
    mails = [write(name, standing or row, person, facts, mark=mark)] if name and person.email else []
    return Owed(row, person.email, mails, asks=name == "confirm_signature")


def _mail_name(row: Signature, standing: Signature | None, newest: int) -> str:
    if row.mail == Mail.DECISION:
        return DECISIONS.get(State(row.state), "")
    if row.mail == Mail.STAND:
        is_asked = row.state == State.CONFIRMED and row.edition.number < newest
        return "stand_signature" if is_asked else ""
    if row.state != State.PENDING or row.superseded_by_id:
        return ""
    return "manage_signature" if standing else "confirm_signature"


def _standing(rows: Sequence[Signature]) -> dict[int, Signature]:
    """For each pending row the signature of the same signatory that has its place already, if there is one."""
    digests = {bytes(row.address_digest) for row in rows if row.address_digest}
    placed = list(Signature.objects.filter(address_digest__in=digests, state__in=PLACED)) if digests else []
    found = ((row, candidate) for row in rows for candidate in placed if _same_signatory(row, candidate))
    return {row.pk: candidate for row, candidate in found}


def _same_signatory(row: Signature, other: Signature) -> bool:
    if bytes(row.address_digest or b"") != bytes(other.address_digest or b""):
        return False
    if row.kind == Kind.INDIVIDUAL:
        return True
    mine, theirs = Person.open(row.sealed), Person.open(other.sealed)
    return name_key(mine.organisation) == name_key(theirs.organisation)


def write_for_requests(rows: Sequence[LinkRequest]) -> list[Owed]:
    facts = facts_of(row.letter_id for row in rows)
    return [_write_for_request(row, facts[row.letter_id]) for row in rows]


def _write_for_request(row: LinkRequest, facts: LetterFacts) -> Owed:
    address = Person.open(row.sealed).email
    mails = [
        write(
            "find_signature",
            found,
            Person.open(found.sealed),
            facts,
            mark=("asked", row.pk, found.pk),
        )
        for found in _signed_with(facts.letter, address)
    ]
    return Owed(row, address, mails)


def _signed_with(letter: Letter, address: str) -> list[Signature]:
    """The signatures whose link this mailbox may have: those with a place, or else the newest of all."""
    digests = [address_digest(letter.pk, kind, address, letter.canonicalisation) for kind in Kind.values]
    rows = Signature.objects.filter(address_digest__in=digests).order_by("-pk")
    return list(rows.placed()[:5]) or list(rows.filter(superseded_by__isnull=True)[:1])


def write(
    name: str,
    signature: Signature,
    person: Person,
    facts: LetterFacts,
    *,
    mark: tuple[Any, ...],
) -> EmailMultiAlternatives:
    text = facts.text(signature.language)
    context = {
        "is_organisation": signature.kind == Kind.ORGANISATION,
        "is_pending": signature.state == State.PENDING,
        "letter_title": text.title,
        "letter_language": text.language,
        "coalition": facts.coalition,
        "reason": signature.state_reason,
        "days": CONFIRM_DAYS,
        "number": facts.edition.number,
        "note": facts.edition.note,
    }
    return render_mail(
        name,
        context,
        personal={
            "name": person.name,
            "signs_as": person.signs_as(signature.kind),
            "url": own_url(signature),
        },
        to=person.email,
        language=signature.language,
        message_id=derive_message_id("signature", name, *mark),
        reply_to=facts.reply_to,
    )
