"""`manage.py run` as a newcomer's terminal runs it: real processes, a database of their own."""

import os
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from tests.parts.process import Process, free_port, wait_until
from tests.settings import ENVIRONMENT


def run_site(folder: Path, port: int) -> Process:
    own = {"VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3", "PORT": str(port)}
    env = {**ENVIRONMENT, **own, "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "campaign.settings"}
    # SITE_URL has to follow PORT.
    del env["SITE_URL"]
    command = [sys.executable, "manage.py", "run"]
    return Process(command, log=folder / "log", env=env, cwd=settings.BASE_DIR)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def running(tmp_path: Path, port: int) -> Iterator[Process]:
    process = run_site(tmp_path, port)
    process.wait_ready(lambda: "Ctrl-C" in process.output() and " ready." in process.output())
    yield process
    process.stop()


def family(process: Process) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_one_terminal_runs_site_and_worker_and_stops_both(
    running: Process, port: int, how: signal.Signals
) -> None:
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").status == 200
    for place in ("/", "/desk/", "/mailbox/"):
        assert f"http://127.0.0.1:{port}{place}" in running.output()
    children = family(running)
    assert len(children) >= 2
    assert running.stop(how) == 0
    assert "Traceback" not in running.output()
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def test_a_child_that_dies_stops_the_rest_and_is_named(running: Process) -> None:
    worker = next(child for child in family(running) if "work" in child.cmdline())
    worker.kill()
    assert wait_until(lambda: running.child.poll() is not None)
    assert running.child.returncode == 1
    assert "The worker ended by itself" in running.output()


def test_nothing_is_left_when_it_is_killed_outright(running: Process) -> None:
    children = family(running)
    running.child.kill()
    wait_until(lambda: not [c for c in children if c.is_running() and c.status() != psutil.STATUS_ZOMBIE])


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = run_site(tmp_path, taken.getsockname()[1])
        assert process.child.wait(20) == 1
    assert "make run PORT=" in process.output()
    assert len(process.output().strip().splitlines()) == 1
    assert not (tmp_path / "site.sqlite3").exists()
