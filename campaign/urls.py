from allauth.account import urls as account_urls
from allauth.mfa.base import urls as second_factor_urls
from allauth.mfa.recovery_codes import urls as recovery_code_urls
from allauth.mfa.totp import urls as totp_urls
from allauth.mfa.webauthn import urls as passkey_urls
from django.urls import URLPattern, URLResolver, include, path

import campaign.converters  # noqa: F401  (registers <lang:…>)
from campaign import health, mailbox
from deliveries import desk_urls as deliveries_desk
from letters import account_urls as letters_accounts
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
# The page of all second factors is ours.
second_factor = [pattern for pattern in second_factor_urls.urlpatterns if pattern.name != "mfa_index"]
accounts += [
    *letters_accounts.urlpatterns,
    path("2fa/", include(second_factor)),
    path("2fa/app/", include(totp_urls.urlpatterns)),
    path("2fa/codes/", include(recovery_code_urls.urlpatterns)),
    path("2fa/passkeys/", include(passkey_urls.urlpatterns)),
]
desk = [*letters_desk.urlpatterns, *signatures_desk.urlpatterns, *deliveries_desk.urlpatterns]

handler400 = "campaign.errors.not_readable"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("desk/", include((desk, "desk"))),
    path("accounts/", include(accounts)),
    path("mailbox/", include((mailbox.urlpatterns, "mailbox"))),
    path("", include("letters.urls")),
    path("", include("signatures.urls")),
]
