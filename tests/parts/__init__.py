"""The real parts the tests run against, each brought up when first wanted and stopped with the tests.

PostgreSQL, Redis, an SMTP server, Chromium, Celery's worker and the web server. A part that cannot be had raises
MissingPart, which fails the tests that want it and says how to get it: none is ever skipped.
"""

from typing import ClassVar


class MissingPart(Exception):
    """A real part that the tests need is not on this machine; says which, and how to get it."""

    told: ClassVar[dict[str, None]] = {}

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.told[message] = None
