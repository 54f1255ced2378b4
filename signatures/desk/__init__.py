"""The coalition's door: reading, searching and deciding on signatures, and taking the lists home."""

from signatures.desk.deciding import approve, refuse, remove, restore, show_signature
from signatures.desk.files import export_full, show_exports
from signatures.desk.following import follow_up
from signatures.desk.listing import list_organisations, list_signatures, show_plot

__all__ = [
    "approve",
    "export_full",
    "follow_up",
    "list_organisations",
    "list_signatures",
    "refuse",
    "remove",
    "restore",
    "show_exports",
    "show_plot",
    "show_signature",
]
