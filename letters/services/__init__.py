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
    NotReady,
    close_letter,
    letter_problems,
    open_letter,
    schedule_letter,
    unschedule_letter,
)
from letters.services.members import LastOwner, change_role, leave_coalition, remove_member

__all__ = [
    "Frozen",
    "LastOwner",
    "NotReady",
    "Stale",
    "add_addressee",
    "add_language",
    "add_member",
    "canonical_json",
    "change_role",
    "close_letter",
    "create_coalition",
    "create_letter",
    "delete_official",
    "freeze_edition",
    "leave_coalition",
    "letter_problems",
    "move_addressee",
    "open_letter",
    "record_audit",
    "register_official",
    "remove_addressee",
    "remove_language",
    "remove_member",
    "save_official",
    "save_settings",
    "save_text",
    "schedule_letter",
    "set_addressees",
    "set_asks",
    "text_version",
    "unschedule_letter",
]
