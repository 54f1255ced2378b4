"""What each role may do at the desk: the one table. docs/guide.md shows it, and the tests hold every page to it."""

from enum import StrEnum

from letters.models.people import Role


class May(StrEnum):
    """Something that a member may do, or not."""

    READ = "read"  # letters, the room's board, numbers, the ledger, the audit log
    COMMENT = "comment"  # on a draft
    WRITE = "write"  # texts, asks, officials, addressees, updates, answers
    INVITE = "invite"  # organisations into the room, translators to a language
    LAUNCH = "launch"  # schedule, postpone, call off, open, close, make an edition, hand over
    SIGNATURES = "signatures"  # see who signed, hidden names included
    MODERATE = "moderate"  # decide on signatures, organisations, comments and reports
    EXPORT = "export"  # take private data home
    MANAGE = "manage"  # members, their roles, the coalition itself, its co-publishers


ALL = frozenset(May)

TABLE: dict[str, frozenset[May]] = {
    Role.OWNER: ALL,
    Role.EDITOR: frozenset(
        {May.READ, May.COMMENT, May.WRITE, May.INVITE, May.LAUNCH, May.SIGNATURES, May.MODERATE}
    ),
    Role.MODERATOR: frozenset({May.READ, May.COMMENT, May.SIGNATURES, May.MODERATE}),
    Role.VIEWER: frozenset({May.READ}),
}
# At most this, whatever the role, on a letter that another coalition leads and theirs publishes with it: the data of
# who signed is the lead's.
CO_PUBLISHER = frozenset({May.READ, May.COMMENT})


def allowed(role: str, *, leads: bool = True) -> frozenset[May]:
    """What a member in that role may do with what their coalition owns, or only publishes with others."""
    return TABLE[role] if leads else TABLE[role] & CO_PUBLISHER
