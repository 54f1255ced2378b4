from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from letters.files import LetterFileError, read_letter
from letters.importing import Imported, import_letter
from letters.services import NotReady

DESCRIPTION = """Import a letter and its translations.

Each file is Markdown with YAML front matter. The original says slug, coalition, language and to, and may say cc,
opens, closes, signers, asks, salutation, closing and retention_days; a translation needs only language. The first
line below the front matter is the title ("# ..."), the rest is the text.

A letter whose opening is past is opened at once, one whose opening is to come is scheduled, one without stays a draft.
Importing again changes a draft and never a letter that was launched. If anything is wrong in any of the files, all of
it is told with file and line, and nothing is written."""


class Command(BaseCommand):
    help = "Import a letter and its translations from Markdown files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.description, parser.formatter_class = DESCRIPTION, RawDescriptionHelpFormatter
        parser.add_argument(
            "files", nargs="+", metavar="FILE.md", type=Path, help="the original and its translations"
        )
        parser.add_argument("--draft", action="store_true", help="keep it a draft, whatever its opening says")

    def handle(self, *args: Any, files: list[Path], draft: bool, **options: Any) -> None:
        try:
            imported = import_letter(read_letter(files), as_draft=draft)
        except (LetterFileError, NotReady) as error:
            raise CommandError(f"nothing was imported\n{error}") from error
        self._tell(imported)
        for path in _left_beside(files):
            self.stderr.write(f"note: {path} lies beside and was not named, so it was not imported")

    def _tell(self, imported: Imported) -> None:
        letter, edition = imported.letter, imported.letter.edition
        if imported.coalition_is_new:
            self.stderr.write(
                f"warning: the coalition {imported.coalition.name!r} was not there, so it was made, with the contact "
                f"address {imported.coalition.email}. Nobody can work for it at the desk yet; add a member with:\n"
                f"  manage.py create_coalition {imported.coalition.slug} --owner member@example.org"
            )
        to, cc = letter.to_and_cc()
        languages = ", ".join(text.language for text in edition.texts.all())
        self.stdout.write(
            f"{letter.slug}: {'imported' if imported.is_new else 'draft updated'} for {imported.coalition.name}: "
            f"{languages}; {len(to)} addressed, {len(cc)} in copy, {letter.asks.count()} asks"
        )
        self.stdout.write(_state(imported))
        if edition.sha256:
            self.stdout.write(f"edition {edition}, SHA-256 {edition.sha256}")
        for note in imported.notes:
            self.stderr.write(f"note: {note}")


def _state(imported: Imported) -> str:
    letter = imported.letter
    if letter.is_public():
        return f"open at {settings.SITE_URL}{letter.get_absolute_url()}"
    if letter.scheduled_at and letter.opens_at:
        return f"scheduled to open at {letter.opens_at.isoformat()}"
    return f"a draft, at {settings.SITE_URL}/desk/{imported.coalition.slug}/letters/{letter.pk}/"


def _left_beside(files: list[Path]) -> list[Path]:
    """Translations of the first file, by their names, that were not given."""
    given = {path.resolve() for path in files}
    beside = sorted(files[0].parent.glob(f"{files[0].name.split('.')[0]}.*.md"))
    return [path for path in beside if path.resolve() not in given]
