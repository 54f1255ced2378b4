import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from campaign.management.commands.work import make_folders
from letters.models import Letter
from signatures.demo import DEMO_EMAIL, DEMO_PASSWORD

HOST = "127.0.0.1"
PATIENCE = 15
PR_SET_PDEATHSIG = 1
Child = subprocess.Popen[bytes]

WHERE = """
  Site     {site}/
  Desk     {site}/desk/     sign in as {email} with the password {password}
  Mailbox  {site}/mailbox/  what the site mails, while DEBUG

  Ctrl-C stops it.
"""


class Command(BaseCommand):
    help = "Runs the site and its embedded worker in this terminal, on PORT (8000); Ctrl-C stops both."

    def handle(self, *args: Any, **options: Any) -> None:
        port = read_port(os.environ.get("PORT") or "8000")
        refuse_taken(port)
        children: dict[str, Child] = {}
        listen_to_signals()
        try:
            prepare_database(self)
            children = start_children(port)
            wait_for_server(port, children)
            self.stdout.write(where(port))
            self.stdout.flush()
            name = wait_for_an_end(children)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping ...")
            return
        finally:
            stop_children(children)
        raise CommandError(
            f"The {name} ended by itself (status {children[name].returncode}), so all is stopped."
        )


def read_port(value: str) -> int:
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise CommandError(f"PORT is {value!r}; say a number from 1 to 65535.")
    return int(value)


def refuse_taken(port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            reason = error.strerror
            raise CommandError(
                f"Port {port} cannot be had ({reason}); choose another: make run PORT=8080"
            ) from error


def listen_to_signals() -> None:
    """Ctrl-C, a polite kill and a closed terminal all come as KeyboardInterrupt."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def prepare_database(command: BaseCommand) -> None:
    make_folders()
    call_command("migrate", verbosity=0, interactive=False)
    # The demo's password is known to all, so it goes nowhere but into a site under development.
    if settings.DEBUG and not Letter.objects.exists():
        command.stdout.write("Loading the demo ...")
        # What it says of addresses is said better below, where PORT is known.
        call_command("load_demo", stdout=StringIO())


def start_children(port: int) -> dict[str, Child]:
    env = {"SITE_URL": site_url(port), **os.environ}
    python = Path(sys.executable)
    serve = [
        str(python.parent / "granian"),
        "--interface=wsgi",
        f"--host={HOST}",
        f"--port={port}",
        f"--workers={os.cpu_count() or 1}",
        "--blocking-threads=4",
        "--workers-kill-timeout=5",
        "--log-level=warning",
        "campaign.wsgi:application",
    ]
    work = [str(python), "manage.py", "work"]
    return {"worker": start_child(work, env), "server": start_child(serve, env)}


def start_child(command: list[str], env: dict[str, str]) -> Child:
    # In a session of its own, so that Ctrl-C reaches this process alone, which stops them in order.
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=env, start_new_session=True, preexec_fn=end_with_parent
    )


def end_with_parent() -> None:
    """Where the kernel can (Linux), has the child stopped should this process be killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_for_server(port: int, children: dict[str, Child]) -> None:
    """Until it answers, one of the two ends, or patience does."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and all(child.poll() is None for child in children.values()):
        with closing(socket.socket()) as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)


def wait_for_an_end(children: dict[str, Child]) -> str:
    """The name of the first child that ends by itself."""
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                return name
        time.sleep(0.2)


def stop_children(children: dict[str, Child]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for child in children.values():
        child.terminate()
    for child in children.values():
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def site_url(port: int) -> str:
    return f"http://{HOST}:{port}"


def where(port: int) -> str:
    return WHERE.format(
        site=os.environ.get("SITE_URL") or site_url(port), email=DEMO_EMAIL, password=DEMO_PASSWORD
    )
