"""The desk's side of the sign-on room: the live board, invitations and their links, reminders."""

from signatures.desk.room.board import change_room, circulate, recall, resend_mail, show_board, show_room
from signatures.desk.room.inviting import edit_reminders, invite, remove_reminder
from signatures.desk.room.one import end_link, renew, restore, revoke, show_invitation

__all__ = [
    "change_room",
    "circulate",
    "edit_reminders",
    "end_link",
    "invite",
    "recall",
    "remove_reminder",
    "renew",
    "resend_mail",
    "restore",
    "revoke",
    "show_board",
    "show_invitation",
    "show_room",
]
