from django.urls import URLPattern, path

from signatures.views import exports, lists, own, reports, room, sign

app_name = "signatures"
urlpatterns: list[URLPattern] = [
    path("letters/<slug:slug>/sign/", sign.sign, name="sign"),
    path("letters/<slug:slug>/<lang:language>/sign/", sign.sign, name="sign_in"),
    path("letters/<slug:slug>/<lang:language>/sent/", sign.sent, name="sent"),
    path("letters/<slug:slug>/<lang:language>/thanks/", sign.thanks, name="thanks"),
    path("letters/<slug:slug>/<lang:language>/lost-link/", sign.lost_link, name="lost_link"),
    path("letters/<slug:slug>/<lang:language>/link-sent/", sign.link_sent, name="link_sent"),
    path("letters/<slug:slug>/signatories/", lists.show_list, name="list"),
    path("letters/<slug:slug>/<lang:language>/signatories/", lists.show_list, name="list_in"),
    path("letters/<slug:slug>/signatories/report/", reports.report, name="report"),
    path("letters/<slug:slug>/<lang:language>/signatories/report/", reports.report, name="report_in"),
    path("letters/<slug:slug>/<lang:language>/signatories/reported/", reports.reported, name="reported"),
    path("letters/<slug:slug>/signatories.<str:extension>", exports.export, name="export"),
    path("letters/<slug:slug>/<lang:language>/picture.png", exports.picture, name="picture"),
    path("room/<str:token>/", room.room, name="room"),
    path("signatures/<str:token>/", own.own, name="own"),
    path("signatures/<str:token>/data.json", own.own_data, name="own_data"),
]
