import pytest

from campaign.sealing import CannotOpen
from signatures.contacts import Contact


@pytest.mark.parametrize(
    "contact", [Contact("Nighat", "nighat@drf.example.org"), Contact(email="a@b.example"), Contact()]
)
def test_a_contact_is_opened_as_it_was_sealed(contact: Contact) -> None:
    sealed = contact.seal()
    assert b"example" not in sealed
    assert Contact.open(sealed) == contact


def test_what_another_key_sealed_is_not_opened() -> None:
    with pytest.raises(CannotOpen):
        Contact.open(b"gAAAAABnonsense")
