from django.urls import URLPattern, URLResolver, include, path

import campaign.converters  # noqa: F401  (registers <lang:…>)
from campaign import health, mailbox
from deliveries import desk_urls as deliveries_desk
from letters import desk_urls as letters_desk
from signatures import desk_urls as signatures_desk

desk = [*letters_desk.urlpatterns, *signatures_desk.urlpatterns, *deliveries_desk.urlpatterns]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("desk/", include((desk, "desk"))),
    path("accounts/", include("allauth.urls")),
    path("mailbox/", include((mailbox.urlpatterns, "mailbox"))),
    path("", include("letters.urls")),
    path("", include("signatures.urls")),
]
