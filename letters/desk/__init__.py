"""The coalition's door: its letters and officials, its members and its log."""

from letters.desk.coalition import edit_coalition
from letters.desk.jobs import cancel_job, show_job
from letters.desk.joining import show_invitation
from letters.desk.launching import close, unschedule
from letters.desk.members import change_invitation, edit_member, leave, list_members, remove_member
from letters.desk.memory import export_letter_log, export_log, show_letter_log, show_log
from letters.desk.officials import (
    change_addressee,
    edit_addressees,
    edit_official,
    list_officials,
    new_official,
    remove_official,
)
from letters.desk.overview import show_coalition, show_home, show_letter
from letters.desk.publishing import (
    answer_request,
    leave_publication,
    list_publishers,
    remove_publisher,
    withdraw_request,
)
from letters.desk.security import show_security
from letters.desk.writing import (
    add_text,
    edit_settings,
    edit_text,
    new_letter,
    preview_markdown,
    remove_text,
    show_proof,
)

__all__ = [
    "add_text",
    "answer_request",
    "cancel_job",
    "change_addressee",
    "change_invitation",
    "close",
    "edit_addressees",
    "edit_coalition",
    "edit_member",
    "edit_official",
    "edit_settings",
    "edit_text",
    "export_letter_log",
    "export_log",
    "leave",
    "leave_publication",
    "list_members",
    "list_officials",
    "list_publishers",
    "new_letter",
    "new_official",
    "preview_markdown",
    "remove_member",
    "remove_official",
    "remove_publisher",
    "remove_text",
    "show_coalition",
    "show_home",
    "show_invitation",
    "show_job",
    "show_letter",
    "show_letter_log",
    "show_log",
    "show_proof",
    "show_security",
    "unschedule",
    "withdraw_request",
]
