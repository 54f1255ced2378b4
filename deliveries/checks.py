"""All that is told of a letter before it is launched: what letters know, what signatures know, and what earlier
deliveries taught of the officials' addresses."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deliveries.models import Delivery, State
from letters.models import Addressee, Letter
from letters.services import Check, Weight, letter_checks
from signatures.moderation import waiting_counts

FAILED = (State.BOUNCED, State.REFUSED)


def launch_checks(letter: Letter, *, now: datetime | None = None) -> list[Check]:
    """In the reader's language. For a letter that is scheduled, whose text is frozen, what may still have changed."""
    own = [] if letter.is_frozen() else letter_checks(letter, now=now)
    return [*own, *_waiting(letter), *_addresses(letter)]


def _waiting(letter: Letter) -> Iterator[Check]:
    number = waiting_counts([letter])[letter.pk]
    if number:
        words = ngettext(
            "%s organisation waits for your review, and is not listed until then.",
            "%s organisations wait for your review, and are not listed until then.",
            number,
        )
        yield Check("waiting", words % number, "signatures", weight=Weight.WARNS)


def _addresses(letter: Letter) -> Iterator[Check]:
    addressees = list(letter.addressees.select_related("official"))
    failed = set(
        Delivery.objects.filter(
            state__in=FAILED, email__in={addressee.email for addressee in addressees}
        ).values_list("email", "addressee__official")
    )
    for addressee in addressees:
        if (addressee.email, addressee.official_id) in failed:
            words = _("The last mail to %s came back, or was refused.") % addressee.name
            yield Check(f"failed-{addressee.pk}", words, "addressees", weight=Weight.WARNS)
    unchecked = sum(map(_was_never_checked, addressees))
    if unchecked:
        words = ngettext(
            "The address of %s official was never checked.",
            "The addresses of %s officials were never checked.",
            unchecked,
        )
        yield Check("unchecked", words % unchecked, "addressees", weight=Weight.TELLS)


def _was_never_checked(addressee: Addressee) -> bool:
    return addressee.official is not None and addressee.official.checked_on is None
