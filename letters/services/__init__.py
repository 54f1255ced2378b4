"""Every verb on letters; each is one transaction and guards itself by the state that it leaves."""

from letters.services.addressees import (
    add_addressee,
    delete_official,
    move_addressee,
    register_official,
    remove_addressee,
    save_official,
    set_addressees,
)
from letters.services.checks import Check, NotReady, Weight, letter_checks, letter_problems
from letters.services.coalitions import add_member, create_coalition, record_audit
from letters.services.drafts import (
    Frozen,
    Stale,
    add_language,
    create_letter,
    remove_language,
    save_settings,
    save_text,
    set_asks,
    text_version,
)
from letters.services.editions import canonical_json, freeze_edition
from letters.services.launching import (
    archive_letter,
    close_letter,
    open_letter,
    postpone_letter,
    reopen_letter,
    schedule_letter,
    unschedule_letter,
)
from letters.services.revising import (
    begin_edition,
    discard_edition,
    edition_problems,
    edition_version,
    publish_edition,
    save_note,
)

__all__ = [
    "Check",
    "Frozen",
    "NotReady",
    "Stale",
    "Weight",
    "add_addressee",
    "add_language",
    "add_member",
    "archive_letter",
    "begin_edition",
    "canonical_json",
    "close_letter",
    "create_coalition",
    "create_letter",
    "delete_official",
    "discard_edition",
    "edition_problems",
    "edition_version",
    "freeze_edition",
    "letter_checks",
    "letter_problems",
    "move_addressee",
    "open_letter",
    "postpone_letter",
    "publish_edition",
    "record_audit",
    "register_official",
    "remove_addressee",
    "remove_language",
    "reopen_letter",
    "save_note",
    "save_official",
    "save_settings",
    "save_text",
    "schedule_letter",
    "set_addressees",
    "set_asks",
    "text_version",
    "unschedule_letter",
]
