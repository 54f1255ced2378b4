from django.urls import URLPattern, path

from signatures import desk
from signatures.desk import room

LETTER = "<slug:coalition>/letters/<int:letter_id>/"
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
    path("<slug:coalition>/organisations/", desk.list_organisations, name="organisations"),
]
