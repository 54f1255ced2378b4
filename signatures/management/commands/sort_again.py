from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from campaign.collation import unique_key
from signatures.models import Signature

BATCH = 1000


class Command(BaseCommand):
    help = "Writes the sort keys of all shown names anew; to be run after an upgrade of ICU (pyicu-wheels)."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Signature.objects.exclude(public_name="").only("public_name").order_by("pk")
        batch: list[Signature] = []
        done = 0
        for row in tqdm(rows.iterator(chunk_size=BATCH), unit=" names", disable=None):
            row.sort_key = unique_key(row.public_name)
            batch.append(row)
            if len(batch) == BATCH:
                done += Signature.objects.bulk_update(batch, ["sort_key"])
                batch.clear()
        done += Signature.objects.bulk_update(batch, ["sort_key"])
        self.stdout.write(f"{done} sort keys written.")
