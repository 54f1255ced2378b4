"""Whom an organisation is written to, sealed: a contact address is never stored in clear."""

from dataclasses import asdict, dataclass
from typing import Self

from campaign import sealing


@dataclass(frozen=True)
class Contact:
    """The person or desk at an organisation that its invitation is mailed to; without an address, nothing can be."""

    name: str = ""
    email: str = ""

    def seal(self) -> bytes:
        return sealing.seal({key: value for key, value in asdict(self).items() if value})

    @classmethod
    def open(cls, sealed: bytes | memoryview) -> Self:
        """Raises campaign.sealing.CannotOpen."""
        return cls(**sealing.open_sealed(sealed))
