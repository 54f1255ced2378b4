"""The coalition's door: launching a letter, its editions, handing it over, and what became of each delivery."""

from deliveries.desk.handing_over import (
    deliveries,
    delivery_decide,
    delivery_preview,
    delivery_trial,
)
from deliveries.desk.launching import letter_publish
from deliveries.desk.revising import edition_discard, edition_publish, editions

__all__ = [
    "deliveries",
    "delivery_decide",
    "delivery_preview",
    "delivery_trial",
    "edition_discard",
    "edition_publish",
    "editions",
    "letter_publish",
]
