"""The coalition's door: its letters and officials."""

from letters.desk.commenting import list_comments, settle_comment
from letters.desk.history import list_versions, restore_version, show_version
from letters.desk.jobs import cancel_job, retry_job, show_job
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
from letters.desk.starting import list_templates, new_letter, remove_template, save_template
from letters.desk.translating import change_translator, list_translators, settle_translation
from letters.desk.writing import (
    add_text,
    edit_settings,
    edit_text,
    preview_markdown,
    remove_text,
    show_proof,
)

__all__ = [
    "add_text",
    "archive",
    "cancel_job",
    "change_addressee",
    "change_translator",
    "close",
    "edit_addressees",
    "edit_official",
    "edit_settings",
    "edit_text",
    "list_comments",
    "list_officials",
    "list_templates",
    "list_translators",
    "list_versions",
    "new_letter",
    "new_official",
    "preview_markdown",
    "remove_official",
    "remove_template",
    "remove_text",
    "reopen",
    "restore_version",
    "retry_job",
    "save_template",
    "settle_comment",
    "settle_translation",
    "show_coalition",
    "show_home",
    "show_job",
    "show_letter",
    "show_proof",
    "show_version",
    "unschedule",
]
