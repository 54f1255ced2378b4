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
    path(f"{LETTER}numbers/", desk.show_numbers, name="numbers"),
    path(f"{LETTER}numbers.<str:extension>", desk.export_numbers, name="numbers_export"),
    path(f"{LETTER}plot.svg", desk.show_plot, name="plot"),
    path("<slug:coalition>/to-decide/", desk.show_to_decide, name="to_decide"),
    path(f"{LETTER}to-decide/", desk.show_letter_to_decide, name="letter_to_decide"),
    path("<slug:coalition>/to-decide/bulk/", desk.decide_in_bulk, name="decide_in_bulk"),
    path("<slug:coalition>/decisions/<int:decision_id>/", desk.show_decision, name="decision"),
    path("<slug:coalition>/notable-names/", desk.edit_notable_names, name="notable_names"),
    path("<slug:coalition>/organisations/", desk.list_organisations, name="organisations"),
]
