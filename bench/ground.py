"""What is measured stands here: two databases, one empty and one full, each with a server of its own, and Redis."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from bench import data
from tests.parts.postgresql import PostgreSQL
from tests.parts.process import Process
from tests.parts.redis import Redis
from tests.parts.site import BIN, Server, collect_static, environment
from tests.settings import POSTGRESQL_SOCKETS, SCRATCH

SMALL, LARGE = "undersigned", "undersigned_large"
# Durable as by default, so that a commit here costs what it costs in production. The rest is what any guide to
# PostgreSQL sets first.
DURABLE = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "lc_messages": "C",
}
THREADS = 4


@dataclass
class Stage:
    """One database behind one server."""

    name: str
    database: str
    server: "BenchServer"

    @property
    def port(self) -> int:
        return self.server.port

    def connect(self) -> Any:
        """A psycopg2 connection that commits each statement by itself."""
        return connect(self.database)


@dataclass
class Ground:
    rows: int
    redis: Redis
    letters: data.Letters
    small: Stage
    large: Stage

    @property
    def stages(self) -> tuple[Stage, Stage]:
        return self.small, self.large


class BenchServer(Server):
    """granian with a worker a core, as in production, on one of the databases."""

    def __init__(self, database: str, **env: str) -> None:
        super().__init__(DATABASE_URL=url_of(database), DJANGO_SETTINGS_MODULE="bench.settings", **env)
        self.database = database

    def start(self) -> "BenchServer":
        workers = ["--workers", str(os.cpu_count() or 1), "--blocking-threads", str(THREADS)]
        options = [
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--no-log",
            *workers,
        ]
        self.process = Process(
            [str(BIN / "granian"), *options, "campaign.wsgi:application"],
            log=SCRATCH / f"server-{self.database}.log",
            env=environment(**self.env),
            cwd=settings.BASE_DIR,
        )
        self.process.wait_ready(self._answers)
        return self

    @property
    def workers(self) -> list[int]:
        """The processes that answer: granian's children."""
        assert self.process is not None
        pid = self.process.pid
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
        return [int(line) for line in found.stdout.split()]


def url_of(database: str) -> str:
    return f"postgres://undersigned@/{database}?host={POSTGRESQL_SOCKETS}"


def connect(database: str) -> Any:
    connected = psycopg2.connect(host=str(POSTGRESQL_SOCKETS), user="undersigned", dbname=database)
    connected.autocommit = True
    return connected


@contextmanager
def orm_on(stage: Stage) -> Iterator[None]:
    """Django, in this process, works on the database of that stage."""
    connection.close()
    connection.settings_dict["NAME"] = stage.database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = SMALL


@contextmanager
def stand(rows: int) -> Iterator[Ground]:
    """Brings all of it up, the large letter with `rows` signatures in it, and takes it down again."""
    with ExitStack() as stack:
        postgresql = PostgreSQL(POSTGRESQL_SOCKETS, DURABLE)
        stack.callback(postgresql.stop)
        postgresql.start()
        redis = Redis()
        stack.callback(redis.remove)
        redis.start()
        letters = fill_databases(rows)
        collect_static()
        servers = [BenchServer(name, REDIS_URL=redis.url) for name in (SMALL, LARGE)]
        for server in servers:
            stack.callback(server.stop)
            server.start()
        small, large = Stage("0", SMALL, servers[0]), Stage(f"{rows:,}", LARGE, servers[1])
        yield Ground(rows, redis, letters, small, large)
        connection.close()


def fill_databases(rows: int) -> data.Letters:
    administer(f"CREATE DATABASE {SMALL}")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0", "--no-input"],
        cwd=settings.BASE_DIR,
        env=environment(),
        check=True,
    )
    letters = data.make_letters()
    connection.close()
    administer(f"CREATE DATABASE {LARGE} TEMPLATE {SMALL}")
    data.fill(connect(SMALL), letters.few, people=data.FEW, organisations=0)
    data.fill(connect(LARGE), letters.main, people=rows, organisations=min(data.ORGANISATIONS, rows))
    return letters


def administer(statement: str) -> None:
    administrator = connect("postgres")
    administrator.cursor().execute(statement)
    administrator.close()
