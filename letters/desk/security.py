"""How a member signs in: password, second factor, recovery codes."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from letters.access import member
from letters.models import Coalition


@login_required
@never_cache
@require_safe
def show_security(request: HttpRequest) -> HttpResponse:
    """In place of allauth's own page of the second factors, to which its other pages lead back."""
    user = member(request)
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    codes = next((one for one in found if one.type == Authenticator.Type.RECOVERY_CODES), None)
    asking = Coalition.objects.of_member(user).filter(second_factor_required_at__isnull=False)
    context = {
        "totp": next((one for one in found if one.type == Authenticator.Type.TOTP), None),
        "passkeys": [one for one in found if one.type == Authenticator.Type.WEBAUTHN],
        "codes": codes,
        "codes_left": len(RecoveryCodes(codes).get_unused_codes()) if codes else 0,
        "asking": asking.order_by("name"),
    }
    return render(request, "desk/security.html", context)
