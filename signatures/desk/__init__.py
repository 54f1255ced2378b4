"""The coalition's door: reading, searching and deciding on signatures, and taking the lists home."""

from signatures.desk.deciding import approve, refuse, remove, restore, show_signature
from signatures.desk.figures import export_numbers, show_numbers
from signatures.desk.files import export_full, show_exports
from signatures.desk.following import follow_up
from signatures.desk.listing import list_signatures, show_plot
from signatures.desk.reviewing import (
    decide_in_bulk,
    edit_notable_names,
    show_decision,
    show_letter_to_decide,
    show_to_decide,
)

__all__ = [
    "approve",
    "decide_in_bulk",
    "edit_notable_names",
    "export_full",
    "export_numbers",
    "follow_up",
    "list_signatures",
    "refuse",
    "remove",
    "restore",
    "show_decision",
    "show_exports",
    "show_letter_to_decide",
    "show_numbers",
    "show_plot",
    "show_signature",
    "show_to_decide",
]
