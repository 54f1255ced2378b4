"""Celery's queue in files: kombu's filesystem transport, made to write and to take each file whole.

kombu's own opens a file before it locks and fills it, so that another process can meet it empty, which loses the
message and ends the worker. Here a file is filled under another name and renamed, and taken by renaming, which is
atomic (POSIX) within the queue's folder.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        # Names sort by the time of sending, and end as kombu's do, so that its counting and purging finds them.
        name = f"{time.time_ns():020}_{uuid.uuid4().hex}.{queue}.msg"
        write_whole(Path(self.data_folder_out, name), dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        """The oldest message; raises Empty."""
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            if (payload := take_whole(Path(self.data_folder_in, name))) is not None:
                return loads(payload)
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._alone():
            table = self.get_table(exchange)
            if bound not in table:
                write_whole(self._exchange_file(exchange), dumps([bound, *table]))

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any
    ) -> None:
        with self._alone():
            gone = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
            left = [bound for bound in self.get_table(exchange) if bound != gone]
            write_whole(self._exchange_file(exchange), dumps(left))
        self._purge(queue)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process changes a table meanwhile."""
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with open(self.control_folder / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


def write_whole(path: Path, text: str) -> None:
    draft = path.with_name(f".{uuid.uuid4().hex}.draft")
    draft.write_text(text)
    draft.rename(path)


def take_whole(path: Path) -> str | None:
    """What the file holds, which is gone then; None when another process took it."""
    taken = path.with_name(f".{uuid.uuid4().hex}.taken")
    try:
        path.rename(taken)
    except FileNotFoundError:
        return None
    text = taken.read_text()
    taken.unlink()
    return text
