"""The coalition's door: its letters and officials."""

from letters.desk.jobs import cancel_job, show_job
from letters.desk.launching import archive, close, reopen, unschedule
from letters.desk.officials import (
    change_addressee,
    edit_addressees,
    edit_official,
    list_officials,
    new_official,
    remove_official,
)
from letters.desk.overview import show_coalition, show_home, show_letter
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
    "archive",
    "cancel_job",
    "change_addressee",
    "close",
    "edit_addressees",
    "edit_official",
    "edit_settings",
    "edit_text",
    "list_officials",
    "new_letter",
    "new_official",
    "preview_markdown",
    "remove_official",
    "remove_text",
    "reopen",
    "show_coalition",
    "show_home",
    "show_job",
    "show_letter",
    "show_proof",
    "unschedule",
]
