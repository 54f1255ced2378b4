from allauth.account import urls as account_urls
from django.urls import URLPattern, URLResolver, include, path

import campaign.converters  # noqa: F401  (registers <lang:…>)
from campaign import health, mailbox
from deliveries import desk_urls as deliveries_desk
from letters import desk_urls as letters_desk
from signatures import desk_urls as signatures_desk

# Members come by invitation and sign in by address and password: the other pages of allauth lead nowhere yet.
SIGNING_IN = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reauthenticate",
}
accounts = [
    pattern
    for pattern in account_urls.urlpatterns
    if pattern.name in SIGNING_IN or "password" in (pattern.name or "")
]
desk = [*letters_desk.urlpatterns, *signatures_desk.urlpatterns, *deliveries_desk.urlpatterns]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("desk/", include((desk, "desk"))),
    path("accounts/", include(accounts)),
    path("mailbox/", include((mailbox.urlpatterns, "mailbox"))),
    path("", include("letters.urls")),
    path("", include("signatures.urls")),
]
