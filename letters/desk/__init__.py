"""The coalition's door: its letters and officials."""

from letters.desk.answers import retract_answer, show_answers
from letters.desk.commenting import list_comments, settle_comment
from letters.desk.history import list_versions, restore_version, show_version
from letters.desk.jobs import cancel_job, retry_job, show_job
from letters.desk.launching import archive, close, reopen, unschedule
from letters.desk.officials import (
    change_addressee,
    edit_addressees,
    edit_official,
    new_official,
    remove_official,
)
from letters.desk.overview import show_coalition, show_home, show_letter
from letters.desk.registry import (
    check_official,
    export_officials,
    import_officials,
    list_officials,
    show_office,
    succeed_official,
    switch_drafts,
)
from letters.desk.starting import list_templates, new_letter, remove_template, save_template
from letters.desk.translating import change_translator, list_translators, settle_translation
from letters.desk.updates import (
    add_update_language,
    call_update_off,
    delete_update,
    edit_update,
    list_updates,
    new_update,
    proof_update,
    proof_update_text,
    publish_update,
    withdraw_update,
)
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
    "add_update_language",
    "archive",
    "call_update_off",
    "cancel_job",
    "change_addressee",
    "change_translator",
    "check_official",
    "close",
    "delete_update",
    "edit_addressees",
    "edit_official",
    "edit_settings",
    "edit_text",
    "edit_update",
    "export_officials",
    "import_officials",
    "list_comments",
    "list_officials",
    "list_templates",
    "list_translators",
    "list_updates",
    "list_versions",
    "new_letter",
    "new_official",
    "new_update",
    "preview_markdown",
    "proof_update",
    "proof_update_text",
    "publish_update",
    "remove_official",
    "remove_template",
    "remove_text",
    "reopen",
    "restore_version",
    "retract_answer",
    "retry_job",
    "save_template",
    "settle_comment",
    "settle_translation",
    "show_answers",
    "show_coalition",
    "show_home",
    "show_job",
    "show_letter",
    "show_office",
    "show_proof",
    "show_version",
    "succeed_official",
    "switch_drafts",
    "unschedule",
    "withdraw_update",
]
