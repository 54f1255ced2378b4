from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from campaign import sealing
from campaign.sealing import CannotOpen

PERSON = {"name": "آمنہ خان", "email": "amna@example.org", "role": ""}
people = st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=6)


@given(people)
def test_what_is_sealed_opens_again(person: dict[str, str]) -> None:
    assert sealing.open_sealed(sealing.seal(person)) == person


def test_nothing_of_a_person_shows_in_what_is_sealed() -> None:
    sealed = sealing.seal(PERSON)
    assert b"amna" not in sealed
    assert sealing.seal(PERSON) != sealed


def test_a_changed_blob_does_not_open() -> None:
    sealed = bytearray(sealing.seal(PERSON))
    sealed[30] ^= 1
    with pytest.raises(CannotOpen):
        sealing.open_sealed(bytes(sealed))


def test_a_memoryview_as_postgresql_gives_it_opens() -> None:
    assert sealing.open_sealed(memoryview(sealing.seal(PERSON))) == PERSON


def test_keys_rotate(settings: Any) -> None:
    old, new = settings.SEAL_KEYS[0], Fernet.generate_key().decode()
    sealed = sealing.seal(PERSON)
    settings.SEAL_KEYS = [new, old]
    resealed = sealing.reseal(sealed)
    settings.SEAL_KEYS = [new]
    assert sealing.open_sealed(resealed) == PERSON
    for attempt in (sealing.open_sealed, sealing.reseal):
        with pytest.raises(CannotOpen):
            attempt(sealed)


def test_a_digest_finds_a_value_only_under_its_own_key() -> None:
    key, other = sealing.new_digest_key(), sealing.new_digest_key()
    assert sealing.digest(key, "a@example.org") == sealing.digest(key, "a@example.org")
    assert len(sealing.digest(key, "a@example.org")) == 32
    assert sealing.digest(key, "a@example.org") != sealing.digest(other, "a@example.org")
    assert sealing.digest(key, "a@example.org") != sealing.digest(key, "b@example.org")
