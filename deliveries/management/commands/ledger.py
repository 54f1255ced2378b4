import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from deliveries.ledger import ledger_rows
from letters.finding import find_letter


class Command(BaseCommand):
    help = "Prints what became of every delivery of a letter, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the letter's address, as in /letters/<slug>/")
        parser.add_argument(
            "--coalition", default="", help="the coalition's slug, where two letters share an address"
        )
        parser.add_argument(
            "--format", choices=["text", "json"], default="text", help="(default: %(default)s)"
        )

    def handle(self, *args: Any, slug: str, coalition: str, format: str, **options: Any) -> None:
        rows = ledger_rows(find_letter(slug, coalition))
        if format == "json":
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for line in table(rows) if rows else ["Nothing has been handed over."]:
            self.stdout.write(line)


def table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """A line for each delivery, under the names of the columns."""
    cells = [["occasion", "edition", "kind", "state", "last change (UTC)", "official"]]
    cells += [_cells(row) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _cells(row: dict[str, Any]) -> list[str]:
    last = row["events"][-1]["at"][:19].replace("T", " ") if row["events"] else ""
    return [str(row["occasion"]), row["edition"], row["kind"], row["state"], last, row["official"]]
