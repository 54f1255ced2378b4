"""What is known of a signatory, sealed; and how much of it an exposure lets be shown."""

from dataclasses import asdict, dataclass
from typing import Self

from icu import BreakIterator, Locale

from campaign import sealing
from campaign.collation import unique_key
from signatures.models import Exposure, Kind, Signature


@dataclass(frozen=True)
class Person:
    """Who signed: a person, or an organisation (`organisation`, `website`) through its representative (`name`)."""

    name: str
    email: str = ""
    role: str = ""
    affiliation: str = ""
    organisation: str = ""
    website: str = ""

    def seal(self) -> bytes:
        return sealing.seal({key: value for key, value in asdict(self).items() if value})

    @classmethod
    def open(cls, sealed: bytes | memoryview) -> Self:
        """Raises campaign.sealing.CannotOpen."""
        return cls(**{"name": "", **sealing.open_sealed(sealed)})

    def signs_as(self, kind: str) -> str:
        """The name that stands under the letter when nothing is hidden."""
        return self.organisation if kind == Kind.ORGANISATION else self.name


@dataclass(frozen=True)
class Shown:
    """The part of a signatory that may rest in clear."""

    name: str = ""
    detail: str = ""
    website: str = ""


def shown(person: Person, kind: str, exposure: str) -> Shown:
    name = person.signs_as(kind)
    if exposure == Exposure.INITIALS:
        return Shown(name=initials(name))
    if exposure != Exposure.PUBLIC:
        return Shown()
    if kind == Kind.ORGANISATION:
        return Shown(name=name, website=person.website)
    return Shown(name=name, detail=", ".join(part for part in (person.role, person.affiliation) if part))


def initials(name: str) -> str:
    """The first grapheme (UAX #29) of each word, as 'A. K.': a base letter is not parted from its marks."""
    return " ".join(f"{_first_grapheme(word)}." for word in name.split()[:4])


def _first_grapheme(word: str) -> str:
    breaks = BreakIterator.createCharacterInstance(Locale.getRoot())
    breaks.setText(word)
    # ICU counts UTF-16 code units, which differ from Python's characters beyond the BMP.
    return word.encode("utf-16-le")[: breaks.nextBoundary() * 2].decode("utf-16-le")


def expose(signature: Signature, person: Person) -> None:
    """Sets the columns in clear (not saved) to what state and exposure allow; a row not confirmed shows nothing."""
    exposure = signature.exposure if signature.state == "confirmed" else Exposure.COUNTED
    allowed = shown(person, signature.kind, exposure)
    signature.public_name, signature.public_detail = allowed.name, allowed.detail
    signature.public_website = allowed.website
    # A hidden name must not be guessed from its place: such rows sort behind all names, by country.
    signature.sort_key = (
        unique_key(allowed.name) if allowed.name else b"\xfe" + unique_key(str(signature.country))
    )


EXPOSED = ["public_name", "public_detail", "public_website", "sort_key"]
