"""What a letter can be started from: texts that come with the site, as Markdown files in letters/templates_to_start/,
and those that a coalition keeps."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaign.languages import direction_of
from letters.files import read_text
from letters.models import Coalition, LetterTemplate

FOLDER = Path(__file__).parent / "templates_to_start"
# By the name of their files, in the order in which they are offered.
BUILT_IN: dict[str, str | Promise] = {
    "internet-shutdown": _("An internet shutdown"),
    "detained-journalist": _("A detained journalist"),
    "bill": _("A bill before parliament"),
}
CONTENT = ("title", "salutation", "body", "closing", "asks")


@dataclass(frozen=True)
class Start:
    """A text to start from, in one language; `key` names it in a form, `pk` is 0 for one that comes with the site."""

    key: str
    name: str | Promise
    language: str
    content: dict[str, Any]
    pk: int = 0

    @property
    def direction(self) -> str:
        return direction_of(self.language)


@cache
def built_in_starts() -> tuple[Start, ...]:
    """Those that come with the site; raises LetterFileError for a file that is not as a letter's file is."""
    return tuple(
        _read(path, name) for slug, name in BUILT_IN.items() for path in sorted(FOLDER.glob(f"{slug}.*.md"))
    )


def starts_of(coalition: Coalition) -> list[Start]:
    """The coalition's own, by name."""
    return [
        Start(f"own-{row.pk}", row.name, row.language, {name: getattr(row, name) for name in CONTENT}, row.pk)
        for row in LetterTemplate.objects.filter(coalition=coalition)
    ]


def _read(path: Path, name: str | Promise) -> Start:
    text = read_text(path)
    return Start(path.stem, name, text.language, {name: getattr(text, name) for name in CONTENT})
