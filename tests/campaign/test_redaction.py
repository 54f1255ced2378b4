import logging

import pytest

from campaign.redaction import RedactFilter, redact

TOKEN = "eyJzIjoxLCJ2IjoxfQ:1rXyZa:abcdefghijklmnop"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("550 5.1.1 <Ada.Lovelace+x@example.org>: no such user", "550 5.1.1 <<address>>: no such user"),
        ("to=آمنہ@example.pk, relay=mail", "to=<address>, relay=mail"),
        ("connect from 203.0.113.7:25", "connect from <network>:25"),
        ("from [2001:db8:0:0:0:0:0:1] refused", "from [<network>] refused"),
        ("from 2001:db8::7334 refused", "from <network> refused"),
        ("from ::1 or fe80:: or ::ffff:203.0.113.7", "from <network> or <network> or ::ffff:<network>"),
        (f"GET /signatures/{TOKEN}/ 200", "GET /signatures/<token>/ 200"),
        (f"GET /translate/{TOKEN}/ 200", "GET /translate/<token>/ 200"),
        ("Django 5.2.19 at 09:30:01, build 1.2.3", "Django 5.2.19 at 09:30:01, build 1.2.3"),
        ("/signatures/own/ stays", "/signatures/own/ stays"),
    ],
)
def test_what_must_rest_nowhere_is_taken_out(text: str, redacted: str) -> None:
    assert redact(text) == redacted


def test_a_record_is_redacted_with_its_arguments_and_traceback() -> None:
    try:
        raise ValueError("ada@example.org")
    except ValueError as error:
        caught = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "to %s", ("ada@example.org",), caught)
    assert RedactFilter().filter(record)
    assert "ada@" not in logging.Formatter().format(record)
    assert record.getMessage() == "to <address>"
