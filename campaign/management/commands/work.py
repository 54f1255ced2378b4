import warnings
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from campaign.celery import app

THREADS = 4


class Command(BaseCommand):
    help = "Runs the embedded worker: Celery's worker and beat in this one process, for every queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--threads", type=int, default=THREADS, help="how many tasks at a time (%(default)s)"
        )

    def handle(self, *args: Any, threads: int, **options: Any) -> None:
        make_folders()
        # Celery warns root of pickled tasks; here tasks are JSON alone, and a newcomer in a container is root.
        warnings.filterwarnings("ignore", message="You're running the worker with superuser")
        app.worker_main(
            [
                "--quiet",
                "worker",
                f"--concurrency={threads}",
                "--pool=threads",
                "--beat",
                f"--schedule={settings.VAR_DIR / 'beat-schedule'}",
                f"--queues={','.join(settings.QUEUES)}",
                "--loglevel=INFO",
                "--without-mingle",
                "--without-gossip",
                "--without-heartbeat",
            ]
        )


def make_folders() -> None:
    """Those that the queue of files and the schedule are kept in."""
    for name in ("messages", "control"):
        Path(settings.QUEUE_DIR, name).mkdir(parents=True, exist_ok=True)
