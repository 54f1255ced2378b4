"""The verbs of a signature. Each is one transaction, guarded by the state it leaves, and safe when called twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaign.queue import wake_once_a_second
from letters.models import Edition, User
from letters.services import record_audit
from signatures.decisions import (
    Standing,
    Verb,
    make_decision,
    record_decided,
    settle_report,
    waited_when_removed,
)
from signatures.documents import mark_documents_changed, mark_documents_stale
from signatures.keys import digest_of
from signatures.models import (
    Decision,
    Exposure,
    Kind,
    LinkRequest,
    Mail,
    Organisation,
    Report,
    Signature,
    State,
    Verified,
)
from signatures.models.signature import PLACED
from signatures.notable import is_notable
from signatures.person import EXPOSED, Person, expose
from signatures.recording import record_review, recorded_organisation
from signatures.rules import mailbox_is_on_website, name_key, registrable_domain, website_host
from signatures.signable import SignableLetter

SEND_MAIL, FOLD = "signatures.tasks.send_owed_mail", "signatures.tasks.fold_tallies"
NARROWNESS = {choice: rank for rank, choice in enumerate(Exposure.values)}
WITHDRAWABLE = (State.PENDING, State.WAITING, State.CONFIRMED, State.QUARANTINED)


class AlreadySigned(Exception):
    """That person, or that organisation, stands under the letter already."""


class WrongState(Exception):
    """The signature is not in a state from which this can be done; `signature.state` tells which it is in."""

    def __init__(self, signature: Signature) -> None:
        super().__init__(f"signature is {signature.state}")
        self.signature = signature


# --- The signatory's ----------------------------------------------------------------------------------------


def sign(
    letter: SignableLetter,
    *,
    kind: str,
    person: Person,
    country: str,
    language: str,
    exposure: str = Exposure.PUBLIC,
    wants_updates: bool = False,
    referrer: str = "",
    score: int = 0,
) -> Signature:
    """One INSERT, whatever was signed before; whether the address stands already is the mail worker's to find."""
    signature = Signature.objects.create(
        letter_id=letter.id,
        edition_id=letter.edition_id,
        kind=kind,
        country=country,
        language=language,
        exposure=exposure,
        sort_key=b"",
        sealed=person.seal(),
        address_digest=digest_of(letter.keys[kind], person.email, letter.canonicalisation),
        wants_updates=wants_updates,
        referrer=referrer,
        score=score,
    )
    transaction.on_commit(lambda: wake_once_a_second(SEND_MAIL))
    return signature


def confirm(signature: Signature) -> Signature:
    """Confirms a pending signature and returns the one that stands: itself, or the sibling that came before it.

    Raises WrongState when the letter has closed meanwhile.
    """
    with transaction.atomic():
        _lock_siblings(signature)
        row = _locked(signature)
        if row.state != State.PENDING:
            return row
        if row.superseded_by:
            return _locked(row.superseded_by)
        if not row.letter.is_open():
            raise WrongState(row)
        return _take_place(row)


def _lock_siblings(signature: Signature) -> None:
    """In one order, so that two links of one address, confirmed at once, wait for each other and do not collide."""
    rows = Signature.objects.filter(address_digest=signature.address_digest).order_by("pk")
    list(rows.select_for_update().values_list("pk"))


def _take_place(row: Signature) -> Signature:
    person = Person.open(row.sealed)
    state, verified, organisation = _verify(row, person)
    try:
        with transaction.atomic():
            _enter(row, state, person=person, verified=verified, organisation=organisation)
    except IntegrityError:
        return _give_way(row, person)
    if state == State.CONFIRMED and _is_outdated(row):
        row.mail, row.mail_due_at = Mail.STAND, timezone.now()
        row.save(update_fields=["mail", "mail_due_at"])
    pending = Signature.objects.filter(address_digest=row.address_digest, state=State.PENDING).exclude(
        pk=row.pk
    )
    for sibling in pending.select_for_update():
        if _is_sibling(sibling, person):
            sibling.superseded_by, sibling.mail_due_at = row, None
            sibling.save(update_fields=["superseded_by", "mail_due_at"])
    return row


def _is_outdated(row: Signature) -> bool:
    """Whether a new edition came after it was given, before it was confirmed."""
    given = Edition.objects.filter(pk=row.edition_id).values("number")
    newer = Edition.objects.filter(letter_id=row.letter_id, frozen_at__isnull=False, number__gt=given)
    return newer.exists()


