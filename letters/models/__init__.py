from letters.models.letter import Ask, AskText, Edition, Letter, LetterCoalition, Text
from letters.models.official import Addressee, Official
from letters.models.people import AuditEntry, Coalition, Membership, User

__all__ = [
    "Addressee",
    "Ask",
    "AskText",
    "AuditEntry",
    "Coalition",
    "Edition",
    "Letter",
    "LetterCoalition",
    "Membership",
    "Official",
    "Text",
    "User",
]
