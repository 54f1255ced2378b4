"""The six digits of an authenticator app, each of which opens once (RFC 6238, 5.2).

allauth remembers used codes in the cache, which is each process's own where there is no Redis, and for one step alone;
here the newest step that was used is kept with the authenticator.
"""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction


@transaction.atomic
def use_step(authenticator: Authenticator, code: str) -> bool:
    """Marks the step that a valid code is of as used; False if it, or a later one, was."""
    locked = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    secret = decrypt(locked.data["secret"])
    steps = {step: format_hotp_value(hotp_value(secret, step)) for step in yield_hotp_counters_from_time()}
    matching = [step for step, digits in steps.items() if compare_user_code(actual=code, expected=digits)]
    fresh = [step for step in matching if step > locked.data.get("step", 0)]
    if fresh:
        locked.data["step"] = max(fresh)
        locked.save(update_fields=["data"])
    return bool(fresh)


class OnceMixin:
    """For allauth's forms of a code."""

    authenticator: Authenticator

    def clean_code(self) -> str:
        code = super().clean_code()  # type: ignore[misc]
        is_totp = self.authenticator.type == Authenticator.Type.TOTP
        if is_totp and not use_step(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignInCodeForm(OnceMixin, AuthenticateForm):
    pass


class ConfirmCodeForm(OnceMixin, ReauthenticateForm):
    pass
