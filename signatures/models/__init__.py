from signatures.models.breakdown import Breakdown, Dimension
from signatures.models.document import Document
from signatures.models.mailing import AddressQuota, DigestKey, LinkRequest
from signatures.models.organisation import DomainProof, Organisation
from signatures.models.review import DecidedSignature, Decision, NotableName, Report
from signatures.models.room import Answer, Invitation
from signatures.models.signature import Exposure, Kind, Mail, Origin, Signature, State, Verified
from signatures.models.tally import CountryTotal, Tally

__all__ = [
    "AddressQuota",
    "Answer",
    "Breakdown",
    "CountryTotal",
    "DecidedSignature",
    "Decision",
    "DigestKey",
    "Dimension",
    "Document",
    "DomainProof",
    "Exposure",
    "Invitation",
    "Kind",
    "LinkRequest",
    "Mail",
    "NotableName",
    "Organisation",
    "Origin",
    "Report",
    "Signature",
    "State",
    "Tally",
    "Verified",
]
