"""Every address of the desk, filled with what one letter's coalition owns."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, reverse

from campaign.urls import desk
from deliveries.ledger import snapshot_of
from deliveries.models import Delivery, Occasion
from letters.models import Job, Letter
from signatures.models import Decision
from tests import factories


def desk_values(letter: Letter) -> dict[str, Any]:
    """A value for each part of an address that any page of the desk has: what is missing is made."""
    coalition = letter.lead
    signature = letter.signatures.order_by("pk").first() or factories.make_signature(
        letter, kind="organisation", state="waiting"
    )
    delivery = Delivery.objects.filter(occasion__letter=letter).order_by("pk").first() or _delivery(letter)
    job = coalition.jobs.order_by("pk").first() or Job.objects.create(coalition=coalition, kind="test")
    return {
        "coalition": coalition.slug,
        "letter_id": letter.pk,
        "language": letter.original_language,
        "addressee_id": letter.addressees.all()[0].pk,
        "official_id": coalition.officials.all()[0].pk,
        "signature_id": signature.pk,
        "delivery_id": delivery.pk,
        "job_id": job.pk,
        "decision_id": (
            coalition.decisions.first() or Decision.objects.create(coalition=coalition, verb="keep")
        ).pk,
        "extension": "csv",
    }


def _delivery(letter: Letter) -> Delivery:
    occasion = Occasion.objects.create(letter=letter)
    snapshot = snapshot_of(letter.addressees.all()[0])
    return Delivery.objects.create(occasion=occasion, edition=letter.edition, **snapshot)


def desk_addresses(letter: Letter, patterns: Iterable[URLPattern] = desk) -> Iterator[tuple[str, str]]:
    """(name, address) of every page that names a coalition, of all apps or of these patterns."""
    values = desk_values(letter)
    for pattern in patterns:
        wanted = list(pattern.pattern.converters)
        if "coalition" in wanted:
            yield (
                pattern.name or "",
                reverse(f"desk:{pattern.name}", kwargs={key: values[key] for key in wanted}),
            )
