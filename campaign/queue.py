"""Wakes workers. The database says what is owed, so a wake-up that is lost costs a second, not a mail."""

import logging

from django.core.cache import caches
from kombu.exceptions import OperationalError

from campaign.celery import app

logger = logging.getLogger(__name__)


def wake(task: str, *args: object) -> None:
    """Asks a worker to run the task now; a queue that is down is beat's business, never the visitor's."""
    try:
        app.send_task(task, args=args, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("could not wake %s: %s", task, type(error).__name__)


def wake_once_a_second(task: str) -> None:
    """The same for a task that finds all its work by itself: one call a second and process is enough."""
    if caches["pages"].add(f"wake:{task}", True, timeout=1):
        wake(task)
