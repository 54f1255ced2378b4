"""Every address of the desk, filled with what one letter's coalition owns."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, reverse

from campaign.urls import desk
from deliveries.ledger import snapshot_of
from deliveries.models import Delivery, Occasion
from letters.models import AskAnswer, Job, Letter, Update
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
        "update_id": _update(letter).pk,
        "answer_id": _answer(letter).pk,
        "official_id": coalition.officials.all()[0].pk,
        "signature_id": signature.pk,
        "delivery_id": delivery.pk,
        "job_id": job.pk,
    }


def _delivery(letter: Letter) -> Delivery:
    occasion = Occasion.objects.create(letter=letter)
    snapshot = snapshot_of(letter.addressees.all()[0])
    return Delivery.objects.create(occasion=occasion, edition=letter.edition, **snapshot)


def _update(letter: Letter) -> Update:
    return letter.updates.order_by("pk").first() or factories.make_update(letter)


def _answer(letter: Letter) -> AskAnswer:
    found = AskAnswer.objects.filter(ask__letter=letter).order_by("pk").first()
    return found or factories.make_answer(letter)


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
