"""Thin tasks: each finds its own work in the database, so that one lost, doubled or late changes nothing."""

import logging

from celery import shared_task

from signatures import documents, mailing, retention, tallies
from signatures import standing as standing  # registers the steps of its jobs

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
