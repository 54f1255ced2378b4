"""Takes out of a text what must rest nowhere: mail addresses, network addresses, the tokens of mailed links."""

import logging
import re

# IPv6 (RFC 4291, 2.2), shortened by '::' or not; a time of day has too few groups for either.
_GROUPS = r"[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*"
_SHORTENED = rf"(?:{_GROUPS})::(?:{_GROUPS})?|::{_GROUPS}"
_WHOLE = r"(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}"

# Only from where a word begins, and never back: a visitor chooses how long a path is.
_LOCAL = r"[^\s<>\"'(),:;=\[\]@]"

_RULES = [
    (re.compile(rf"(?<!{_LOCAL}){_LOCAL}++@[^\s<>\"'(),;\]]+"), "<address>"),
    (re.compile(r"/signatures/[^/\s\"']{20,}"), "/signatures/<token>"),
    (re.compile(r"/translate/[^/\s\"']{20,}"), "/translate/<token>"),
    (re.compile(r"/room/[^/\s\"']{20,}"), "/room/<token>"),
    (re.compile(r"/accounts/invitations/[^/\s\"']+"), "/accounts/invitations/<token>"),
    (re.compile(r"/accounts/password/reset/key/[^/\s\"']+"), "/accounts/password/reset/key/<key>"),
    (re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"), "<network>"),
    (re.compile(rf"(?i)(?<![:\w])(?:{_SHORTENED}|{_WHOLE})(?![:\w])"), "<network>"),
]


def redact(text: str) -> str:
    """The text without mail addresses, IP addresses and tokens of mailed links; its length and order otherwise kept."""
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    return text


class RedactFilter(logging.Filter):
    """Redacts a record's message; a traceback is redacted as it is formatted, once."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True