def _give_way(row: Signature, person: Person) -> Signature:
    """To the signature that holds the place already: the link of this one opens that one from now on."""
    row.refresh_from_db()
    same = Signature.objects.filter(letter_id=row.letter_id, state__in=PLACED)
    winner = same.filter(kind=row.kind, address_digest=row.address_digest).first()
    if winner is None or row.kind == Kind.ORGANISATION:
        # Another representative of a known organisation was first: a person decides.
        _enter(row, State.WAITING, person=person, verified=Verified.MAIL, organisation=None)
        return row
    row.superseded_by, row.mail_due_at = winner, None
    row.save(update_fields=["superseded_by", "mail_due_at"])
    return winner


def _is_sibling(sibling: Signature, person: Person) -> bool:
    """One address may represent several organisations; siblings are those for the same one."""
    if sibling.kind == Kind.INDIVIDUAL:
        return True
    return name_key(Person.open(sibling.sealed).organisation) == name_key(person.organisation)


def _verify(row: Signature, person: Person) -> tuple[str, str, Organisation | None]:
    """State, how verified, and organisation on confirmation. A mailbox on a domain is no mandate: only an
    organisation whose name and domain a reviewer recorded earlier is approved by it. Nor does a mailbox say who a
    person is, so a name that the coalition looks out for waits."""
    if row.kind == Kind.INDIVIDUAL:
        waits = is_notable(row.letter_id, person.name)
        return State.WAITING if waits else State.CONFIRMED, Verified.MAIL, None
    known = Organisation.objects.filter(
        coalition=row.letter.lead,
        name_key=name_key(person.organisation),
        country=row.country,
        domain=registrable_domain(website_host(person.website)),
        verified_at__isnull=False,
    ).first()
    if known and known.domain and mailbox_is_on_website(person.email, person.website):
        return State.CONFIRMED, Verified.DOMAIN, known
    return State.WAITING, Verified.MAIL, None


def change(signature: Signature, *, name: str, country: str, exposure: str, wants_updates: bool) -> Signature:
    """What the signatory says anew; a narrower exposure ends the built documents at once, and a name that the
    coalition looks out for waits as if it had been signed with."""
    with transaction.atomic():
        row = _locked(signature)
        if row.state not in WITHDRAWABLE:
            raise WrongState(row)
        narrower = NARROWNESS[exposure] > NARROWNESS[row.exposure]
        name_before = row.public_name
        person = Person.open(row.sealed)
        renamed, person = name_key(name) != name_key(person.name), replace(person, name=name)
        row.exposure, row.wants_updates = exposure, wants_updates
        row.untallied = row.untallied or (row.country != country and row.state == State.CONFIRMED)
        row.country, row.sealed = country, person.seal()
        expose(row, person)
        fields = ["exposure", "wants_updates", "untallied", "country", "sealed", *EXPOSED]
        row.save(update_fields=fields)
        if narrower or name_before not in ("", row.public_name):
            mark_documents_stale(row.letter_id)
        elif row.state == State.CONFIRMED:
            mark_documents_changed(row.letter_id)
        stands_as_person = row.state == State.CONFIRMED and row.kind == Kind.INDIVIDUAL
        if renamed and stands_as_person and is_notable(row.letter_id, name):
            _enter(row, State.WAITING, person=person)
    transaction.on_commit(lambda: wake_once_a_second(FOLD))
    return row


def withdraw(signature: Signature) -> Signature:
    """Takes the name back, from whatever state it still can be taken back from."""
    with transaction.atomic():
        row = _locked(signature)
        if row.state in WITHDRAWABLE:
            _enter(row, State.WITHDRAWN)
    return row


def renew_link(signature: Signature) -> None:
    """Owes the mail again under a new link, for one whose time to confirm is over; the old link ends."""
    with transaction.atomic():
        row = _locked(signature)
        if row.state != State.PENDING or row.superseded_by_id:
            return
        row.link_version += 1
        row.state_at = row.mail_due_at = timezone.now()
        row.mail, row.mail_attempts = Mail.CONFIRM, 0
        row.save(update_fields=["link_version", "state_at", "mail_due_at", "mail", "mail_attempts"])
    transaction.on_commit(lambda: wake_once_a_second(SEND_MAIL))


def request_link(letter: SignableLetter, *, email: str, language: str) -> None:
    """One INSERT, whether or not the address has signed; the mail worker finds out."""
    LinkRequest.objects.create(
        letter_id=letter.id, sealed=Person(name="", email=email).seal(), language=language
    )
    transaction.on_commit(lambda: wake_once_a_second(SEND_MAIL))


# --- The desk's ---------------------------------------------------------------------------------------------


