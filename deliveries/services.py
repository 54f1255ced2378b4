from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from campaign.queue import wake
from deliveries.ledger import move, snapshot_of
from deliveries.models import Delivery, DeliveryEvent, Occasion, OccasionKind, State
from letters.models import Addressee, Edition, Letter, User
from letters.services import record_audit
from signatures.public import counts_of

SEND_DELIVERIES = "deliveries.tasks.send_deliveries"
# A person's answer can come in whatever the server made of the mail.
ANSWERABLE = (State.ACCEPTED, State.UNKNOWN, State.BOUNCED, State.ANSWERED)


class CannotHandOver(Exception):
    """Why the letter can't be handed over, in words for the person who tried."""


@transaction.atomic
def make_occasion(
    letter: Letter,
    *,
    kind: str = OccasionKind.HAND,
    actor: User | None = None,
    again: bool = False,
    after: int = 0,
) -> Occasion | None:
    """Queues one delivery of the current edition for each addressee it is owed to; None if it is owed to nobody.

    It is owed to who has none of this edition yet; `again` owes it to everybody. `after`, the number of the newest
    occasion that the person saw, keeps two people from handing over again at once. Raises CannotHandOver.
    """
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if not letter.is_public():
        raise CannotHandOver(_("A letter is handed over once it is public."))
    edition, number = letter.edition, _newest_number(letter)
    if again and after and after != number:
        return None
    addressees = addressees_owed(letter, edition, again=again)
    if not addressees:
        return None
    counts = counts_of(letter)
    occasion = Occasion.objects.create(
        letter=letter,
        number=number + 1,
        kind=kind,
        organisations=counts.organisations,
        individuals=counts.individuals,
        countries=counts.countries,
        created_by=actor,
    )
    _queue_deliveries(occasion, edition, addressees)
    detail = {"occasion": occasion.number, "edition": str(edition), "deliveries": len(addressees)}
    record_audit(letter.lead, gettext_noop("letter handed over"), letter=letter, actor=actor, detail=detail)
    transaction.on_commit(lambda: wake(SEND_DELIVERIES))
    return occasion


def addressees_owed(letter: Letter, edition: Edition, *, again: bool = False) -> Sequence[Addressee]:
    """Those in to, then those in copy, each in order. Who has a revision of an edition has the edition: a correction
    owes nobody another mail."""
    addressees = letter.addressees.all()
    return list(addressees if again else addressees.exclude(deliveries__edition__number=edition.number))


def resolve_unknown(delivery: Delivery, *, actor: User | None, resend: bool) -> bool:
    """A person's decision on a delivery of unknown fate; False if somebody decided before."""
    decide = _send_again if resend else _mark_arrived
    return decide(delivery, actor)


@transaction.atomic
def mark_answered(delivery: Delivery, *, actor: User | None, note: str = "") -> bool:
    """Writes down that the official answered; False if the delivery never got as far."""
    noted = move(delivery, State.ANSWERED, note, when={"state__in": ANSWERABLE})
    return noted and _record(delivery, gettext_noop("answer noted"), actor)


@transaction.atomic
def _send_again(delivery: Delivery, actor: User | None) -> bool:
    words, fresh = gettext_noop("sent again by decision"), {"due_at": timezone.now(), "attempts": 0}
    if not move(delivery, State.QUEUED, words, when={"state": State.UNKNOWN}, **fresh):
        return False
    transaction.on_commit(lambda: wake(SEND_DELIVERIES))
    return _record(delivery, gettext_noop("delivery sent again"), actor)


@transaction.atomic
def _mark_arrived(delivery: Delivery, actor: User | None) -> bool:
    arrived = move(delivery, State.ACCEPTED, gettext_noop("marked as arrived"), when={"state": State.UNKNOWN})
    return arrived and _record(delivery, gettext_noop("delivery marked as arrived"), actor)


def _record(delivery: Delivery, action: str, actor: User | None) -> bool:
    letter = delivery.occasion.letter
    record_audit(letter.lead, action, letter=letter, actor=actor, detail={"delivery": delivery.pk})
    return True


def _newest_number(letter: Letter) -> int:
    newest = letter.occasions.order_by("-number").first()
    return newest.number if newest else 0


def _queue_deliveries(occasion: Occasion, edition: Edition, addressees: Sequence[Addressee]) -> None:
    deliveries = Delivery.objects.bulk_create(
        Delivery(occasion=occasion, edition=edition, **snapshot_of(addressee)) for addressee in addressees
    )
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(delivery=delivery, state=State.QUEUED, detail="") for delivery in deliveries
    )
