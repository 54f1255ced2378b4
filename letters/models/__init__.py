from letters.models.answer import AskAnswer, AskAnswerNote
from letters.models.audit import AuditEntry
from letters.models.comment import Comment
from letters.models.inviting import MemberInvitation
from letters.models.job import Job
from letters.models.letter import Ask, AskText, Edition, Letter, LetterCoalition, Text
from letters.models.mail import OwedMail
from letters.models.official import Addressee, Official
from letters.models.people import Coalition, Membership, User
from letters.models.publishing import PublishingRequest
from letters.models.template import LetterTemplate
from letters.models.translator import Translator
from letters.models.update import PressContact, Quote, Update, UpdateText
from letters.models.versions import TextVersion, Translation

__all__ = [
    "Addressee",
    "Ask",
    "AskAnswer",
    "AskAnswerNote",
    "AskText",
    "AuditEntry",
    "Coalition",
    "Comment",
    "Edition",
    "Job",
    "Letter",
    "LetterCoalition",
    "LetterTemplate",
    "MemberInvitation",
    "Membership",
    "Official",
    "OwedMail",
    "PressContact",
    "PublishingRequest",
    "Quote",
    "Text",
    "TextVersion",
    "Translation",
    "Translator",
    "Update",
    "UpdateText",
    "User",
]
