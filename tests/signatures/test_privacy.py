"""A signer's address is planted and looked for wherever data rests: tables, logs, the queue."""

import io
import logging
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from signatures.mailing import send_owed_mail
from tests.factories import make_letter
from tests.parts.redis import Redis
from tests.signatures.test_signing import ORGANISATION, PERSON, mailed_link, post

pytestmark = pytest.mark.django_db(transaction=True)

CANARY = "canary.in.the.mine@example.net"
NETWORK = "203.0.113.77"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the site's own handlers write."""
    written = io.StringIO()
    for name in ("", "campaign.access"):
        for handler in logging.getLogger(name).handlers:
            if type(handler) is logging.StreamHandler:
                monkeypatch.setattr(handler, "stream", written)
    return written


@pytest.fixture
def signed(client: Client, redis_queue: str) -> Client:
    """Everything a signer can do, done under the canary's address from a telling network address."""
    client.defaults.update(REMOTE_ADDR=NETWORK, HTTP_X_FORWARDED_FOR=NETWORK)
    letter = make_letter()
    for form in (PERSON, ORGANISATION):
        post(client, letter.slug, {**form, "email": CANARY})
        send_owed_mail()
        client.post(mailed_link(), {"verb": "confirm"})
    client.post(reverse("signatures:lost_link", args=[letter.slug, "en"]), {"email": CANARY})
    post(client, letter.slug, {**PERSON, "email": CANARY, "name": ""})
    return client


def dump() -> bytes:
    """The whole database as it rests, every table and index of it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(connection.settings_dict["NAME"]).read_bytes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [text for (text,) in cursor.fetchall()]
    return "\n".join(rows).encode()


def test_no_table_holds_a_signers_address_or_network(signed: Client) -> None:
    stored = dump()
    assert b"signatures_signature" in stored or b"(" in stored
    for clue in (CANARY, CANARY.split("@")[0], NETWORK):
        assert clue.encode() not in stored
        assert clue.encode().hex().encode() not in stored


def test_no_log_line_holds_a_signers_address_network_or_token(log: io.StringIO, signed: Client) -> None:
    written = log.getvalue()
    assert "/signatures/<token>/" in written
    assert not [clue for clue in (CANARY, NETWORK, mailed_link().split("/")[2]) if clue in written]


def test_the_queue_holds_no_signers_address(signed: Client, redis_server: Redis) -> None:
    keys = redis_server.client.keys("*")
    held = b"".join(redis_server.client.dump(key) or b"" for key in keys)
    assert keys
    assert CANARY.encode() not in held
