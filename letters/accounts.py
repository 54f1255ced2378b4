"""How members sign in: by invitation only, throttled by a digest of the network address, never the address."""

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import mark_safe
from qrcode.image.svg import SvgPathImage

from campaign import sealing


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """A digest that stands for the client's address wherever sign-in throttling keeps it."""
        address = str(super().get_client_ip(request))
        return hmac.new(settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The account alone: with the Host of the request in it, every port would be another account."""
        return str(credentials.get("email", "")).lower()

    # What is mailed says where the site is by SITE_URL; the Host of a request is whatever its sender wrote.

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return settings.SITE_URL + path

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = {"name": settings.SITE_NAME, "domain": urlsplit(settings.SITE_URL).netloc}
        ours = {
            "SITE_NAME": settings.SITE_NAME,
            "current_site": site,
            "signup_url": settings.SITE_URL + reverse("account_signup"),
        }
        super().send_mail(template_prefix, email, {**context, **ours})


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors sealed, and names the site by SITE_URL, whatever the Host of a request."""

    def encrypt(self, text: str) -> str:
        return sealing.seal_bytes(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.open_bytes(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return settings.SITE_NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.SITE_NAME}

    def build_totp_svg(self, url: str) -> str:
        """An element to stand in the page itself: our Content-Security-Policy shows no picture out of a `data:` URL."""
        picture = qrcode.make(url, image_factory=SvgPathImage, box_size=10, border=2)
        return mark_safe(picture.to_string(encoding="unicode"))
