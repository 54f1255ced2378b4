"""Signing in: no Host, and no spelling of an address, gives another try or changes what is mailed."""

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"


@pytest.mark.parametrize(
    "host", ["testserver:1337", "testserver.", "localhost:8000", "127.0.0.1:9", "TESTSERVER"]
)
def test_a_mailed_link_is_of_this_site_whatever_the_host(client: Client, mailoutbox: list, host: str) -> None:
    factories.make_user("amal@example.org")
    for email in ("amal@example.org", "nobody@example.org"):
        assert client.post(RESET, {"email": email}, headers={"Host": host}).status_code == 302
    for mail in mailoutbox:
        whole = f"{mail.subject} {mail.body}"
        assert "http://testserver/accounts/" in whole
        assert host not in whole.replace("http://testserver/", "")
        assert whole.count("http") == 1


def test_a_mailed_reset_works(client: Client, mailoutbox: list) -> None:
    factories.make_user("amal@example.org")
    client.post(RESET, {"email": "amal@example.org"})
    path = mailoutbox[0].body.split("http://testserver")[1].split()[0]
    assert client.get(path, follow=True).context["form"] is not None


@pytest.mark.parametrize("variant", ["host", "case", "space", "forwarded"])
def test_guessing_is_throttled_however_it_is_dressed(client: Client, variant: str) -> None:
    factories.make_user("amal@example.org")
    for number in range(6):
        email = {
            "case": "amal@example.org".replace("a", "A", number),
            "space": " " * number + "amal@example.org",
        }
        headers = {"Host": f"testserver:{8000 + number}"} if variant == "host" else {}
        headers |= {"X-Forwarded-For": f"198.51.100.{number}"} if variant == "forwarded" else {}
        form = {"login": email.get(variant, "amal@example.org"), "password": "not the password"}
        client.post(LOGIN, form, headers=headers)
    form = {"login": "amal@example.org", "password": factories.PASSWORD}
    assert client.post(LOGIN, form).status_code == 200


def test_nobody_is_mailed_resets_all_day(client: Client, mailoutbox: list) -> None:
    for _ in range(12):
        client.post(RESET, {"email": "victim@example.org"})
    assert len(mailoutbox) <= 5


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"]
)
def test_signing_in_leads_to_no_other_site(client: Client, target: str) -> None:
    factories.make_user("amal@example.org")
    form = {"login": "amal@example.org", "password": factories.PASSWORD, "next": target}
    assert client.post(LOGIN, form).headers["Location"] == "/desk/"


def test_signing_in_changes_the_session(client: Client) -> None:
    factories.make_user("amal@example.org")
    client.get(LOGIN)
    session = client.session
    session["kept"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key or ""
    client.post(LOGIN, {"login": "amal@example.org", "password": factories.PASSWORD})
    assert client.session.session_key != before


def test_signing_out_takes_a_post() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.make_user())
    client.get("/accounts/logout/")
    client.post("/accounts/logout/")
    assert "_auth_user_id" in client.session
