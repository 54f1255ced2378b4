"""What the sign path must know of a letter, kept for a second by the process: signing reads no letter's row."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import caches
from django.http import Http404
from django.utils import timezone

from letters.public import letters_at
from signatures.keys import letter_key
from signatures.models import Kind

SECONDS = 1


@dataclass(frozen=True)
class SignableLetter:
    id: int
    slug: str
    edition_id: int
    languages: tuple[str, ...]
    original_language: str
    kinds: tuple[str, ...]
    canonicalisation: int
    is_closed: bool
    closes_at: datetime | None
    keys: dict[str, bytes]

    def is_open(self) -> bool:
        return not self.is_closed and (self.closes_at is None or self.closes_at > timezone.now())

    def language_or_original(self, language: str | None) -> str:
        """The language asked for; raises Http404 for one the letter is not in."""
        language = language or self.original_language
        if language not in self.languages:
            raise Http404("The letter is not in this language.")
        return language


def signable_letter(slug: str) -> SignableLetter:
    """The public letter at this address, open or not; raises Http404."""
    cache = caches["pages"]
    found = cache.get(f"signable:{slug}")
    if found is None:
        found = _read(slug)
        cache.set(f"signable:{slug}", found, SECONDS)
    return found


def _read(slug: str) -> SignableLetter:
    letter = letters_at(slug).prefetch_related("editions__texts").first()
    if letter is None:
        raise Http404("No such letter.")
    edition = letter.edition
    return SignableLetter(
        id=letter.id,
        slug=letter.slug,
        edition_id=edition.id,
        languages=tuple(text.language for text in edition.texts.all()),
        original_language=letter.original_language,
        kinds=tuple(kind for kind in Kind.values if letter.accepts(kind)),
        canonicalisation=letter.canonicalisation,
        is_closed=letter.is_closed(),
        closes_at=letter.closes_at,
        keys={kind: letter_key(letter.id, kind) for kind in Kind.values},
    )
