from letters.models.audit import AuditEntry
from letters.models.inviting import MemberInvitation
from letters.models.job import Job
from letters.models.letter import Ask, AskText, Edition, Letter, LetterCoalition, Text
from letters.models.mail import OwedMail
from letters.models.official import Addressee, Official
from letters.models.people import Coalition, Membership, User
from letters.models.publishing import PublishingRequest

__all__ = [
    "Addressee",
    "Ask",
    "AskText",
    "AuditEntry",
    "Coalition",
    "Edition",
    "Job",
    "Letter",
    "LetterCoalition",
    "MemberInvitation",
    "Membership",
    "Official",
    "OwedMail",
    "PublishingRequest",
    "Text",
    "User",
]
