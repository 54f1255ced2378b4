"""Sends one mail and tells what became of it: taken, not taken now, refused, or nobody knows.

Django's SMTP backend tells only that sending failed. Whether the server may have the message all the same depends on
the moment: once the content has begun to go out, a connection that breaks leaves its fate open (RFC 5321, 4.5.3.2.6).
"""

import re
import smtplib
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address

GO_AHEAD = 354
# How long a server may look through a mail before it says whether it took it, in seconds; less than DELIVERY_LEASE.
ANSWER_SECONDS = 120


class NotTaken(Exception):
    """The server has not got the message, and may take it later."""


class CannotConnect(NotTaken):
    """The server could not be reached, or would not let us in: no mail of this batch can go."""


class Refused(Exception):
    """The server will not take the message, now or later."""


class FateUnknown(Exception):
    """The message may have been taken, or may not."""


def open_connection(connection: BaseEmailBackend) -> None:
    """Opens it unless it is open; raises CannotConnect."""
    try:
        connection.open()
    except OSError as error:  # an SMTPException is one too: a greeting of 5xx is no verdict on this mail
        raise CannotConnect(words_of(error)) from error


def send_message(connection: BaseEmailBackend, mail: EmailMessage) -> str:
    """The server's words as it took the mail; raises NotTaken, Refused or FateUnknown."""
    smtp = getattr(connection, "connection", None)
    if isinstance(smtp, smtplib.SMTP):
        return _send_by_smtp(smtp, mail)
    try:
        connection.send_messages([mail])
    except Exception as error:  # another backend raises what its provider's library raises
        raise FateUnknown(words_of(error)) from error
    return ""


def words_of(error: BaseException) -> str:
    """What the server said, or what went wrong."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _send_by_smtp(smtp: smtplib.SMTP, mail: EmailMessage) -> str:
    content = mail.message().as_bytes(linesep="\r\n")
    try:
        _announce(smtp, mail, len(content))
    except OSError as error:
        raise NotTaken(words_of(error)) from error
    try:
        smtp.send(_with_dots_doubled(content) + b".\r\n")
        answer = _awaited(smtp)
    except OSError as error:
        raise FateUnknown(words_of(error)) from error
    return _agreed(answer)


def _announce(smtp: smtplib.SMTP, mail: EmailMessage, size: int) -> None:
    """Everything before the content: sender, recipient, DATA."""
    smtp.ehlo_or_helo_if_needed()
    options = [f"size={size}"] if smtp.has_extn("size") else []
    options += ["body=8bitmime"] if smtp.has_extn("8bitmime") else []
    _agreed(smtp.mail(_mailbox(mail.from_email), options))
    for recipient in mail.recipients():
        _agreed(smtp.rcpt(_mailbox(recipient)))
    _agreed(smtp.docmd("DATA"), GO_AHEAD)


def _awaited(smtp: smtplib.SMTP) -> tuple[int, bytes]:
    """The answer to the content, which may take longer than any other (RFC 5321, 4.5.3.2.6)."""
    if (connected := smtp.sock) is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    usual = connected.gettimeout()
    connected.settimeout(ANSWER_SECONDS)
    answer = smtp.getreply()
    connected.settimeout(usual)
    return answer


def _agreed(answer: tuple[int, bytes], wanted: int | None = None) -> str:
    """The server's words if it agreed; raises NotTaken for 4xx, Refused for anything else."""
    code, words = answer
    if code == wanted or (wanted is None and 200 <= code < 300):
        return _words(code, words)
    raise (NotTaken if 400 <= code < 500 else Refused)(_words(code, words))


def _words(code: int, words: bytes | str) -> str:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(said.split())}"


def _mailbox(address: str) -> str:
    return parseaddr(sanitize_address(address, "utf-8"))[1]


def _with_dots_doubled(content: bytes) -> bytes:
    """A line of a single dot would end the message (RFC 5321, 4.5.2)."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended)
