"""The desk's pages, as an owner of a coalition with many letters and organisations reads them: the server's time for
each, in this process, so that nothing but making the page is measured."""

import logging
import time
from collections.abc import Callable, Iterator
from statistics import median, quantiles

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.data import COUNTRIES
from bench.ground import Ground, orm_on
from bench.rounds import Pace
from bench.table import Figure, Row
from letters.models import AuditEntry, Coalition, Letter, Membership, Official
from signatures.breakdowns import recount_breakdowns
from signatures.models import Invitation, Organisation, Report, Signature
from signatures.person import Person
from tests.desk import desk_addresses
from tests.factories import make_letter

LIMIT = 100.0  # milliseconds, of 19 requests in 20
ORGANISATIONS = 10  # for each letter of the pace
OFFICIALS, REPORTS, ENTRIES = 300, 200, 5_000


def measure(ground: Ground, pace: Pace) -> list[Row]:
    """In the large database; whatever page is added to the desk is measured too."""
    for name in ("campaign.access", "django.request"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with orm_on(ground.large):
        letter = furnish(ground, pace.desk)
        client = Client()
        client.force_login(Membership.objects.filter(coalition=letter.lead)[0].user)
        pages = [("home", reverse("desk:home")), *desk_addresses(letter)]
        return [row for name, url in pages for row in _measured(client, name, url, pace.visits)]


def _measured(client: Client, name: str, url: str, visits: int) -> Iterator[Row]:
    """Nothing for what is no page: a POST's address, a file, a way to another page."""
    first = client.get(url)
    if first.status_code != 200 or first.streaming:
        return
    taken = sorted(_milliseconds(lambda: client.get(url)) for _visit in range(visits))
    slowest = quantiles(taken, n=20)[-1]
    measured = Figure(f"median {median(taken):.0f}, 95 in 100 under", slowest, "ms")
    yield Row(f"desk {name}", measured, Figure("", LIMIT, "ms"), LIMIT / slowest, floor=1.0)


def _milliseconds(request: Callable[[], object]) -> float:
    started = time.perf_counter()
    request()
    return 1000 * (time.perf_counter() - started)


# --- What is read ------------------------------------------------------------------------------------------------


def furnish(ground: Ground, letters: int) -> Letter:
    """Gives the coalition of the large letter `letters` letters, and that one a full room and queue."""
    letter = Letter.objects.get(pk=ground.letters.main)
    coalition = letter.lead
    for number in range(letters - coalition.publications.count()):
        make_letter(slug=f"letter-of-{number}", coalition=coalition, addressees=1, copies=0)
    _add_organisations(coalition, letter, letters * ORGANISATIONS)
    _add_officials(coalition)
    _add_reports(letter)
    entries = [
        AuditEntry(coalition=coalition, letter=letter, action="signature refused", detail={"signature": n})
        for n in range(ENTRIES)
    ]
    AuditEntry.objects.bulk_create(entries, batch_size=1000)
    recount_breakdowns()
    connected = ground.large.connect()
    connected.cursor().execute("VACUUM ANALYZE")
    connected.close()
    return Letter.objects.get(pk=letter.pk)


def _add_organisations(coalition: Coalition, letter: Letter, number: int) -> None:
    """Each invited to the letter, and a fifth of them waiting for a decision."""
    organisations = Organisation.objects.bulk_create(
        [
            Organisation(
                coalition=coalition,
                name=f"Organisation {n}",
                name_key=f"organisation{n}",
                country=COUNTRIES[n % len(COUNTRIES)],
                website=f"https://www.organisation{n}.org/",
                domain=f"organisation{n}.org",
            )
            for n in range(number)
        ],
        batch_size=1000,
    )
    Invitation.objects.bulk_create(
        [
            Invitation(letter=letter, organisation=one, invited_at=timezone.now(), answer="")
            for one in organisations
        ],
        batch_size=1000,
    )
    _add_waiting(letter, organisations[::5])


def _add_waiting(letter: Letter, organisations: list[Organisation]) -> None:
    edition = letter.edition
    Signature.objects.bulk_create(
        [
            Signature(
                letter=letter,
                edition=edition,
                kind="organisation",
                state="waiting",
                verified="mail",
                country=one.country,
                language="en",
                sort_key=b"\xfe" + str(number).encode(),
                sealed=Person(
                    "Sana Mirza", f"sana@{one.domain}", organisation=one.name, website=one.website
                ).seal(),
                address_digest=number.to_bytes(32, "big"),
                mail="",
                mail_due_at=None,
            )
            for number, one in enumerate(organisations)
        ],
        batch_size=1000,
    )


def _add_officials(coalition: Coalition) -> None:
    Official.objects.bulk_create(
        [
            Official(
                coalition=coalition,
                name=f"Official {n}",
                office="Minister",
                institution="Government of Somewhere",
                country=COUNTRIES[n % len(COUNTRIES)],
                email=f"official{n}@government.example",
            )
            for n in range(OFFICIALS)
        ]
    )


def _add_reports(letter: Letter) -> None:
    rows = Signature.objects.filter(letter=letter, kind="individual", state="confirmed", exposure="public")
    Report.objects.bulk_create(
        [
            Report(letter=letter, signature=row, reason="never_signed")
            for row in rows.order_by("pk").only("pk")[:REPORTS]
        ]
    )
