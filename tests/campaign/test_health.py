import os
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.parts.redis import Redis


def test_a_living_process_says_ok_without_a_query(client: Client) -> None:
    # Without the database mark a query would raise.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_when_database_and_queue_answer(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_not_ready_without_redis(client: Client, redis_server: Redis, redis_queue: str) -> None:
    assert client.get("/readyz").status_code == 200
    redis_server.stop()
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"not ready: queue\n")


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_its_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", f"{os.devnull}/nothing")
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"not ready: database\n")
    connection.close()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_health_is_never_cached_and_sets_no_cookie(client: Client, path: str) -> None:
    response = client.get(path)
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies
