from signatures.models.document import Document
from signatures.models.mailing import AddressQuota, DigestKey, LinkRequest
from signatures.models.organisation import DomainProof, Organisation
from signatures.models.room import Answer, Invitation
from signatures.models.signature import Exposure, Kind, Mail, Origin, Signature, State, Verified
from signatures.models.tally import CountryTotal, EditionTotal, Tally

__all__ = [
    "AddressQuota",
    "Answer",
    "CountryTotal",
    "DigestKey",
    "Document",
    "DomainProof",
    "EditionTotal",
    "Exposure",
    "Invitation",
    "Kind",
    "LinkRequest",
    "Mail",
    "Organisation",
    "Origin",
    "Signature",
    "State",
    "Tally",
    "Verified",
]
