"""Thin tasks: each finds its own work in the database, so that one lost, doubled or late changes nothing."""

import logging

from celery import shared_task

# Those whose names are not used here register the steps of their jobs.
from signatures import bulk, documents, mailing, retention, reviewing, standing, tallies  # noqa: F401
from signatures.guests import steps  # noqa: F401
from signatures.room import inviting, reminding  # noqa: F401

logger = logging.getLogger(__name__)


@shared_task
def send_owed_mail() -> None:
    mailing.send_owed_mail()


@shared_task
def fold_tallies() -> None:
    tallies.fold_tallies()


@shared_task
def recount_tallies() -> None:
    tallies.recount_tallies()


@shared_task
def build_documents() -> None:
    documents.build_due_documents()


@shared_task
def destroy_expired() -> None:
    for what, rows in retention.destroy_expired().items():
        if rows:
            logger.info("destroyed %s %s", rows, what)


@shared_task
def send_due_reminders() -> None:
    reminding.send_due_reminders()
