"""Which text an organisation signed, so that it is told when that was changed."""

import hashlib
import json

from letters.models import Edition, Letter
from letters.services.editions import TEXT_FIELDS


def text_sha256(edition: Edition, language: str) -> str:
    """64 hex digits that name the text and the asks as they are read in a language; a prefetch of texts and asks saves
    the queries. A translation that is added or corrected changes no other language's."""
    text = edition.text_nearest(language)
    content = [text.language, [getattr(text, field) for field in TEXT_FIELDS], edition.asks_in(text.language)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def current_texts(letter: Letter) -> list[str]:
    """Those of all languages, as they are now."""
    edition = letter.working_edition
    return [text_sha256(edition, text.language) for text in edition.texts.all()]