def approve_organisation(
    signature: Signature,
    *,
    actor: User,
    organisation: Organisation | None = None,
    evidence: str = "",
    within: Decision | None = None,
) -> Signature:
    """Lets a waiting organisation stand under the letter, recording it as reviewed; as one of many `within` a decision,
    or else as one that can be undone by itself.

    Raises WrongState, and AlreadySigned when that organisation stands there already.
    """
    try:
        with transaction.atomic():
            row = _locked(signature)
            if row.state == State.CONFIRMED:
                return row
            if row.state != State.WAITING:
                raise WrongState(row)
            person = Person.open(row.sealed)
            organisation = organisation or recorded_organisation(row, person)
            before = Standing.of(row)
            is_new = record_review(organisation, person, actor=actor, evidence=evidence)
            _enter(
                row,
                State.CONFIRMED,
                person=person,
                verified=Verified.REVIEWER,
                organisation=organisation,
                mail=True,
            )
            decision = within or make_decision(row.letter.lead, Verb.APPROVE, actor=actor)
            record_decided(decision, row, before, reviewed=organisation if is_new else None)
            _note(row, "organisation approved", actor, organisation=organisation.pk)
    except IntegrityError as error:
        raise AlreadySigned from error
    return row


def refuse_signature(
    signature: Signature, *, actor: User, reason: str, within: Decision | None = None
) -> Signature:
    """Refuses a waiting signature; the reason is mailed. Raises WrongState."""
    leaving = (State.WAITING,)
    return _decide(signature, State.REFUSED, leaving=leaving, actor=actor, reason=reason, within=within)


def remove_signature(
    signature: Signature, *, actor: User, reason: str, within: Decision | None = None
) -> Signature:
    """Takes an abusive signature off the list; it keeps its place and the reason is mailed. Raises WrongState."""
    leaving = (State.CONFIRMED, State.WAITING, State.QUARANTINED)
    return _decide(signature, State.REMOVED, leaving=leaving, actor=actor, reason=reason, within=within)


def restore_signature(signature: Signature, *, actor: User) -> Signature:
    """Undoes a removal. Raises WrongState."""
    with transaction.atomic():
        row = _locked(signature)
        if row.state != State.REMOVED:
            raise WrongState(row)
        before, row.state_reason = Standing.of(row), ""
        state = State.CONFIRMED if stands_when_restored(row) else State.WAITING
        _enter(row, state, person=Person.open(row.sealed))
        record_decided(make_decision(row.letter.lead, Verb.RESTORE, actor=actor), row, before)
        _note(row, "signature restored", actor)
    return row


def stands_when_restored(row: Signature) -> bool:
    """Whether a removed signature would stand under the letter again, rather than wait for a decision."""
    return bool(row.organisation_id or (row.kind == Kind.INDIVIDUAL and not waited_when_removed(row)))


def _decide(
    signature: Signature,
    state: str,
    *,
    leaving: tuple[str, ...],
    actor: User,
    reason: str,
    within: Decision | None,
) -> Signature:
    with transaction.atomic():
        row = _locked(signature)
        if row.state == state:
            return row
        if row.state not in leaving:
            raise WrongState(row)
        before, row.state_reason = Standing.of(row), reason
        report = settle_report(row, Report.Decision.REMOVED, actor=actor) if state == State.REMOVED else None
        _enter(row, state, mail=True)
        verb = Verb.REMOVE if state == State.REMOVED else Verb.REFUSE
        decision = within or make_decision(row.letter.lead, verb, actor=actor, reason=reason)
        record_decided(decision, row, before, report=report)
        _note(row, f"signature {state}", actor)
    return row


# --- What they share ----------------------------------------------------------------------------------------


def _locked(signature: Signature) -> Signature:
    rows = Signature.objects.select_related("letter", "superseded_by").select_for_update(of=("self",))
    return rows.get(pk=signature.pk)


def _enter(
    row: Signature, state: str, *, person: Person | None = None, mail: bool = False, **facts: Any
) -> None:
    """Moves a locked row to a state, with what follows from it: what is in clear, what is counted, what is owed. The
    mail of a decision waits for as long as it can be undone without a word."""
    left, now = row.state, timezone.now()
    row.state, row.state_at = state, now
    for name, value in facts.items():
        setattr(row, name, value)
    if state == State.CONFIRMED:
        row.confirmed_at = row.confirmed_at or now
    row.untallied = row.untallied or State.CONFIRMED in (left, state)
    person = person or Person.open(row.sealed)
    due = now + timedelta(seconds=settings.UNDO_SECONDS)
    row.mail, row.mail_due_at = (Mail.DECISION, due) if mail and person.email else (Mail.NONE, None)
    row.mail_attempts = 0
    expose(row, person)
    row.save()
    if left == State.CONFIRMED:
        mark_documents_stale(row.letter_id)
    transaction.on_commit(lambda: wake_once_a_second(FOLD))
    if mail:
        transaction.on_commit(lambda: wake_once_a_second(SEND_MAIL))


def _note(row: Signature, action: str, actor: User | None, **detail: Any) -> None:
    record_audit(
        row.letter.lead, action, letter=row.letter, actor=actor, detail={"signature": row.pk, **detail}
    )
