"""Adds the rows of a signatories file, a batch a transaction; a row that is there already adds nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.utils import timezone

from campaign import sealing
from letters.models import Coalition, Edition, Letter
from signatures.imports.reading import Refused, Row
from signatures.keys import digest_of, letter_key
from signatures.models import Kind, Mail, Organisation, Origin, Signature, State, Verified
from signatures.models.signature import PLACED
from signatures.person import Person, expose
from signatures.rules import name_key, registrable_domain, website_host

BATCH = 500
# Who took the name back is not signed again by a list that was made before.
SETTLED = (*PLACED, State.WITHDRAWN)


@dataclass
class Report:
    """What became of the rows; `repeated` are lines that say what a line before them, or the letter, says already."""

    added: int = 0
    there: int = 0
    repeated: list[Refused] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@dataclass
class Import:
    """One run: the letter and what is looked up once, and the lines whose signatory this run has seen."""

    letter: Letter
    edition: Edition
    coalition: Coalition
    keys: dict[str, bytes]
    seen: dict[bytes, int] = field(default_factory=dict)
    report: Report = field(default_factory=Report)


def import_signatories(letter: Letter, rows: Iterable[Row | Refused]) -> Report:
    """Adds them under the letter's newest edition; the tallies are left to be folded."""
    purposes = (*Kind.values, "imported")
    run = Import(
        letter, letter.edition, letter.lead, {name: letter_key(letter.pk, name) for name in purposes}
    )
    for batch in _batches(rows):
        _add_batch(run, batch)
    return run.report


def _batches(rows: Iterable[Row | Refused]) -> Iterator[list[Row | Refused]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _add_batch(run: Import, batch: list[Row | Refused]) -> None:
    run.report.refused += [row for row in batch if isinstance(row, Refused)]
    fresh = [row for row in batch if isinstance(row, Row) and not _is_repeated(run, row)]
    with transaction.atomic():
        placed = _placed_digests(run, fresh)
        people = [row for row in fresh if row.kind == Kind.INDIVIDUAL and _digest(run, row) not in placed]
        bodies = _organisations_to_sign(run, [row for row in fresh if row.kind == Kind.ORGANISATION])
        signatures = [_signature(run, row) for row in people]
        signatures += [_signature(run, row, organisation) for row, organisation in bodies]
        Signature.objects.bulk_create(signatures)
    run.report.added += len(signatures)
    run.report.there += len(fresh) - len(signatures)


def _is_repeated(run: Import, row: Row) -> bool:
    mark = sealing.digest(run.keys["imported"], _mark(row))
    first = run.seen.setdefault(mark, row.line)
    if first != row.line:
        run.report.repeated.append(Refused(row.line, f"says the same as line {first}"))
    return first != row.line


def _mark(row: Row) -> str:
    """An organisation is one by its name and country; a person by the address, or else by all that is said."""
    if row.kind == Kind.ORGANISATION:
        return f"organisation\x1f{name_key(row.name)}\x1f{row.country}"
    return f"person\x1f{row.email.casefold()}" if row.email else row.identity()


def _digest(run: Import, row: Row) -> bytes | None:
    """By the address where there is one. Without one a person's is of the whole row, so that the database itself
    refuses the same row twice."""
    if row.email:
        return digest_of(run.keys[row.kind], row.email, run.letter.canonicalisation)
    if row.kind == Kind.INDIVIDUAL:
        return sealing.digest(run.keys["imported"], row.identity())
    return None


def _placed_digests(run: Import, rows: list[Row]) -> set[bytes]:
    digests = [digest for row in rows if row.kind == Kind.INDIVIDUAL and (digest := _digest(run, row))]
    found = Signature.objects.filter(address_digest__in=digests, kind=Kind.INDIVIDUAL, state__in=SETTLED)
    return {bytes(digest) for digest in found.values_list("address_digest", flat=True) if digest}


def _organisations_to_sign(run: Import, rows: list[Row]) -> list[tuple[Row, Organisation]]:
    """Each row with its organisation in the lead coalition's registry, made where missing; without the signed ones."""
    keys = {name_key(row.name) for row in rows}
    new = [_organisation(run, row) for row in rows]
    Organisation.objects.bulk_create(new, ignore_conflicts=True)
    known = Organisation.objects.filter(coalition=run.coalition, name_key__in=keys)
    by_name = {(found.name_key, str(found.country)): found for found in known}
    placed = Signature.objects.filter(letter=run.letter, organisation__in=by_name.values(), state__in=SETTLED)
    signed = set(placed.values_list("organisation_id", flat=True))
    pairs = [(row, by_name[name_key(row.name), row.country]) for row in rows]
    return [(row, organisation) for row, organisation in pairs if organisation.pk not in signed]


def _organisation(run: Import, row: Row) -> Organisation:
    return Organisation(
        coalition=run.coalition,
        name=row.name,
        name_key=name_key(row.name),
        country=row.country,
        website=row.website,
        domain=registrable_domain(website_host(row.website)),
    )


def _signature(run: Import, row: Row, organisation: Organisation | None = None) -> Signature:
    person = _person(row)
    signed_at = row.signed_at or timezone.now()
    signature = Signature(
        letter=run.letter,
        edition=run.edition,
        kind=row.kind,
        state=State.CONFIRMED,
        state_at=signed_at,
        origin=Origin.IMPORTED,
        verified=Verified.IMPORTED,
        organisation=organisation,
        country=row.country,
        language=run.letter.original_language,
        exposure=row.exposure,
        sealed=person.seal(),
        address_digest=_digest(run, row),
        consented_at=signed_at,
        confirmed_at=signed_at,
        mail=Mail.NONE,
        mail_due_at=None,
        untallied=True,
    )
    expose(signature, person)
    return signature


def _person(row: Row) -> Person:
    if row.kind == Kind.ORGANISATION:
        return Person(name="", email=row.email, role=row.role, organisation=row.name, website=row.website)
    return Person(name=row.name, email=row.email, role=row.role, affiliation=row.organisation)
