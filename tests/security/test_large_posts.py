"""What is far too long is told as such, on a page of ours, and what to do instead."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db
IMPORTS = ("organisations_import", "officials_import")


def posts(client: Client, address: str) -> Iterator[object]:
    rows = "Bolo Bhi,PK\n" * 60_000
    typed = {"pasted": rows, "text": rows}
    yield client.post(address, typed)
    yield client.post(address, f"pasted={rows}", "application/x-www-form-urlencoded")
    yield client.post(address, {"file": SimpleUploadedFile("list.csv", b"x" * 10_000_000)})


@pytest.mark.parametrize("name", IMPORTS)
def test_too_long_a_paste_or_file_is_told_how_much_is_taken(member_client: MemberClient, name: str) -> None:
    address = reverse(f"desk:{name}", args=[member_client.coalition.slug])
    for answer in posts(member_client, address):
        assert answer.status_code == 413  # type: ignore[attr-defined]
        assert "512 KB" in answer.text  # type: ignore[attr-defined]
        assert "2 MB" in answer.text  # type: ignore[attr-defined]
        assert "no-store" in answer.headers["Cache-Control"]  # type: ignore[attr-defined]
        assert "Content-Security-Policy" in answer.headers  # type: ignore[attr-defined]
