"""What the worker does for deliveries. Each task finds its work in the database, so it may run twice, or late."""

import logging

from celery import shared_task

from deliveries import launching, sending
from letters.models import Letter, User

logger = logging.getLogger(__name__)


@shared_task
def keep_time() -> None:
    launching.keep_time()


@shared_task
def send_deliveries() -> None:
    for delivery in sending.send_owed():
        logger.info("delivery %s: %s", delivery.pk, delivery.state)


@shared_task
def send_trial(letter_id: int, user_id: int, language: str) -> None:
    letter = Letter.objects.get(pk=letter_id)
    sending.send_trial(letter, to=User.objects.get(pk=user_id).email, language=language)
