from django.urls import URLPattern, path

from signatures import desk
from signatures.desk import importing, registry, room

LETTER = "<slug:coalition>/letters/<int:letter_id>/"
IMPORT = "<slug:coalition>/organisations/imports/<int:import_id>/"
ORGANISATION = "<slug:coalition>/organisations/<int:organisation_id>/"
SIGNATURE = f"{LETTER}signatures/<int:signature_id>/"
ROOM = f"{LETTER}room/"
INVITATION = f"{ROOM}<int:invitation_id>/"

urlpatterns: list[URLPattern] = [
    path(f"{LETTER}signatures/", desk.list_signatures, name="signatures"),
    path(SIGNATURE, desk.show_signature, name="signature"),
    path(f"{SIGNATURE}approve/", desk.approve, name="signature_approve"),
    path(f"{SIGNATURE}refuse/", desk.refuse, name="signature_refuse"),
    path(f"{SIGNATURE}remove/", desk.remove, name="signature_remove"),
    path(f"{SIGNATURE}restore/", desk.restore, name="signature_restore"),
    path(f"{LETTER}exports/", desk.show_exports, name="exports"),
    path(f"{LETTER}exports/full.csv", desk.export_full, name="export_full"),
    path(f"{LETTER}numbers/", desk.show_numbers, name="numbers"),
    path(f"{LETTER}numbers.<str:extension>", desk.export_numbers, name="numbers_export"),
    path(f"{LETTER}follow-up/", desk.follow_up, name="follow_up"),
    path(f"{LETTER}plot.svg", desk.show_plot, name="plot"),
    path(ROOM, room.show_room, name="room"),
    path(f"{ROOM}board/", room.show_board, name="room_board"),
    path(f"{ROOM}circulate/", room.circulate, name="room_circulate"),
    path(f"{ROOM}recall/", room.recall, name="room_recall"),
    path(f"{ROOM}settings/", room.change_room, name="room_settings"),
    path(f"{ROOM}invite/", room.invite, name="room_invite"),
    path(f"{ROOM}reminders/", room.edit_reminders, name="room_reminders"),
    path(f"{ROOM}reminders/<int:reminder_id>/remove/", room.remove_reminder, name="room_reminder_remove"),
    path(f"{ROOM}mails/<int:mail_id>/resend/", room.resend_mail, name="room_mail_resend"),
    path(INVITATION, room.show_invitation, name="room_invitation"),
    path(f"{INVITATION}renew/", room.renew, name="room_renew"),
    path(f"{INVITATION}revoke/", room.revoke, name="room_revoke"),
    path(f"{INVITATION}restore/", room.restore, name="room_restore"),
    path(f"{INVITATION}links/<int:link_id>/end/", room.end_link, name="room_link_end"),
    path(f"{LETTER}room/import/", importing.import_to_room, name="room_import"),
    path("<slug:coalition>/organisations/import/", importing.import_to_registry, name="organisations_import"),
    path(IMPORT, importing.show_import, name="guests"),
    path(f"{IMPORT}lines/<int:line>/", importing.decide_row, name="guests_row"),
    path(f"{IMPORT}rest/", importing.decide_rest, name="guests_rest"),
    path(f"{IMPORT}add/", importing.add_guests, name="guests_add"),
    path(f"{IMPORT}discard/", importing.discard_guests, name="guests_discard"),
    path("<slug:coalition>/organisations/", registry.list_organisations, name="organisations"),
    path("<slug:coalition>/organisations/new/", registry.new_organisation, name="organisation_new"),
    path(ORGANISATION, registry.show_organisation, name="organisation"),
    path(f"{ORGANISATION}merge/", registry.merge_organisation, name="organisation_merge"),
    path(
        "<slug:coalition>/organisations/merges/<int:merge_id>/undo/",
        registry.undo_merge,
        name="organisation_part",
    ),
    path("<slug:coalition>/to-decide/", desk.show_to_decide, name="to_decide"),
    path(f"{LETTER}to-decide/", desk.show_letter_to_decide, name="letter_to_decide"),
    path("<slug:coalition>/to-decide/bulk/", desk.decide_in_bulk, name="decide_in_bulk"),
    path("<slug:coalition>/decisions/<int:decision_id>/", desk.show_decision, name="decision"),
    path("<slug:coalition>/notable-names/", desk.edit_notable_names, name="notable_names"),
]
