"""The long work of an import, in steps: its rows are read and compared; and, once decided, they are added."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Q
from django.utils import timezone

from campaign import sealing
from letters.jobs import job_step
from letters.models import Job
from signatures.contacts import Contact
from signatures.guests.likeness import Known, Register
from signatures.guests.reading import NO_CONTACT, Guest, RefusedRow, check_list, read_guests
from signatures.guests.words import language_for, zone_of
from signatures.models import GuestImport, ImportRow, Invitation, Organisation, OtherName
from signatures.rules import name_key, registrable_domain, website_host

READ_AT_ONCE = 500
ADDED_AT_ONCE = 250
IMPORT = "import_organisations"
ADD = "add_organisations"
State = ImportRow.State


# --- Reading and comparing ----------------------------------------------------------------------------------


@job_step(IMPORT)
def read_rows(job: Job) -> int:
    """Writes down the next rows of the list, and which organisations each may be."""
    guest_import = GuestImport.objects.select_related("letter").get(pk=job.detail["guests"])
    text = sealing.open_bytes(job.sealed or b"").decode()
    job.total = job.total or check_list(text)
    batch = list(islice(read_guests(text, job.detail["spoken"]), job.done, job.done + READ_AT_ONCE))
    ImportRow.objects.bulk_create(_compared(guest_import, batch))
    if not batch:
        GuestImport.objects.filter(pk=guest_import.pk, state=GuestImport.State.READING).update(
            state=GuestImport.State.READY
        )
    return len(batch)


def _compared(guest_import: GuestImport, batch: Iterable[Guest | RefusedRow]) -> list[ImportRow]:
    register = register_of(guest_import)
    rows = []
    for guest in batch:
        if isinstance(guest, RefusedRow):
            rows.append(_refused(guest_import, guest))
            continue
        known = known_of(guest.name, guest.country, guest.website, line=guest.line)
        rows.append(_row(guest_import, guest, known, register))
        register.add(known)
    _note_differences(guest_import, rows)
    return rows


def register_of(guest_import: GuestImport) -> Register:
    """All names in the coalition's registry, and those of the rows that were read before."""
    read = guest_import.rows.exclude(state=State.REFUSED).values_list("line", "name", "country", "website")
    register = registry_of(guest_import.coalition_id)
    for line, name, country, website in read.order_by("line"):
        register.add(known_of(name, country, website, line=line))
    return register


def registry_of(coalition_id: int) -> Register:
    return Register.of(names_in(coalition_id))


def names_in(coalition_id: int) -> Iterator[Known]:
    """All names of organisations that a coalition knows."""
    rows = Organisation.objects.filter(coalition=coalition_id)
    for pk, name, country, website, domain in rows.values_list("pk", "name", "country", "website", "domain"):
        yield Known({"organisation": pk}, name, country, domain or _domain_of(website))
    others = OtherName.objects.filter(coalition=coalition_id)
    for pk, name, country in others.values_list("organisation_id", "name", "country"):
        yield Known({"organisation": pk}, name, country)


def known_of(name: str, country: str, website: str, **what: int) -> Known:
    return Known(what, name, str(country), _domain_of(website))


def _domain_of(website: str) -> str:
    return registrable_domain(website_host(website)) if website else ""


def _refused(guest_import: GuestImport, row: RefusedRow) -> ImportRow:
    return ImportRow(
        guest_import=guest_import,
        line=row.line,
        state=State.REFUSED,
        reasons=[str(row.reason)],
        name=row.name,
    )


def _row(guest_import: GuestImport, guest: Guest, known: Known, register: Register) -> ImportRow:
    found = register.find(known)
    same = found.same or {}
    return ImportRow(
        guest_import=guest_import,
        line=guest.line,
        state=State.SAME if same else State.ALIKE if found.alike else State.NEW,
        name=guest.name,
        name_key=name_key(guest.name),
        country=guest.country,
        website=guest.website,
        language=guest.language,
        sealed=guest.contact.seal() if guest.contact != NO_CONTACT else None,
        candidates=found.alike,
        organisation_id=same.get("organisation"),
        same_as_line=same.get("line"),
    )


def _note_differences(guest_import: GuestImport, rows: Sequence[ImportRow]) -> None:
    """Of those known already, what the list says otherwise: it is told, and changes nothing."""
    known = {row.organisation_id: row for row in rows if row.state == State.SAME and row.organisation_id}
    for pk, website in Organisation.objects.filter(pk__in=known).values_list("pk", "website"):
        if known[pk].website and website_host(known[pk].website) != website_host(website):
            known[pk].reasons.append("website")
    invited = Invitation.objects.filter(letter=guest_import.letter_id, organisation__in=known)
    for pk, sealed in invited.exclude(sealed=None).values_list("organisation_id", "sealed"):
        if known[pk].sealed and not _same_mailbox(known[pk].sealed, sealed):
            known[pk].reasons.append("contact")


def _same_mailbox(*sealed: Any) -> bool:
    return len({Contact.open(one).email.casefold() for one in sealed}) == 1


