from django.urls import URLPattern, path

from letters import translator_views, views

app_name = "letters"
urlpatterns: list[URLPattern] = [
    path("", views.show_home, name="home"),
    path("robots.txt", views.show_robots, name="robots"),
    path("sitemap.xml", views.show_sitemap, name="sitemap"),
    path("letters/<slug:slug>/", views.show_letter, name="detail"),
    path("letters/<slug:slug>/<lang:language>/", views.show_letter, name="detail_in"),
    path("letters/<slug:slug>/editions/<int:number>.<int:revision>.json", views.show_edition, name="edition"),
    path("translate/<str:token>/", translator_views.translate, name="translate"),
    path("letters/<slug:slug>/editions/", views.show_editions, name="editions"),
    path("letters/<slug:slug>/<lang:language>/editions/", views.show_editions, name="editions_in"),
    path(
        "letters/<slug:slug>/editions/<int:number>.<int:revision>/",
        views.show_edition_text,
        name="edition_text",
    ),
    path("letters/<slug:slug>/feed.atom", views.show_feed, name="feed"),
    path("letters/<slug:slug>/<lang:language>/feed.atom", views.show_feed, name="feed_in"),
    path("letters/<slug:slug>/updates/", views.show_updates, name="updates"),
    path("letters/<slug:slug>/updates/<lang:language>/", views.show_updates, name="updates_in"),
    path("letters/<slug:slug>/updates/<int:number>/", views.show_update, name="update"),
    path("letters/<slug:slug>/updates/<int:number>/<lang:language>/", views.show_update, name="update_in"),
    path("letters/<slug:slug>/updates/<int:number>.txt", views.show_update_text, name="update_text"),
    path(
        "letters/<slug:slug>/updates/<int:number>/<lang:language>.txt",
        views.show_update_text,
        name="update_text_in",
    ),
    path("letters/<slug:slug>/answers/", views.show_answers, name="answers"),
    path("letters/<slug:slug>/answers/<lang:language>/", views.show_answers, name="answers_in"),
]
