"""The product's own processes on the test database: Celery's worker, the embedded worker, the web server."""

import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests.parts.process import Process, free_port
from tests.settings import ENVIRONMENT, SCRATCH

BIN = Path(sys.executable).parent


def environment(**changes: str) -> dict[str, str]:
    """What a child process of the tests runs under: the test database, and nothing of the developer's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
    own = {
        "DJANGO_SETTINGS_MODULE": "campaign.settings",
        "DATABASE_URL": database_url(),
        "PYTHONUNBUFFERED": "1",
    }
    return {**kept, **ENVIRONMENT, "SITE_URL": settings.SITE_URL, **own, **changes}


def database_url() -> str:
    """The test database, in the words of DATABASE_URL."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    if "host" in known.get("OPTIONS", {}):
        return f"postgres://{known['USER']}@/{known['NAME']}?host={known['OPTIONS']['host']}"
    who = f"{known['USER']}:{quote(known['PASSWORD'] or '', safe='')}"
    return f"postgres://{who}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"


class Worker:
    """A Celery worker with its beat, as an operator runs it, or (`embedded`) as `manage.py work` does."""

    def __init__(self, *, embedded: bool = False, name: str = "worker", **env: str) -> None:
        self.command = _embedded_command() if embedded else _celery_command(name)
        self.env = env
        self.process: Process | None = None
        self.log = SCRATCH / f"{name}.log"

    def start(self) -> "Worker":
        self.log.unlink(missing_ok=True)
        self.process = Process(self.command, log=self.log, env=environment(**self.env), cwd=settings.BASE_DIR)
        self.process.wait_ready(lambda: " ready." in self.output())
        return self

    def stop(self) -> None:
        """Lets it finish what it is doing."""
        if self.process:
            self.process.stop()
            self.process.kill()

    def kill(self) -> None:
        """SIGKILL to it and its children, whatever they are doing."""
        if self.process:
            self.process.kill()

    def restart(self) -> None:
        self.kill()
        self.start()

    def output(self) -> str:
        return self.process.output() if self.process else ""


def _celery_command(name: str) -> list[str]:
    schedule = str(SCRATCH / f"{name}-beat-schedule")
    queues = ",".join(settings.QUEUES)
    own = [
        "-P",
        "prefork",
        "-c",
        "2",
        "-Q",
        queues,
        "-B",
        "-s",
        schedule,
        "--without-mingle",
        "--without-gossip",
        "-n",
        f"{name}@%h",
    ]
    return [str(BIN / "celery"), "-A", "campaign", "worker", "-l", "INFO", *own]


def _embedded_command() -> list[str]:
    return [sys.executable, "manage.py", "work"]


class Server:
    """granian as `make run` starts it, with static files collected and compressed."""

    def __init__(self, **env: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {"SITE_URL": self.url, **env}
        self.process: Process | None = None

    def start(self) -> "Server":
        collect_static()
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--no-log"]
        self.process = Process(
            [str(BIN / "granian"), *options, "campaign.wsgi:application"],
            log=SCRATCH / "server.log",
            env=environment(**self.env),
            cwd=settings.BASE_DIR,
        )
        self.process.wait_ready(self._answers)
        return self

    def stop(self) -> None:
        if self.process:
            self.process.stop()
            self.process.kill()

    def output(self) -> str:
        return self.process.output() if self.process else ""

    def _answers(self) -> bool:
        try:
            return urllib.request.urlopen(self.url + "/healthz", timeout=2).status == 200
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


def collect_static() -> None:
    if Path(settings.STATIC_ROOT, "staticfiles.json").exists():
        return
    shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment(), check=True, capture_output=True)
