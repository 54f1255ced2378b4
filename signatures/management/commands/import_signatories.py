from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from letters.finding import find_letter
from signatures.imports import BadFile, Refused, Report, Row, count_rows, import_signatories, read_rows
from signatures.tallies import fold_tallies

DESCRIPTION = """Import signatories under a letter.

The file is CSV in UTF-8 with the header kind,name,organisation,role,country,website,email,exposure,signed_at; only
kind (organisation or individual) and name are required. exposure is public, initials, country or counted: unsaid, it
is public for an organisation and counted for an individual. signed_at is ISO 8601.

Imported signatures are confirmed, labelled as imported, and mailed nothing. Importing the same file again adds
nothing. A row that is refused is told with its line and reason, the others go in, and the exit status is 1."""


class Command(BaseCommand):
    help = "Import signatories under a letter from a CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.description, parser.formatter_class = DESCRIPTION, RawDescriptionHelpFormatter
        parser.add_argument("slug", help="the letter's address")
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--coalition", default="", help="its slug, where several drafts share the address"
        )

    def handle(self, *args: Any, slug: str, file: Path, coalition: str, **options: Any) -> None:
        letter = find_letter(slug, coalition)
        try:
            report = import_signatories(letter, _with_progress(file))
        except BadFile as error:
            raise CommandError(str(error)) from error
        fold_tallies()
        self._tell(file, report)

    def _tell(self, file: Path, report: Report) -> None:
        for row in report.repeated:
            self.stderr.write(f"note: {file}:{row.line}: {row.reason}; it was not added twice")
        for row in report.refused:
            self.stderr.write(f"{file}:{row.line}: {row.reason}")
        there = report.there + len(report.repeated)
        summary = f"{report.added} added, {there} already there, {len(report.refused)} refused"
        if report.refused:
            raise CommandError(summary)
        self.stdout.write(summary)


def _with_progress(file: Path) -> Iterator[Row | Refused]:
    yield from tqdm(read_rows(file), total=count_rows(file), unit=" rows", disable=None)
