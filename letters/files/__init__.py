"""A letter as files: Markdown with YAML front matter, one file a language."""

from letters.files.reading import LetterFile, OfficialEntry, TextEntry, read_letter, read_text
from letters.files.source import LetterFileError, Place

__all__ = ["LetterFile", "LetterFileError", "OfficialEntry", "Place", "TextEntry", "read_letter", "read_text"]
