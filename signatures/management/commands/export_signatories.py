from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from letters.finding import find_letter
from letters.models import Letter
from letters.services import record_audit
from signatures.documents import write_document
from signatures.exports.files import replace_file, write_export
from signatures.models import Document
from signatures.public import counts_of
from signatures.typesetting import TypesettingError

FORMATS = ("csv", "json", "xlsx", "pdf")


class Command(BaseCommand):
    help = (
        "Write the public signatory list of a letter to a file: what anybody may read. --full writes what the "
        "coalition knows, addresses and all, into a file that only you can read, and is noted in the audit log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the letter's address, as in /letters/<slug>/")
        parser.add_argument("--format", choices=FORMATS, required=True, dest="extension")
        parser.add_argument("--output", metavar="FILE", type=Path, required=True)
        parser.add_argument("--full", action="store_true", help="with private data; csv, json and xlsx only")
        parser.add_argument("--language", default="", help="of the PDF (default: the letter's original)")
        parser.add_argument(
            "--coalition", default="", help="the coalition's slug, where two letters share an address"
        )

    def handle(self, *args: Any, slug: str, extension: str, output: Path, **options: Any) -> None:
        letter, full = find_letter(slug, options["coalition"]), options["full"]
        if full and extension == "pdf":
            raise CommandError("--full is for csv, json and xlsx: a PDF is made to be shown.")
        if output.exists() and not output.is_file():
            raise CommandError(f"{output}: is not a file")
        if full:
            detail = {"format": extension, "by": "command"}
            record_audit(letter.lead, "full list exported", letter=letter, detail=detail)
        try:
            written = self._write(letter, extension, output, full, options["language"])
        except (OSError, TypesettingError) as error:
            raise CommandError(f"{output}: {getattr(error, 'strerror', None) or error}") from error
        self.stdout.write(f"{written}: {written.stat().st_size:,} bytes")

    def _write(self, letter: Letter, extension: str, output: Path, full: bool, language: str) -> Path:
        if extension == "pdf":
            language = _language(letter, language)
            return replace_file(
                output, lambda draft: write_document(letter, Document.Kind.LIST, language, draft)
            )
        counts = counts_of(letter)
        total = counts.organisations + counts.individuals
        with tqdm(total=total, unit="row", disable=None) as bar:
            write_export(letter, extension, output, full=full, tick=bar.update)
        return output


def _language(letter: Letter, wanted: str) -> str:
    languages = [text.language for text in letter.edition.texts.all()]
    if wanted and wanted not in languages:
        raise CommandError(f"the letter is not in {wanted!r}, but in {', '.join(languages)}")
    return wanted or letter.original_language
