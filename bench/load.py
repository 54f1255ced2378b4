"""Load from several processes, each with several connections kept alive; every answer is read whole and its status
checked, so that no error is counted as speed."""

import multiprocessing
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

PROCESSES = 2
WARM_UP = 0.6  # seconds
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "
# Gives the requests of one process, endlessly; its number keeps what they say apart from the others'.
Requests = Callable[[int], Iterator[bytes]]
_fork = multiprocessing.get_context("fork")


class WrongAnswer(Exception):
    """The site answered with another status than the measurement is about."""


def get(path: str, **headers: str) -> bytes:
    """A GET as a browser sends it."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip, br"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def always(request: bytes) -> Requests:
    def requests(_process: int) -> Iterator[bytes]:
        while True:
            yield request

    return requests


def rate(
    port: int, requests: Requests, *, status: int = 200, seconds: float = 2.0, connections: int = 4
) -> float:
    """Answers a second over PROCESSES times `connections`; raises WrongAnswer."""
    answers = _fork.Queue()
    drivers = [
        _fork.Process(
            target=_drive, args=(port, requests(number), status, seconds, connections, answers), daemon=True
        )
        for number in range(PROCESSES)
    ]
    for driver in drivers:
        driver.start()
    counted = [answers.get(timeout=seconds + 60) for _driver in drivers]
    for driver in drivers:
        driver.join()
    for problem in (found for found in counted if isinstance(found, str)):
        raise WrongAnswer(problem)
    return sum(counted) / seconds


def _drive(
    port: int,
    requests: Iterator[bytes],
    status: int,
    seconds: float,
    connections: int,
    answers: "multiprocessing.Queue[int | str]",
) -> None:
    try:
        answers.put(_Driver(port, requests, status).count(seconds, connections))
    except (WrongAnswer, OSError) as error:
        answers.put(f"{type(error).__name__}: {error}")


@dataclass
class _Connection:
    socket: socket.socket
    received: bytes = b""
    wanted: int = 0  # bytes of the whole answer, once its head is known


@dataclass
class _Driver:
    port: int
    requests: Iterator[bytes]
    status: int
    selector: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector)

    def count(self, seconds: float, connections: int) -> int:
        """Answers that came within `seconds`, after a warm-up in which as many came as there are connections."""
        for _number in range(connections):
            self._open()
        end = time.monotonic() + min(WARM_UP, seconds)
        while self._answer_until(end) < connections:
            end = time.monotonic() + seconds
        return self._answer_until(time.monotonic() + seconds)

    def _open(self) -> None:
        connected = socket.create_connection(("127.0.0.1", self.port))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(connected, selectors.EVENT_READ, _Connection(connected))
        connected.sendall(next(self.requests))

    def _answer_until(self, end: float) -> int:
        answered = 0
        while time.monotonic() < end:
            for key, _events in self.selector.select(timeout=0.05):
                answered += self._read(key.data)
        return answered

    def _read(self, connection: _Connection) -> bool:
        """Whether that was the end of an answer; the next request is then sent."""
        data = connection.socket.recv(1 << 18)
        if not data:
            raise WrongAnswer("the server closed the connection")
        connection.received += data
        connection.wanted = connection.wanted or self._length(connection.received)
        if not connection.wanted or len(connection.received) < connection.wanted:
            return False
        connection.received, connection.wanted = b"", 0
        connection.socket.sendall(next(self.requests))
        return True

    def _length(self, received: bytes) -> int:
        """Bytes of the whole answer; 0 while its head is incomplete. Raises WrongAnswer."""
        end = received.find(END_OF_HEAD)
        if end < 0:
            return 0
        if int(received[9:12]) != self.status:
            raise WrongAnswer(received[:300].decode(errors="replace"))
        head = received[:end].lower()
        start = head.find(LENGTH)
        length = int(head[start + len(LENGTH) :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        return end + len(END_OF_HEAD) + length
