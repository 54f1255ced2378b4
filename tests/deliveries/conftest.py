import pytest

from letters.models import Letter
from tests.factories import make_letter, make_signature


@pytest.fixture
def letter(db: None) -> Letter:
    """Public, with two addressees and one in copy, signed by an organisation and a person."""
    letter = make_letter()
    make_signature(letter, kind="organisation")
    make_signature(letter)
    return letter
