"""What the ledger holds: addressees as they were, and states that change by conditional UPDATE alone, with an event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaign.redaction import redact
from deliveries.models import Delivery, DeliveryEvent
from letters.models import Addressee, Letter

DETAIL_LENGTH = 500
COPIED = ("kind", "name", "office", "institution", "email", "language")


def snapshot_of(addressee: Addressee) -> dict[str, Any]:
    """The fields of a delivery that are the addressee's."""
    return {"addressee": addressee, **{name: getattr(addressee, name) for name in COPIED}}


def move(
    delivery: Delivery, state: str, detail: str = "", *, when: Mapping[str, object], **changes: object
) -> bool:
    """Moves the delivery if it still is as `when` says; tells whether it was, and writes the event if so."""
    values = {"state": state, "state_at": timezone.now(), **changes}
    with transaction.atomic():
        if not Delivery.objects.filter(pk=delivery.pk, **when).update(**values):
            return False
        write_event(delivery, state, detail)
    for name, value in values.items():
        setattr(delivery, name, value)
    return True


def write_event(delivery: Delivery, state: str, detail: str = "", *, at: datetime | None = None) -> None:
    """Writes an event; the detail is redacted, and cut to DETAIL_LENGTH characters."""
    DeliveryEvent.objects.create(
        delivery=delivery, state=state, detail=redact(detail)[:DETAIL_LENGTH], at=at or timezone.now()
    )


def ledger_rows(letter: Letter) -> list[dict[str, Any]]:
    """The whole ledger of a letter, oldest first, as plain values; times are ISO 8601 in UTC."""
    deliveries = Delivery.objects.filter(occasion__letter=letter).select_related("occasion", "edition")
    return [_row(delivery) for delivery in deliveries.prefetch_related("events").order_by("pk")]


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "official": describe(delivery),
        "address": delivery.email,
        "kind": delivery.kind,
        "occasion": delivery.occasion.number,
        "edition": str(delivery.edition),
        "state": delivery.state,
        "message_id": delivery.message_id,
        "events": [
            {"at": event.at.isoformat(), "state": event.state, "detail": event.detail}
            for event in delivery.events.all()
        ],
    }


def describe(official: Addressee | Delivery) -> str:
    """Name, office and institution, each said once; never an address."""
    parts = dict.fromkeys((official.name, official.office, official.institution))
    return ", ".join(part for part in parts if part)
