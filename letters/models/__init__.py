from letters.models.answer import AskAnswer, AskAnswerNote
from letters.models.job import Job
from letters.models.letter import Ask, AskText, Edition, Letter, LetterCoalition, Text
from letters.models.mail import OwedMail
from letters.models.official import Addressee, Official
from letters.models.people import AuditEntry, Coalition, Membership, User
from letters.models.update import PressContact, Quote, Update, UpdateText

__all__ = [
    "Addressee",
    "Ask",
    "AskAnswer",
    "AskAnswerNote",
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
    "PressContact",
    "Quote",
    "Text",
    "Update",
    "UpdateText",
    "User",
]
