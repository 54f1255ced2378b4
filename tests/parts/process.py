"""Child processes that cannot outlive the tests."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """A process ended, or was not ready in time; holds the end of what it said."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(true: Callable[[], Any], *, seconds: float = 10, what: str = "") -> Any:
    """The first truthy answer; raises AssertionError when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := true():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds:g} s in vain{' for ' + what if what else ''}")


class Process:
    """A program in a session of its own, its output in a file; the kernel ends it if the tests die."""

    def __init__(self, command: Sequence[str], *, log: Path, env: dict[str, str], **popen: Any) -> None:
        self.log = log
        self.name = Path(command[0]).name
        with log.open("ab") as output:
            self.child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
                env=env,
                **popen,
            )

    @property
    def pid(self) -> int:
        return self.child.pid

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_ready(self, ready: Callable[[], Any], *, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not ready():
            if self.child.poll() is not None or time.monotonic() > end:
                self.kill()
                raise CannotStart(
                    f"{self.name} ended or was not ready in {seconds:g} s:\n{self.output()[-3000:]}"
                )
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM, *, seconds: float = 10) -> int:
        """Asks it to end, and ends it with all its children if it does not; its exit status."""
        if self.child.poll() is None:
            self.child.send_signal(how)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.child.returncode

    def kill(self) -> None:
        """SIGKILL to it and to all that it started."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait(10)


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
