from django.urls import path

from deliveries import desk

LETTER = "<slug:coalition>/letters/<int:letter_id>/"

urlpatterns = [
    path(LETTER + "publish/", desk.letter_publish, name="letter_publish"),
    path(LETTER + "editions/", desk.editions, name="editions"),
    path(LETTER + "editions/publish/", desk.edition_publish, name="edition_publish"),
    path(LETTER + "editions/discard/", desk.edition_discard, name="edition_discard"),
    path(LETTER + "deliveries/", desk.deliveries, name="deliveries"),
    path(LETTER + "deliveries/preview/<lang:language>/", desk.delivery_preview, name="delivery_preview"),
    path(LETTER + "deliveries/trial/", desk.delivery_trial, name="delivery_trial"),
    path(LETTER + "deliveries/<int:delivery_id>/", desk.delivery_decide, name="delivery_decide"),
]
