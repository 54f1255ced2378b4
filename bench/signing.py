"""A signature's POST, all of it, against one raw parametrised INSERT of the same row, committed the same way."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from bench.data import COUNTRIES, FIRST, LAST, MAIN
from bench.ground import THREADS, Ground, Stage
from bench.load import PROCESSES, rate
from bench.pages import flatness
from bench.rounds import Pace, Samples
from bench.table import Figure, Row
from letters.models import Letter
from signatures.models import Exposure, Kind, Signature
from signatures.person import Person

FLOOR = 500  # signatures a second
_fork = multiprocessing.get_context("fork")
_run = iter(range(1_000_000))


def measure(ground: Ground, pace: Pace) -> list[Row]:
    samples = Samples()
    connections = clients()
    for _round in range(pace.rounds):
        for stage in ground.stages:
            samples.add(f"insert {stage.name}", insert_rate(stage, ground.letters.main, pace.seconds))
            samples.add(f"sign {stage.name}", sign_rate(stage, pace.seconds, connections // PROCESSES))
    rows = [_against_insert(samples, stage.name) for stage in ground.stages]
    rows += [_against_floor(samples, stage.name) for stage in ground.stages]
    return [*rows, flatness("sign", samples, "sign", ground)]


def clients() -> int:
    """As many connections to the database as the site has, so that both commit with as much company."""
    return (os.cpu_count() or 1) * THREADS


def _against_insert(samples: Samples, name: str) -> Row:
    insert = Figure("raw INSERT", samples.median(f"insert {name}"), "/s")
    sign = Figure("", samples.median(f"sign {name}"), "/s")
    return Row(f"sign, {name} signatures", sign, insert, samples.ratio(f"sign {name}", f"insert {name}"))


def _against_floor(samples: Samples, name: str) -> Row:
    sign = Figure("", samples.median(f"sign {name}"), "/s")
    return Row(f"sign, {name} signatures", sign, Figure("floor", FLOOR, "/s"), sign.value / FLOOR, 1.0)


# --- Through the site ---------------------------------------------------------------------------------------


def sign_rate(stage: Stage, seconds: float, connections: int) -> float:
    run = next(_run)
    return rate(
        stage.port,
        lambda process: forms(f"{run}.{process}", stage.server.url),
        status=303,
        seconds=seconds,
        connections=connections,
    )


def forms(mark: str, origin: str) -> Iterator[bytes]:
    """Posts as a browser sends them, no two of them by the same person."""
    number = 0
    while True:
        number += 1
        fields = {
            "kind": "individual",
            "name": f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}",
            "email": f"signer.{mark}.{number}@example{number % 50}.org",
            "country": COUNTRIES[number % len(COUNTRIES)],
            "role": "Teacher" if number % 3 else "",
            "affiliation": "University of Somewhere" if number % 5 == 0 else "",
            "exposure": (Exposure.PUBLIC, Exposure.PUBLIC, Exposure.INITIALS)[number % 3].value,
        }
        yield _post(f"/letters/{MAIN}/sign/", urlencode(fields).encode(), origin)


def _post(path: str, body: bytes, origin: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Origin: {origin}",
        f"Referer: {origin}{path}",
        "Sec-Fetch-Site: same-origin",
        "Accept-Encoding: gzip, br",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


# --- Straight into the table --------------------------------------------------------------------------------


def insert_rate(stage: Stage, letter: int, seconds: float) -> float:
    """Rows a second by as many processes as the site has threads."""
    statement, values, digest = insert_of_a_signature(letter)
    counts = _fork.Queue()
    inserters = [
        _fork.Process(target=_insert, args=(stage, statement, values, digest, seconds, counts), daemon=True)
        for _number in range(clients())
    ]
    for inserter in inserters:
        inserter.start()
    total = sum(counts.get(timeout=seconds + 60) for _inserter in inserters)
    for inserter in inserters:
        inserter.join()
    return total / seconds


def _insert(
    stage: Stage, statement: str, values: list[Any], digest: int, seconds: float, counts: Any
) -> None:
    connected = stage.connect()
    cursor = connected.cursor()
    rows, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        values[digest] = os.urandom(32)
        cursor.execute(statement, values)
        cursor.fetchone()
        rows += 1
    connected.close()
    counts.put(rows)


def insert_of_a_signature(letter: int) -> tuple[str, list[Any], int]:
    """The statement, its values, and which of them is the address's digest: the row that signing writes."""
    row = a_signature(Letter.objects.get(pk=letter), "signer.1.1@example.org")
    fields = [field for field in Signature._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [field.value_from_object(row) for field in fields]
    values = [
        str(value) if field.attname == "country" else value
        for field, value in zip(fields, values, strict=True)
    ]
    statement = f'INSERT INTO "{Signature._meta.db_table}" ({columns}) VALUES ({marks}) RETURNING "id"'
    return statement, values, [field.attname for field in fields].index("address_digest")


def a_signature(letter: Letter, email: str) -> Signature:
    """A pending one, not saved, whose confirmation is owed."""
    person = Person(name="Maryam Hussain", email=email, role="Teacher")
    return Signature(
        letter=letter,
        edition=letter.edition,
        kind=Kind.INDIVIDUAL,
        country="PK",
        language=settings.LANGUAGE_CODE,
        sort_key=b"",
        sealed=person.seal(),
        address_digest=os.urandom(32),
        mail_due_at=timezone.now(),
    )
