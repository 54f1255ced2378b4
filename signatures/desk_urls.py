from django.urls import URLPattern, path

from signatures import desk

LETTER = "<slug:coalition>/letters/<int:letter_id>/"
SIGNATURE = f"{LETTER}signatures/<int:signature_id>/"

urlpatterns: list[URLPattern] = [
    path(f"{LETTER}signatures/", desk.list_signatures, name="signatures"),
    path(SIGNATURE, desk.show_signature, name="signature"),
    path(f"{SIGNATURE}approve/", desk.approve, name="signature_approve"),
    path(f"{SIGNATURE}refuse/", desk.refuse, name="signature_refuse"),
    path(f"{SIGNATURE}remove/", desk.remove, name="signature_remove"),
    path(f"{SIGNATURE}restore/", desk.restore, name="signature_restore"),
    path(f"{LETTER}exports/", desk.show_exports, name="exports"),
    path(f"{LETTER}exports/full.csv", desk.export_full, name="export_full"),
    path(f"{LETTER}follow-up/", desk.follow_up, name="follow_up"),
    path(f"{LETTER}plot.svg", desk.show_plot, name="plot"),
    path("<slug:coalition>/organisations/", desk.list_organisations, name="organisations"),
]
