"""The second factor: an authenticator app's codes, recovery codes, and coalitions that ask for one. Passkeys are in
tests/browser/test_second_factor.py, where there is an authenticator."""

import time
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letters.models import AuditEntry, Coalition, User
from letters.services import settling
from tests import factories
from tests.at_once import at_once
from tests.conftest import MemberClient
from tests.desk import desk_addresses

pytestmark = pytest.mark.django_db

LOGIN, SECURITY = "/accounts/login/", "/accounts/security/"


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


@pytest.fixture
def secret() -> str:
    return generate_totp_secret()


@pytest.fixture
def user(secret: str) -> User:
    """A member with an app and recovery codes."""
    user = factories.make_user("amal@example.org")
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return user


def give_password(client: Client, user: User) -> Any:
    return client.post(LOGIN, {"login": user.email, "password": factories.PASSWORD})


def give_code(client: Client, code: str) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_in(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def confirm_password(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD})


# --- The app -------------------------------------------------------------------------------------------------------


def test_an_app_is_set_up_and_its_codes_are_asked_for_from_then_on(client: Client) -> None:
    user = factories.make_user("amal@example.org")
    give_password(client, user)
    url = reverse("mfa_activate_totp")
    assert client.get(url).headers["Location"].startswith(reverse("account_reauthenticate"))
    confirm_password(client)
    page = client.get(url)
    shown = page.content.decode()
    assert "<svg" in shown
    assert "data:image" not in shown
    secret = page.context["form"].secret
    assert secret in shown
    wrong = client.post(url, {"code": "000000"})
    assert not Authenticator.objects.filter(type="totp").exists()
    assert "invalid-feedback" in wrong.content.decode()
    answer = client.post(url, {"code": code_of(wrong.context["form"].secret)}, follow=True)
    assert "shown this once" in answer.content.decode()
    assert "app" in client.get(SECURITY).content.decode()
    other = Client()
    assert give_password(other, user).headers["Location"] == reverse("mfa_authenticate")
    assert not is_in(other)
    give_code(other, code_of(secret))
    assert is_in(other)


def test_the_secret_rests_sealed(user: User, secret: str) -> None:
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_the_password_alone_opens_nothing(client: Client, user: User) -> None:
    give_password(client, user)
    assert not is_in(client)
    assert client.get(SECURITY).status_code == 302
    assert give_code(client, "123").status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_phone_may_be_half_a_minute_off(client: Client, user: User, secret: str, steps: int) -> None:
    give_password(client, user)
    give_code(client, code_of(secret, steps=steps))
    assert is_in(client)


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_code_of_another_time_opens_nothing(client: Client, user: User, secret: str, steps: int) -> None:
    give_password(client, user)
    give_code(client, code_of(secret, steps=steps))
    assert not is_in(client)


def test_a_code_opens_once_also_for_another_process(client: Client, user: User, secret: str) -> None:
    code = code_of(secret)
    give_password(client, user)
    give_code(client, code)
    assert is_in(client)
    cache.clear()  # what another process knows
    other = Client()
    give_password(other, user)
    give_code(other, code)
    assert not is_in(other)
    give_code(other, code_of(secret, steps=-1))
    assert not is_in(other)
    give_code(other, code_of(secret, steps=1))
    assert is_in(other)


@pytest.mark.django_db(transaction=True)
def test_a_code_used_by_two_at_one_moment_opens_once(user: User, secret: str) -> None:
    clients = [Client(), Client(), Client()]
    for client in clients:
        give_password(client, user)
    code = code_of(secret)
    cache.clear()
    at_once(*[lambda client=client: give_code(client, code).status_code for client in clients])
    assert sum(map(is_in, clients)) == 1


def test_codes_are_not_guessed(client: Client, user: User, secret: str) -> None:
    give_password(client, user)
    for number in range(6):
        give_code(client, f"00000{number}")
    answer = give_code(client, code_of(secret))
    assert answer.status_code == 200
    assert not is_in(client)


def test_it_is_taken_off_after_the_password_was_given_again(client: Client, user: User, secret: str) -> None:
    client.force_login(user)
    url = reverse("mfa_deactivate_totp")
    assert client.post(url).headers["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user=user).count() == 2
    confirm_password(client)
    client.post(url)
    assert Authenticator.objects.filter(user=user).count() == 0
    other = Client()
    give_password(other, user)
    assert is_in(other)


# --- Recovery codes ------------------------------------------------------------------------------------------------


def test_a_recovery_code_lets_in_once(client: Client, user: User) -> None:
    code = RecoveryCodes.activate(user).get_unused_codes()[3]
    give_password(client, user)
    give_code(client, code)
    assert is_in(client)
    assert "9 codes are left" in client.get(SECURITY).content.decode()
    other = Client()
    give_password(other, user)
    give_code(other, code)
    assert not is_in(other)


def test_recovery_codes_are_shown_once_and_made_anew(client: Client, user: User) -> None:
    client.force_login(user)
    confirm_password(client)
    url = reverse("mfa_view_recovery_codes")
    old = RecoveryCodes.activate(user).get_unused_codes()
    shown = client.get(url).content.decode()
    assert all(code in shown for code in old)
    assert not any(code in client.get(url).content.decode() for code in old)
    client.post(reverse("mfa_generate_recovery_codes"))
    assert not any(code in client.get(url).content.decode() for code in old)
    other = Client()
    give_password(other, user)
    give_code(other, old[0])
    assert not is_in(other)


# --- Pages of allauth that are open, and no others ------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_generate_recovery_codes",
        "account_reauthenticate",
        "mfa_reauthenticate",
    ],
)
def test_pages_of_sign_in_wear_the_sites_clothes(client: Client, user: User, name: str) -> None:
    client.force_login(user)
    if name != "account_reauthenticate":
        confirm_password(client)
    answer = client.get(reverse(name), follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "desk.css" in page
    assert "<style" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    "path", ["email/", "2fa/trust/", "2fa/passkeys/login/", "2fa/passkeys/signup/", "2fa/"]
)
def test_pages_that_lead_nowhere_are_closed(client: Client, user: User, path: str) -> None:
    client.force_login(user)
    assert client.get(f"/accounts/{path}").status_code == 404


