"""Thin tasks: each finds its own work in the database, so that one lost, doubled or late changes nothing."""

from celery import shared_task

from letters import jobs, mailing


@shared_task
def send_owed_mail() -> None:
    mailing.send_owed_mail()


@shared_task
def run_jobs() -> None:
    jobs.run_jobs()
