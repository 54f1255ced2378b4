import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu.connection import Connection
from kombu.simple import SimpleQueue

from campaign.filequeue import Transport

MESSAGES = 300


def connect(folder: Path) -> Connection:
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.001,
    }
    return Connection("files://localhost", transport=Transport, transport_options=options)


def fill(folder: Path, sender: int) -> None:
    with connect(folder) as connection:
        queue = connection.SimpleQueue(folder.name)
        for number in range(MESSAGES):
            queue.put([sender, number])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "messages").mkdir()
    (tmp_path / "control").mkdir()
    return tmp_path


@pytest.fixture
def queue(folder: Path) -> Iterator[SimpleQueue]:
    with connect(folder) as connection:
        # kombu remembers in the process which names it has bound, so that each test has to have its own.
        yield connection.SimpleQueue(folder.name)


def take(queue: SimpleQueue) -> list[int]:
    message = queue.get(timeout=10)
    message.ack()
    return message.payload


def test_no_message_is_torn_or_lost_between_processes(folder: Path, queue: SimpleQueue) -> None:
    spawning = multiprocessing.get_context("spawn")
    senders = [spawning.Process(target=fill, args=(folder, sender)) for sender in range(2)]
    for process in senders:
        process.start()
    taken = [take(queue) for _ in range(2 * MESSAGES)]
    for process in senders:
        process.join()
    assert sorted(taken) == [[sender, number] for sender in range(2) for number in range(MESSAGES)]
    assert not list((folder / "messages").iterdir())


def test_messages_come_in_the_order_they_were_sent(queue: SimpleQueue) -> None:
    for number in range(20):
        queue.put([number])
    assert [take(queue)[0] for _ in range(20)] == list(range(20))


def test_a_message_waits_for_a_queue_bound_later_by_another_process(folder: Path, queue: SimpleQueue) -> None:
    queue.put([1])
    with connect(folder) as other:
        assert take(other.SimpleQueue(folder.name)) == [1]


def test_what_is_cleared_is_gone(queue: SimpleQueue) -> None:
    queue.put([1])
    assert len(queue) == 1
    assert queue.clear() == 1
    assert len(queue) == 0
