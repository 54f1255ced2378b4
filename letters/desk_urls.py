from django.urls import URLPattern, path

from letters import desk

LETTER = "<slug:coalition>/letters/<int:letter_id>/"

urlpatterns: list[URLPattern] = [
    path("", desk.show_home, name="home"),
    path("<slug:coalition>/", desk.show_coalition, name="coalition"),
    path("<slug:coalition>/letters/new/", desk.new_letter, name="letter_new"),
    path(LETTER, desk.show_letter, name="letter"),
    path(f"{LETTER}texts/", desk.add_text, name="text_add"),
    path(f"{LETTER}texts/<lang:language>/", desk.edit_text, name="letter_text"),
    path(f"{LETTER}texts/<lang:language>/remove/", desk.remove_text, name="text_remove"),
    path(f"{LETTER}markdown/", desk.preview_markdown, name="letter_preview"),
    path(f"{LETTER}proof/<lang:language>/", desk.show_proof, name="letter_proof"),
    path(f"{LETTER}settings/", desk.edit_settings, name="letter_settings"),
    path(f"{LETTER}addressees/", desk.edit_addressees, name="addressees"),
    path(f"{LETTER}addressees/<int:addressee_id>/", desk.change_addressee, name="addressee"),
    path(f"{LETTER}unschedule/", desk.unschedule, name="letter_unschedule"),
    path(f"{LETTER}close/", desk.close, name="letter_close"),
    path("<slug:coalition>/jobs/<int:job_id>/", desk.show_job, name="job"),
    path("<slug:coalition>/jobs/<int:job_id>/cancel/", desk.cancel_job, name="job_cancel"),
    path("<slug:coalition>/settings/", desk.edit_coalition, name="coalition_settings"),
    path("<slug:coalition>/members/", desk.list_members, name="members"),
    path("<slug:coalition>/members/<int:membership_id>/", desk.edit_member, name="member"),
    path("<slug:coalition>/members/<int:membership_id>/remove/", desk.remove_member, name="member_remove"),
    path("<slug:coalition>/leave/", desk.leave, name="member_leave"),
    path(
        "<slug:coalition>/invitations/<int:member_invitation_id>/",
        desk.change_invitation,
        name="member_invitation",
    ),
    path("<slug:coalition>/log/", desk.show_log, name="audit"),
    path("<slug:coalition>/log/export/", desk.export_log, name="audit_export"),
    path(f"{LETTER}log/", desk.show_letter_log, name="letter_audit"),
    path(f"{LETTER}log/export/", desk.export_letter_log, name="letter_audit_export"),
    path(f"{LETTER}publishers/", desk.list_publishers, name="publishers"),
    path(f"{LETTER}publishers/<int:publisher_id>/", desk.remove_publisher, name="publisher_remove"),
    path(
        f"{LETTER}requests/<int:publishing_request_id>/",
        desk.withdraw_request,
        name="publishing_request_withdraw",
    ),
    path("<slug:coalition>/requests/<int:asked_id>/", desk.answer_request, name="publishing_request"),
    path(
        "<slug:coalition>/publications/<int:publication_id>/leave/",
        desk.leave_publication,
        name="publication_leave",
    ),
    path("<slug:coalition>/officials/", desk.list_officials, name="officials"),
    path("<slug:coalition>/officials/new/", desk.new_official, name="official_new"),
    path("<slug:coalition>/officials/<int:official_id>/", desk.edit_official, name="official"),
    path(
        "<slug:coalition>/officials/<int:official_id>/delete/", desk.remove_official, name="official_delete"
    ),
]
