"""Whether a member signs in with a second factor: an authenticator app or a passkey."""

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from letters.models import User

# Recovery codes alone are none: they stand in for one that was lost.
TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type__in=TYPES).exists()


def with_second_factor(column: str) -> Exists:
    """To annotate rows with, whose `column` holds a user's number."""
    return Exists(Authenticator.objects.filter(user_id=OuterRef(column), type__in=TYPES))


def locked_for(user: User) -> ExpressionWrapper:
    """To annotate coalitions with: whether theirs are closed to the user for want of a second factor."""
    lacking = ~Exists(Authenticator.objects.filter(user_id=user.pk, type__in=TYPES))
    return ExpressionWrapper(
        Q(second_factor_required_at__isnull=False) & Q(lacking), output_field=BooleanField()
    )
