"""Takes out of a text what must rest nowhere: mail addresses, network addresses, the tokens of mailed links."""

import logging
import re

_RULES = [
    (re.compile(r"(?i)[^\s<>\"'(),:;=\[\]]+@[^\s<>\"'(),;\]]+"), "<address>"),
    (re.compile(r"/signatures/[^/\s\"']{20,}"), "/signatures/<token>"),
    (re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"), "<network>"),
    (re.compile(r"(?i)(?<![:\w])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}(?![:\w])"), "<network>"),
]


def redact(text: str) -> str:
    """The text without mail addresses, IP addresses and signature tokens; its length and order otherwise kept."""
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
