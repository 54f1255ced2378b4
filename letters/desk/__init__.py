"""The coalition's door: its letters and officials, its members and its log."""

from letters.desk.answers import retract_answer, show_answers
from letters.desk.coalition import edit_coalition
from letters.desk.commenting import list_comments, moderate_comment, settle_comment
from letters.desk.history import list_versions, restore_version, show_version
from letters.desk.jobs import cancel_job, retry_job, show_job
from letters.desk.joining import show_invitation
from letters.desk.launching import archive, close, reopen, unschedule
from letters.desk.members import change_invitation, edit_member, leave, list_members, remove_member
from letters.desk.memory import export_letter_log, export_log, show_letter_log, show_log
from letters.desk.officials import (
    change_addressee,
    edit_addressees,
    edit_official,
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
from letters.desk.registry import (
    check_official,
    export_officials,
    import_officials,
    list_officials,
    show_office,
    succeed_official,
    switch_drafts,
)
from letters.desk.security import show_security
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
    "answer_request",
    "archive",
    "call_update_off",
    "cancel_job",
    "change_addressee",
    "change_invitation",
    "change_translator",
    "check_official",
    "close",
    "delete_update",
    "edit_addressees",
    "edit_coalition",
    "edit_member",
    "edit_official",
    "edit_settings",
    "edit_text",
    "edit_update",
    "export_letter_log",
    "export_log",
    "export_officials",
    "import_officials",
    "leave",
    "leave_publication",
    "list_comments",
    "list_members",
    "list_officials",
    "list_publishers",
    "list_templates",
    "list_translators",
    "list_updates",
    "list_versions",
    "moderate_comment",
    "new_letter",
    "new_official",
    "new_update",
    "preview_markdown",
    "proof_update",
    "proof_update_text",
    "publish_update",
    "remove_member",
    "remove_official",
    "remove_publisher",
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
    "show_invitation",
    "show_job",
    "show_letter",
    "show_letter_log",
    "show_log",
    "show_office",
    "show_proof",
    "show_security",
    "show_version",
    "succeed_official",
    "switch_drafts",
    "unschedule",
    "withdraw_request",
    "withdraw_update",
]
