"""What a visitor sends must neither stop the site as it is logged, nor write into the log what rests nowhere."""

import logging
import time

import pytest
from django.test import Client

from campaign.redaction import redact


@pytest.mark.parametrize("part", ["a", "1.1.1.1", "1.", "a:", "ab:cd:", "a.b-", "@", "a@", "/signatures/"])
def test_a_long_path_is_redacted_in_no_time(part: str) -> None:
    text = "GET /" + part * (60_000 // len(part)) + " 404"
    started = time.perf_counter()
    redact(text)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "text",
    [
        "sent to sana@example.org.",
        "<sana@example.org>",
        "x=sana@example.org",
        "/desk/?q=sana@example.org",
        "'sana.mirza+x@mail.example.org'",
        "@sana@example.org",
    ],
)
def test_an_address_is_redacted_wherever_it_stands(text: str) -> None:
    assert "example.org" not in redact(text)
    assert "sana" not in redact(text)


def test_the_key_that_resets_a_password_is_in_no_log() -> None:
    assert "secret-key" not in redact("GET /accounts/password/reset/key/1-secret-key/ 200")


def test_a_path_writes_one_line_into_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="campaign.access"):
        client.get("/nothing%0A2026-11-23%20INFO%20forged")
    lines = [record.getMessage() for record in caplog.records if record.name == "campaign.access"]
    assert len(lines) == 1
    assert "\n" not in lines[0]
