from signatures.models.breakdown import Breakdown, Dimension
from signatures.models.document import Document
from signatures.models.guests import GuestImport, ImportRow, OrganisationMerge, OtherName
from signatures.models.links import InvitationLink, Opening, Reminder
from signatures.models.mailing import AddressQuota, DigestKey, LinkRequest
from signatures.models.organisation import DomainProof, Organisation
from signatures.models.review import DecidedComment, DecidedSignature, Decision, NotableName, Report
from signatures.models.room import Answer, Invitation
from signatures.models.signature import Exposure, Kind, Mail, Origin, Signature, State, Verified
from signatures.models.tally import CountryTotal, EditionTotal, Tally

__all__ = [
    "AddressQuota",
    "Answer",
    "Breakdown",
    "CountryTotal",
    "DecidedComment",
    "DecidedSignature",
    "Decision",
    "DigestKey",
    "Dimension",
    "Document",
    "DomainProof",
    "EditionTotal",
    "Exposure",
    "GuestImport",
    "ImportRow",
    "Invitation",
    "InvitationLink",
    "Kind",
    "LinkRequest",
    "Mail",
    "NotableName",
    "Opening",
    "Organisation",
    "OrganisationMerge",
    "Origin",
    "OtherName",
    "Reminder",
    "Report",
    "Signature",
    "State",
    "Tally",
    "Verified",
]