def test_the_security_page_is_asked_for_by_members_alone(client: Client) -> None:
    assert client.get(SECURITY).headers["Location"].startswith(LOGIN)
    assert client.post(SECURITY).status_code in (302, 405)


# --- A coalition that asks for one ----------------------------------------------------------------------------------


def require(coalition: Coalition) -> None:
    Coalition.objects.filter(pk=coalition.pk).update(second_factor_required_at=timezone.now())


def settings_form(coalition: Coalition, **more: str) -> dict[str, str]:
    return {"name": coalition.name, "email": coalition.email, "website": "", **more}


def test_an_owner_asks_for_it_once_they_have_one(member_client: MemberClient, secret: str) -> None:
    url = reverse("desk:coalition_settings", args=[member_client.coalition.slug])
    form = settings_form(member_client.coalition, requires_second_factor="on")
    answer = member_client.post(url, form)
    assert answer.status_code == 422
    assert "for yourself first" in answer.content.decode()
    TOTP.activate(member_client.user, secret)
    assert member_client.post(url, form).status_code == 302
    member_client.coalition.refresh_from_db()
    assert member_client.coalition.requires_second_factor()
    member_client.post(url, form)
    member_client.post(url, settings_form(member_client.coalition))
    actions = AuditEntry.objects.filter(action__startswith="second factor").order_by("pk")
    assert [entry.action for entry in actions] == [
        "second factor required",
        "second factor no longer required",
    ]


def test_the_service_asks_too(member_client: MemberClient) -> None:
    with pytest.raises(settling.NoSecondFactor):
        settling.save_coalition(
            member_client.coalition, requires_second_factor=True, actor=member_client.user
        )


def test_without_one_no_page_of_that_coalition_opens_and_others_do(member_client: MemberClient) -> None:
    letter = factories.make_letter(coalition=member_client.coalition, state="draft", languages=["en", "ur"])
    other = factories.make_member(user=member_client.user).coalition
    addresses = list(desk_addresses(letter))
    require(member_client.coalition)
    before = AuditEntry.objects.count()
    for name, url in addresses:
        for method in ("get", "post"):
            answer = getattr(member_client, method)(url)
            if answer.status_code != 405:
                assert answer.headers["Location"] == SECURITY, (name, method)
    assert AuditEntry.objects.count() == before
    letter.refresh_from_db()
    assert letter.state == "draft"
    assert member_client.get(reverse("desk:coalition", args=[other.slug])).status_code == 200
    home = member_client.get("/desk/").content.decode()
    assert letter.slug not in home
    assert "Set one up" in home
    assert "asks its members for a second factor" in member_client.get(SECURITY).content.decode()


def test_with_one_they_open(member_client: MemberClient, secret: str) -> None:
    require(member_client.coalition)
    url = reverse("desk:coalition", args=[member_client.coalition.slug])
    assert member_client.get(url).status_code == 302
    TOTP.activate(member_client.user, secret)
    assert member_client.get(url).status_code == 200
    Authenticator.objects.all().delete()
    RecoveryCodes.activate(member_client.user)
    assert member_client.get(url).status_code == 302


def test_who_is_no_member_learns_nothing_of_it(client: Client) -> None:
    coalition = factories.make_coalition()
    require(coalition)
    client.force_login(factories.make_user())
    assert client.get(reverse("desk:coalition", args=[coalition.slug])).status_code == 404


# --- A lost one ----------------------------------------------------------------------------------------------------


def reset(address: str) -> str:
    out = StringIO()
    call_command("reset_second_factor", address, stdout=out)
    return out.getvalue()


def test_an_operator_takes_a_lost_one_off_and_it_is_noted(client: Client, user: User) -> None:
    coalitions = [factories.make_member(user=user).coalition for _which in range(2)]
    assert "password alone" in reset("AMAL@example.org")
    give_password(client, user)
    assert is_in(client)
    entries = AuditEntry.objects.filter(action="second factor reset")
    assert {entry.coalition_id for entry in entries} == {coalition.pk for coalition in coalitions}
    assert {entry.detail["member"] for entry in entries} == {user.pk}
    assert "has no second factor" in reset("amal@example.org")
    assert entries.count() == 2


def test_an_operator_is_told_of_an_address_that_nobody_has(user: User) -> None:
    with pytest.raises(CommandError, match="nobody signs in"):
        reset("nobody@example.org")
