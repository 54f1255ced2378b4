from django.urls import URLPattern, path

from letters import desk

LETTER = "<slug:coalition>/letters/<int:letter_id>/"
UPDATE = f"{LETTER}updates/<int:update_id>/"
OFFICIAL = "<slug:coalition>/officials/<int:official_id>/"

urlpatterns: list[URLPattern] = [
    path("", desk.show_home, name="home"),
    path("<slug:coalition>/", desk.show_coalition, name="coalition"),
    path("<slug:coalition>/letters/new/", desk.new_letter, name="letter_new"),
    path(LETTER, desk.show_letter, name="letter"),
    path(f"{LETTER}texts/", desk.add_text, name="text_add"),
    path(f"{LETTER}texts/<lang:language>/", desk.edit_text, name="letter_text"),
    path(f"{LETTER}texts/<lang:language>/remove/", desk.remove_text, name="text_remove"),
    path(f"{LETTER}texts/<lang:language>/state/", desk.settle_translation, name="text_state"),
    path(f"{LETTER}texts/<lang:language>/template/", desk.save_template, name="template_save"),
    path(f"{LETTER}texts/<lang:language>/versions/", desk.list_versions, name="text_versions"),
    path(
        f"{LETTER}texts/<lang:language>/versions/<int:version_number>/",
        desk.show_version,
        name="text_version",
    ),
    path(
        f"{LETTER}texts/<lang:language>/versions/<int:version_number>/restore/",
        desk.restore_version,
        name="text_restore",
    ),
    path(f"{LETTER}comments/", desk.list_comments, name="comments"),
    path(f"{LETTER}comments/<int:comment_id>/", desk.settle_comment, name="comment"),
    path(f"{LETTER}translators/", desk.list_translators, name="translators"),
    path(f"{LETTER}translators/<int:translator_id>/", desk.change_translator, name="translator"),
    path("<slug:coalition>/templates/", desk.list_templates, name="templates"),
    path(
        "<slug:coalition>/templates/<int:template_id>/delete/", desk.remove_template, name="template_delete"
    ),
    path(f"{LETTER}markdown/", desk.preview_markdown, name="letter_preview"),
    path(f"{LETTER}proof/<lang:language>/", desk.show_proof, name="letter_proof"),
    path(f"{LETTER}settings/", desk.edit_settings, name="letter_settings"),
    path(f"{LETTER}addressees/", desk.edit_addressees, name="addressees"),
    path(f"{LETTER}addressees/<int:addressee_id>/", desk.change_addressee, name="addressee"),
    path(f"{LETTER}unschedule/", desk.unschedule, name="letter_unschedule"),
    path(f"{LETTER}close/", desk.close, name="letter_close"),
    path(f"{LETTER}reopen/", desk.reopen, name="letter_reopen"),
    path(f"{LETTER}archive/", desk.archive, name="letter_archive"),
    path("<slug:coalition>/jobs/<int:job_id>/", desk.show_job, name="job"),
    path("<slug:coalition>/jobs/<int:job_id>/cancel/", desk.cancel_job, name="job_cancel"),
    path("<slug:coalition>/jobs/<int:job_id>/retry/", desk.retry_job, name="job_retry"),
    path("<slug:coalition>/officials/", desk.list_officials, name="officials"),
    path("<slug:coalition>/officials/new/", desk.new_official, name="official_new"),
    path("<slug:coalition>/officials/<int:official_id>/", desk.edit_official, name="official"),
    path(
        "<slug:coalition>/officials/<int:official_id>/delete/", desk.remove_official, name="official_delete"
    ),
    path(f"{LETTER}updates/", desk.list_updates, name="updates"),
    path(f"{LETTER}updates/new/", desk.new_update, name="update_new"),
    path(f"{UPDATE}<lang:language>/", desk.edit_update, name="update"),
    path(f"{UPDATE}languages/", desk.add_update_language, name="update_language_add"),
    path(f"{UPDATE}proof/<lang:language>/", desk.proof_update, name="update_proof"),
    path(f"{UPDATE}proof/<lang:language>.txt", desk.proof_update_text, name="update_proof_text"),
    path(f"{UPDATE}publish/", desk.publish_update, name="update_publish"),
    path(f"{UPDATE}call-off/", desk.call_update_off, name="update_call_off"),
    path(f"{UPDATE}withdraw/", desk.withdraw_update, name="update_withdraw"),
    path(f"{UPDATE}delete/", desk.delete_update, name="update_delete"),
    path(f"{LETTER}answers/", desk.show_answers, name="answers"),
    path(f"{LETTER}answers/<int:answer_id>/retract/", desk.retract_answer, name="answer_retract"),
    path("<slug:coalition>/officials/export.csv", desk.export_officials, name="officials_export"),
    path("<slug:coalition>/officials/import/", desk.import_officials, name="officials_import"),
    path(f"{OFFICIAL}office/", desk.show_office, name="office"),
    path(f"{OFFICIAL}checked/", desk.check_official, name="official_checked"),
    path(f"{OFFICIAL}successor/", desk.succeed_official, name="official_successor"),
    path(f"{OFFICIAL}switch/", desk.switch_drafts, name="official_switch"),
]