# --- Adding -------------------------------------------------------------------------------------------------


@job_step(ADD)
def add_rows(job: Job) -> int:
    """Records the next organisations and gives them their place in the room; those whose name is recorded by now, or
    that are in the room already, are added no second time."""
    guest_import = GuestImport.objects.select_related("letter").get(pk=job.detail["guests"])
    rows = list(decided(guest_import).filter(line__gt=job.detail.get("line", 0))[:ADDED_AT_ONCE])
    if not rows:
        finish(guest_import, GuestImport.State.FINISHED)
        return 0
    job.detail["line"] = rows[-1].line
    guest_import.organisations += _record(guest_import, [row for row in rows if row.state == State.NEW])
    _join(guest_import, [row for row in rows if row.state in (State.SAME, State.MERGED)])
    guest_import.invitations += _make_room(guest_import, rows)
    guest_import.save(update_fields=["organisations", "invitations"])
    return len(rows)


def decided(guest_import: GuestImport) -> Any:
    """Rows that will be, or are, one organisation each, in the order of the list."""
    return guest_import.rows.filter(state__in=[State.NEW, State.SAME, State.MERGED]).order_by("line")


def finish(guest_import: GuestImport, state: str) -> None:
    """Ends an import; whom its rows named as contacts is destroyed."""
    guest_import.rows.update(sealed=None)
    guest_import.state, guest_import.finished_at = state, timezone.now()
    guest_import.save(update_fields=["state", "finished_at"])


def _record(guest_import: GuestImport, rows: list[ImportRow]) -> int:
    """Makes the organisations that are not there; how many."""
    keys = [row.name_key for row in rows]
    registry = Organisation.objects.filter(coalition=guest_import.coalition_id, name_key__in=keys)
    there = {(key, str(country)) for key, country in registry.values_list("name_key", "country")}
    new = [_organisation(guest_import, row) for row in rows if (row.name_key, str(row.country)) not in there]
    Organisation.objects.bulk_create(new, ignore_conflicts=True)
    by_name = {(one.name_key, str(one.country)): one for one in registry.all()}
    for row in rows:
        row.organisation = by_name[row.name_key, str(row.country)]
        row.state = State.ADDED if (row.name_key, str(row.country)) not in there else State.SAME
    ImportRow.objects.bulk_update(rows, ["organisation", "state"])
    return len(new)


def _organisation(guest_import: GuestImport, row: ImportRow) -> Organisation:
    return Organisation(
        coalition_id=guest_import.coalition_id,
        name=row.name,
        name_key=row.name_key,
        country=row.country,
        website=row.website,
        domain=_domain_of(row.website),
    )


def _join(guest_import: GuestImport, rows: list[ImportRow]) -> None:
    """Gives rows that are the same as an earlier line that line's organisation (none if it was left out), and
    remembers the names that a person said to be the same."""
    lines = [row.same_as_line for row in rows if row.same_as_line]
    earlier = dict(guest_import.rows.filter(line__in=lines).values_list("line", "organisation_id"))
    for row in rows:
        if row.same_as_line:
            # Earlier in this very batch too, since rows come in the order of the list.
            row.organisation_id = earlier[row.same_as_line]
            earlier[row.line] = row.organisation_id
    ImportRow.objects.bulk_update(rows, ["organisation"])
    OtherName.objects.bulk_create(
        [
            _other_name(guest_import, row, row.organisation_id)
            for row in rows
            if row.state == State.MERGED and row.organisation_id
        ],
        ignore_conflicts=True,
    )


def _other_name(guest_import: GuestImport, row: ImportRow, organisation: int) -> OtherName:
    return OtherName(
        coalition_id=guest_import.coalition_id,
        organisation_id=organisation,
        name=row.name,
        name_key=row.name_key,
        country=row.country,
    )


def _make_room(guest_import: GuestImport, rows: list[ImportRow]) -> int:
    """Invitations for organisations that have none under this letter; how many. One whose contact was not known gets
    it from the list."""
    letter = guest_import.letter
    if letter is None:
        return 0
    texts = [text.language for text in letter.working_edition.texts.all()]
    by_organisation: dict[int, ImportRow] = {}
    for row in rows:
        if row.organisation_id:
            first = by_organisation.setdefault(row.organisation_id, row)
            first.sealed = first.sealed or row.sealed
    invited = Invitation.objects.filter(letter=letter, organisation__in=by_organisation)
    there = dict(invited.values_list("organisation_id", "sealed"))
    new = [
        Invitation(
            letter=letter,
            organisation_id=pk,
            sealed=row.sealed,
            language=row.language or language_for(str(row.country), texts, letter.original_language),
            zone=zone_of(str(row.country)),
        )
        for pk, row in by_organisation.items()
        if pk not in there
    ]
    Invitation.objects.bulk_create(new, ignore_conflicts=True)
    for pk in (pk for pk, sealed in there.items() if sealed is None and by_organisation[pk].sealed):
        invited.filter(Q(organisation=pk, sealed=None)).update(sealed=by_organisation[pk].sealed)
    return len(new)
