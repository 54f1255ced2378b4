import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Q
from django.utils import timezone
from tqdm import tqdm

from deliveries.models import Delivery, DeliveryQuerySet, State
from deliveries.sending import send_owed
from deliveries.services import CannotHandOver, make_occasion
from letters.finding import find_letter
from letters.models import Letter

ARRIVED = (State.ACCEPTED, State.ANSWERED)
# How long a delivery that a worker has in hand is waited for, in seconds.
PATIENCE = 60


class Command(BaseCommand):
    help = (
        "Hands the current edition of a public letter over to its addressees, once, and sends the mails now. "
        "A second run finds nothing owed and exits 0; --again makes a new occasion for everybody. "
        "Exits 1 if any delivery was refused, is unknown, or waits to be tried again by the worker."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the letter's address, as in /letters/<slug>/")
        parser.add_argument(
            "--again", action="store_true", help="hand over again to who has this edition already"
        )
        parser.add_argument(
            "--coalition", default="", help="the coalition's slug, where two letters share an address"
        )

    def handle(self, *args: Any, slug: str, again: bool, coalition: str, **options: Any) -> None:
        letter = find_letter(slug, coalition)
        try:
            occasion = make_occasion(letter, again=again)
        except CannotHandOver as error:
            raise CommandError(f"{slug}: {error}") from error
        concerned = deliveries_concerned(letter, occasion.pk if occasion else None)
        if not concerned.exists():
            self.stdout.write(f"Nothing is owed: everybody has edition {letter.edition} of {slug}.")
            return
        send_with_progress(letter, concerned)
        self.tell(concerned)

    def tell(self, concerned: DeliveryQuerySet) -> None:
        """One line for each that has not arrived, and the sums; raises CommandError if there is such a one."""
        missing = concerned.exclude(state__in=ARRIVED)
        for delivery in missing.prefetch_related("events"):
            last = list(delivery.events.all())[-1]
            again = " (the worker tries again)" if delivery.state in (State.QUEUED, State.CLAIMED) else ""
            self.stdout.write(
                f"{delivery.name}: {delivery.get_state_display()}{again} {last.detail}".rstrip()
            )
        sums = Counter(str(State(state).label) for state in concerned.values_list("state", flat=True))
        summary = ", ".join(f"{number} {label}" for label, number in sums.most_common())
        if missing.exists():
            raise CommandError(f"Not everything arrived: {summary}.")
        self.stdout.write(f"Handed over: {summary}.")


def deliveries_concerned(letter: Letter, occasion_id: int | None) -> DeliveryQuerySet:
    """Those of the new occasion, and those of earlier ones that are not finished yet."""
    unfinished = Delivery.objects.unfinished().filter(occasion__letter=letter)
    wanted = Q(occasion=occasion_id) | Q(pk__in=list(unfinished.values_list("pk", flat=True)))
    return Delivery.objects.filter(wanted).order_by("pk")


def send_with_progress(letter: Letter, concerned: DeliveryQuerySet) -> None:
    """Sends what is due, then waits for what a worker took meanwhile; each is counted once it is settled."""
    with tqdm(total=concerned.count(), unit="mail", disable=None) as bar:
        for _ in send_owed(letter):
            bar.update(_settled(concerned) - bar.n)
        end = time.monotonic() + PATIENCE
        while in_other_hands(concerned).exists() and time.monotonic() < end:
            time.sleep(0.2)
            bar.update(_settled(concerned) - bar.n)


def in_other_hands(concerned: DeliveryQuerySet) -> DeliveryQuerySet:
    """Claimed, or reserved and never tried: what was put off has an event that says why."""
    told = concerned.annotate(told=Count("events"))
    return told.filter(Q(state=State.CLAIMED) | Q(state=State.QUEUED, told=1, due_at__gt=timezone.now()))


def _settled(concerned: DeliveryQuerySet) -> int:
    return concerned.count() - concerned.unfinished().count()
