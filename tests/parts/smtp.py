"""A real SMTP server that records each message as it was received, and refuses by script."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.parts.process import free_port, wait_until

DROP = "drop"


@dataclass
class Received:
    """One message as the server took it; `connection` is the same for messages of one connection."""

    sender: str
    recipients: list[str]
    data: bytes
    connection: int
    dropped: bool = False
    message: EmailMessage = field(init=False)

    def __post_init__(self) -> None:
        self.message = message_from_bytes(self.data, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    def body(self, subtype: str = "plain") -> str:
        """The decoded text/plain (or text/html) part."""
        part = self.message.get_body((subtype,))
        return part.get_content() if part else ""

    def attachments(self) -> list[EmailMessage]:
        return list(self.message.iter_attachments())


class MailServer:
    """`messages` are those it answered 250; `dropped` those it took and then hung up on without a word."""

    def __init__(self) -> None:
        self.messages: list[Received] = []
        self.dropped: list[Received] = []
        self.scripts: dict[str, list[str]] = defaultdict(list)
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def clear(self) -> None:
        self.messages.clear()
        self.dropped.clear()
        self.scripts.clear()

    def script(self, address: str, replies: Sequence[str]) -> None:
        """What the next messages to `address` are answered, one each; after that all is accepted.

        "451 later" and "550 no" answer RCPT; "data 451 later" answers the message itself; "250" accepts; DROP
        takes the whole message and closes the connection without an answer.
        """
        self.scripts[address.lower()] = list(replies)

    def to(self, address: str) -> list[Received]:
        return [message for message in self.messages if address.lower() in map(str.lower, message.recipients)]

    def wait_for(self, count: int = 1, *, to: str = "", seconds: float = 15) -> list[Received]:
        """The messages (to one address, if it is named) once there are that many."""
        what = f"{count} messages{' to ' + to if to else ''}"
        found = lambda: self.to(to) if to else self.messages  # noqa: E731
        return wait_until(lambda: len(found()) >= count and list(found()), seconds=seconds, what=what)

    # --- what aiosmtpd calls, in its own thread ------------------------------------------------------------

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        script = self.scripts.get(address.lower())
        if script and not _answers_data(script[0]):
            reply = script.pop(0)
            if not reply.startswith("2"):
                return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        received = Received(
            envelope.mail_from or "",
            list(envelope.rcpt_tos),
            bytes(envelope.original_content or b""),
            id(session),
        )
        script = self.scripts.get(envelope.rcpt_tos[0].lower())
        reply = script.pop(0) if script and _answers_data(script[0]) else "250 OK"
        if reply == DROP:
            received.dropped = True
            self.dropped.append(received)
            assert server.transport is not None
            server.transport.close()
            return "421 gone"
        reply = reply.removeprefix("data ")
        if reply.startswith("2"):
            self.messages.append(received)
        return reply


def _answers_data(reply: str) -> bool:
    return reply == DROP or reply.startswith("data ")
