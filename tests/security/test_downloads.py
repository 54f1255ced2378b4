"""Slow readers of the list leave threads for everybody else."""

import gc
from typing import Any

import pytest
from django.test import Client

from signatures.views.downloads import places
from tests import factories


# Outside of the tests' own transaction, since a response that is closed closes its connection.
@pytest.mark.django_db(transaction=True)
def test_only_so_many_downloads_are_served_at_once(client: Client, settings: Any) -> None:
    gc.collect()
    settings.DOWNLOADS_AT_ONCE = places.taken + 2
    path = f"/letters/{factories.make_letter().slug}/signatories.csv"
    held = [client.get(path), client.get(path)]
    refused = client.get(path)
    assert (refused.status_code, refused.headers["Cache-Control"]) == (503, "no-store")
    assert held[0].getvalue()
    held[0].close()
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_a_download_that_fails_gives_its_place_back(client: Client) -> None:
    before = places.taken
    client.get("/letters/nothing/signatories.csv")
    assert places.taken == before
