from typing import Any

import pytest
from django.test import Client

from letters.models import User
from tests import factories

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str = factories.PASSWORD) -> int:
    return client.post(LOGIN, {"login": email, "password": password}).status_code


def test_a_member_signs_in_and_out(client: Client) -> None:
    user = factories.make_user("amal@example.org")
    assert sign_in(client, "Amal@Example.org") == 302
    assert str(client.session["_auth_user_id"]) == str(user.pk)
    assert client.get("/desk/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/desk/").status_code == 302


def test_sign_in_leads_back_to_the_page_that_was_wanted(client: Client) -> None:
    factories.make_user("amal@example.org")
    form = {"login": "amal@example.org", "password": factories.PASSWORD, "next": "/desk/?x=1"}
    assert client.post(LOGIN, form).headers["Location"] == "/desk/?x=1"


def test_a_wrong_password_says_no_more_than_an_unknown_address(client: Client) -> None:
    factories.make_user("amal@example.org")
    pages = [
        client.post(LOGIN, {"login": email, "password": "not the password"}).content.decode()
        for email in ("amal@example.org", "nobody@example.org")
    ]
    assert pages[0].replace("amal@", "nobody@").split("csrf")[0] == pages[1].split("csrf")[0]
    assert "invalid-feedback" in pages[0] or "alert-danger" in pages[0]


def test_guessing_is_throttled(client: Client) -> None:
    factories.make_user("amal@example.org")
    for _ in range(5):
        sign_in(client, "amal@example.org", "not the password")
    assert sign_in(client, "amal@example.org") != 302
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client: Client) -> None:
    assert "By invitation" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": factories.PASSWORD})
    assert not User.objects.exists()


@pytest.mark.parametrize("path", [LOGIN, "/accounts/password/reset/", "/accounts/signup/"])
def test_pages_to_enter_wear_the_sites_clothes(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert "desk.css" in page
    assert "<style" not in page


def test_a_password_is_changed(client: Client) -> None:
    user = factories.make_user("amal@example.org")
    client.force_login(user)
    assert client.get("/accounts/password/change/").status_code == 200
    form = {
        "oldpassword": factories.PASSWORD,
        "password1": "another long password",
        "password2": "another long password",
    }
    client.post("/accounts/password/change/", form)
    user.refresh_from_db()
    assert user.check_password("another long password")


def test_a_forgotten_password_is_mailed_for(client: Client, mailbox: list) -> None:
    factories.make_user("amal@example.org")
    for email in ("amal@example.org", "nobody@example.org"):
        assert client.post("/accounts/password/reset/", {"email": email}).status_code == 302
    assert "/accounts/password/reset/key/" in mailbox[0].body


def test_behind_a_proxy_one_who_guesses_does_not_lock_others_out(client: Client, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    factories.make_user("amal@example.org")
    for number in range(15):
        form = {"login": f"guess{number}@example.org", "password": "not the password"}
        client.post(LOGIN, form, headers={"X-Forwarded-For": "203.0.113.7"})
    form = {"login": "amal@example.org", "password": factories.PASSWORD}
    assert client.post(LOGIN, form, headers={"X-Forwarded-For": "198.51.100.9"}).status_code == 302
