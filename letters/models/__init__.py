from letters.models.job import Job
from letters.models.letter import Ask, AskText, Edition, Letter, LetterCoalition, Text
from letters.models.mail import OwedMail
from letters.models.official import Addressee, Official
from letters.models.people import AuditEntry, Coalition, Membership, User

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
    "Membership",
    "Official",
    "OwedMail",
    "Text",
    "User",
]
