"""The demonstration: one coalition, its letter in three languages, and signatories who are all invented."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

import letters
from letters.files import read_letter
from letters.importing import import_letter
from letters.models import Coalition, Letter, User
from letters.services import create_coalition
from signatures.imports import import_signatories, read_rows
from signatures.keys import address_digest
from signatures.models import Kind, Organisation, Signature, State, Verified
from signatures.person import Person, expose
from signatures.tallies import fold_tallies

DEMO_EMAIL = "demo@example.org"
DEMO_PASSWORD = "keep-it-on-2024"
FOLDER = Path(letters.__file__).parent / "demo"
LETTER_FILES = [FOLDER / name for name in ("keep-it-on.md", "keep-it-on.fr.md", "keep-it-on.ur.md")]
SIGNATORIES = FOLDER / "signatories.csv"
EVIDENCE = "A demonstration: its charter was read and its office called."
# So that the desk has something to decide: one on its own domain, one by free mail, one on a look-alike.
WAITING = [
    (
        "Jheel Digital Commons",
        "jheel-commons.example.org",
        "sana@jheel-commons.example.org",
        "Sana Mirza",
        "PK",
    ),
    ("Réseau Fibre Ouverte", "fibre-ouverte.example.net", "reseau.fibre@gmail.com", "Luc Ferrand", "FR"),
    (
        "Roshan Rabta Collective",
        "roshan-rabta.example.com",
        "desk@roshan-rabta.example.com",
        "A. Malik",
        "PK",
    ),
]


class NotInDebug(Exception):
    """The demo's password is known to everybody, so it is loaded only while DEBUG."""


def load_demo() -> Letter:
    """Makes the demonstration, or leaves the one that is there; raises NotInDebug."""
    if not settings.DEBUG:
        raise NotInDebug("the demo is loaded only with DEBUG=true: everybody knows its password")
    with transaction.atomic():
        file = read_letter(LETTER_FILES)
        found = Letter.objects.public().filter(slug=file.slug).first()
        if found:
            return found
        coalition = create_coalition(
            file.coalition, email="letters@opennet.example.org", owner=_owner(), is_demo=True
        )
        letter = import_letter(file).letter
        import_signatories(letter, read_rows(SIGNATORIES))
        _review_some(coalition, letter)
        _leave_some_waiting(letter)
    fold_tallies()
    return letter


def _owner() -> User:
    found = User.objects.filter(email=DEMO_EMAIL).first()
    return found or User.objects.create_user(DEMO_EMAIL, DEMO_PASSWORD, name="Demo Owner")


def _review_some(coalition: Coalition, letter: Letter) -> None:
    """Every other organisation, so that the signatory list shows more than one way of being verified."""
    reviewed = list(Organisation.objects.filter(coalition=coalition).order_by("pk")[::2])
    for organisation in reviewed:
        organisation.verified_at, organisation.evidence = timezone.now(), EVIDENCE
    Organisation.objects.bulk_update(reviewed, ["verified_at", "evidence"])
    Signature.objects.filter(letter=letter, organisation__in=reviewed).update(verified=Verified.REVIEWER)


def _leave_some_waiting(letter: Letter) -> None:
    Signature.objects.bulk_create([_waiting(letter, *facts) for facts in WAITING])


def _waiting(letter: Letter, *facts: str) -> Signature:
    name, host, email, representative, country = facts
    website = f"https://{host}"
    person = Person(name=representative, role="Director", email=email, organisation=name, website=website)
    signature = Signature(
        letter=letter,
        edition=letter.edition,
        kind=Kind.ORGANISATION,
        state=State.WAITING,
        verified=Verified.MAIL,
        country=country,
        language="en",
        sealed=person.seal(),
        address_digest=address_digest(letter.pk, Kind.ORGANISATION, email, letter.canonicalisation),
        mail="",
        mail_due_at=None,
    )
    expose(signature, person)
    return signature
