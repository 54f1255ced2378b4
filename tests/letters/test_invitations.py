"""Invitations of members by mail: from the desk's form or an operator's command to the first page of the new member."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import signing
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaign.redaction import redact
from letters.mailing import send_owed_mail
from letters.models import AuditEntry, Coalition, MemberInvitation, OwedMail, User
from letters.services import inviting
from tests import factories
from tests.at_once import at_once
from tests.conftest import MemberClient
from tests.parts.smtp import DROP, MailServer

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "amal@example.org"
JOIN = {"name": "Amal Haddad", "password": "seventeen green parrots"}


@pytest.fixture
def invite(member_client: MemberClient, mailbox: list) -> Callable[..., str]:
    """Invites at the desk and gives the path of the mailed link."""

    def act(email: str = NEW, role: str = "editor", language: str = "en") -> str:
        url = reverse("desk:members", args=[member_client.coalition.slug])
        answer = member_client.post(url, {"email": email, "role": role, "language": language})
        assert answer.status_code == 302
        return mailed_path(mailbox)

    return act


def mailed_path(mailbox: list) -> str:
    send_owed_mail()
    return "/accounts/" + mailbox[-1].body.split("/accounts/")[1].split()[0]


def change(client: MemberClient, verb: str) -> Any:
    pk = MemberInvitation.objects.latest("pk").pk
    return client.post(reverse("desk:member_invitation", args=[client.coalition.slug, pk]), {"verb": verb})


def test_who_has_no_account_makes_one_and_is_a_member(
    member_client: MemberClient, invite: Callable[..., str], client: Client, mailbox: list
) -> None:
    path = invite(role="moderator")
    assert member_client.coalition.name in mailbox[-1].body
    assert mailbox[-1].to == [NEW]
    shown = client.get(path).content.decode()
    assert member_client.coalition.name in shown
    assert NEW in shown
    assert not User.objects.filter(email=NEW).exists()
    answer = client.post(path, JOIN)
    assert answer.headers["Location"] == f"/desk/{member_client.coalition.slug}/"
    assert client.get(answer.headers["Location"]).status_code == 200
    membership = member_client.coalition.memberships.get(user__email=NEW)
    assert (membership.role, membership.user.name) == ("moderator", "Amal Haddad")
    assert membership.user.check_password(JOIN["password"])
    other = Client()
    other.post("/accounts/login/", {"login": NEW, "password": JOIN["password"]})
    assert other.get("/desk/").status_code == 200


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({**JOIN, "password": "short"}, "password"),
        ({**JOIN, "password": "amal@example.org"}, "password"),
        ({**JOIN, "name": ""}, "name"),
    ],
)
def test_a_weak_password_or_no_name_is_refused(
    invite: Callable[..., str], client: Client, form: dict[str, str], field: str
) -> None:
    answer = client.post(invite(), form)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not User.objects.filter(email=NEW).exists()


def test_who_has_an_account_signs_in_and_accepts_with_a_button(
    member_client: MemberClient, invite: Callable[..., str], client: Client
) -> None:
    factories.make_user("Amal@example.org")
    path = invite()
    shown = client.get(path).content.decode()
    assert 'name="password"' not in shown
    assert f"/accounts/login/?next={path.replace('/', '%2F')}" in shown
    answer = client.post(
        "/accounts/login/", {"login": NEW, "password": factories.PASSWORD, "next": path}, follow=True
    )
    assert answer.redirect_chain[-1][0] == path
    assert not member_client.coalition.memberships.filter(user__email__iexact=NEW).exists()
    client.post(path)
    assert member_client.coalition.memberships.get(user__email__iexact=NEW).role == "editor"


def test_an_account_is_not_taken_over_by_the_link_alone(invite: Callable[..., str], client: Client) -> None:
    user = factories.make_user(NEW)
    client.post(invite(), JOIN)
    user.refresh_from_db()
    assert user.check_password(factories.PASSWORD)
    assert not user.memberships.exists()


def test_a_get_changes_nothing_however_often(invite: Callable[..., str], client: Client) -> None:
    path = invite()
    for method in (client.get, client.head, client.get):
        assert method(path).status_code == 200
    assert MemberInvitation.objects.get().is_pending()
    assert AuditEntry.objects.filter(action="invitation accepted").count() == 0


def test_another_account_is_told_so(invite: Callable[..., str], client: Client) -> None:
    path = invite()
    client.force_login(factories.make_user("other@example.org"))
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 403
        assert "for another address" in answer.content.decode()
    assert MemberInvitation.objects.get().is_pending()


def test_an_expired_invitation_is_told_and_sent_again(
    member_client: MemberClient, invite: Callable[..., str], client: Client, mailbox: list
) -> None:
    path = invite()
    MemberInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for answer in (client.get(path), client.post(path, JOIN)):
        assert answer.status_code == 410
        assert "expired" in answer.content.decode()
    assert (
        "expired"
        in member_client.get(reverse("desk:members", args=[member_client.coalition.slug])).content.decode()
    )
    change(member_client, "again")
    again = mailed_path(mailbox)
    assert again != path
    assert client.get(path).status_code == 404
    assert client.post(again, JOIN).status_code == 302


def test_a_revoked_invitation_is_told(
    member_client: MemberClient, invite: Callable[..., str], client: Client
) -> None:
    path = invite()
    change(member_client, "revoke")
    for answer in (client.get(path), client.post(path, JOIN)):
        assert answer.status_code == 410
        assert "taken back" in answer.content.decode()
    assert "answered or revoked" in follow(member_client, change(member_client, "again"))
    assert not User.objects.filter(email=NEW).exists()


def follow(client: Client, answer: Any) -> str:
    return client.get(answer.headers["Location"]).content.decode()


def test_what_is_revoked_before_it_went_is_not_mailed(member_client: MemberClient, mailbox: list) -> None:
    inviting.invite_member(
        member_client.coalition, email=NEW, role="editor", language="en", actor=member_client.user
    )
    change(member_client, "revoke")
    send_owed_mail()
    assert mailbox == []


def test_a_used_invitation_is_told(invite: Callable[..., str], client: Client) -> None:
    path = invite()
    client.post(path, JOIN)
    for answer in (Client().get(path), Client().post(path, JOIN), client.get(path)):
        assert answer.status_code == 410
        assert "has been accepted" in answer.content.decode()


@pytest.mark.parametrize("token", ["nonsense", "WzEsMV0.1abcde.forged", "a" * 300])
def test_a_link_that_is_not_ours_is_told(client: Client, token: str) -> None:
    answer = client.get(f"/accounts/invitations/{token}/")
    assert answer.status_code == 404
    assert "does not work" in answer.content.decode()


def test_a_token_of_another_kind_opens_nothing(invite: Callable[..., str], client: Client) -> None:
    invite()
    other = signing.TimestampSigner(salt="undersigned.signature", sep=".")
    token = other.sign_object([MemberInvitation.objects.get().pk, 1])
    assert client.get(f"/accounts/invitations/{token}/").status_code == 404


def test_the_page_tells_its_address_to_nobody(invite: Callable[..., str], client: Client) -> None:
    answer = client.get(invite())
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_the_link_rests_nowhere_in_clear(
    invite: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    path = invite()
    Client().get(path)
    token = path.split("/")[-2]
    assert token not in caplog.text
    assert redact(f"GET {path} 200") == "GET /accounts/invitations/<token>/ 200"
    rows = [str(list(model.objects.values())) for model in (MemberInvitation, AuditEntry, OwedMail)]
    assert not [row for row in rows if token in row]
    assert "@" not in str(list(AuditEntry.objects.values("detail")))


def test_inviting_an_address_again_sends_a_new_link_in_place_of_the_old(
    invite: Callable[..., str], client: Client
) -> None:
    first, second = invite(), invite(email="AMAL@example.org", role="viewer")
    assert MemberInvitation.objects.count() == 1
    assert client.get(first).status_code == 404
    client.post(second, JOIN)
    assert User.objects.get(email=NEW).memberships.get().role == "viewer"
    other = Client()
    other.post("/accounts/login/", {"login": "Amal@Example.org", "password": JOIN["password"]})
    assert other.get("/desk/").status_code == 200


def test_a_member_is_not_invited_again(member_client: MemberClient) -> None:
    url = reverse("desk:members", args=[member_client.coalition.slug])
    form = {"email": member_client.user.email.upper(), "role": "editor", "language": "en"}
    answer = member_client.post(url, form)
    assert answer.status_code == 422
    assert "member’s address already" in answer.content.decode()
    assert form["email"] in answer.content.decode()


def test_the_desk_answers_alike_whether_the_address_has_an_account(
    member_client: MemberClient, invite: Callable[..., str]
) -> None:
    factories.make_user("known@example.org")
    url = reverse("desk:members", args=[member_client.coalition.slug])
    pages = []
    for email in ("known@example.org", "other@example.org"):
        invite(email)
        pages.append(member_client.get(url).content.decode())
        change(member_client, "revoke")
        member_client.get(url)
    tidy = [strip(page) for page in pages]
    assert tidy[0].replace("known", "other") == tidy[1]


def strip(page: str) -> str:
    """Without what differs from page to page anyway: tokens and numbers."""
    kept = (line for line in page.splitlines() if "csrf" not in line and "<time" not in line)
    return "".join(letter for line in kept for letter in line if not letter.isdigit())


def test_registration_stays_closed_for_all_others(invite: Callable[..., str], client: Client) -> None:
    invite()
    client.post("/accounts/signup/", {"email": NEW, "password1": factories.PASSWORD})
    assert not User.objects.filter(email=NEW).exists()


def test_a_mail_that_was_refused_is_shown_and_sent_again(
    member_client: MemberClient, smtp: MailServer
) -> None:
    smtp.script(NEW, ["550 no such mailbox"])
    url = reverse("desk:members", args=[member_client.coalition.slug])
    member_client.post(url, {"email": NEW, "role": "editor", "language": "en"})
    send_owed_mail()
    shown = member_client.get(url).content.decode()
    assert "550 no such mailbox" in shown
    assert 'value="mail"' in shown
    change(member_client, "mail")
    send_owed_mail()
    assert len(smtp.to(NEW)) == 1
    assert 'value="mail"' not in member_client.get(url).content.decode()
    assert "nothing to do" in follow(member_client, change(member_client, "mail"))


def test_a_mail_of_unknown_fate_is_sent_again_with_the_same_link(
    member_client: MemberClient, smtp: MailServer
) -> None:
    smtp.script(NEW, [DROP])
    inviting.invite_member(
        member_client.coalition, email=NEW, role="editor", language="en", actor=member_client.user
    )
    send_owed_mail()
    change(member_client, "mail")
    send_owed_mail()
    assert smtp.dropped[0].body() == smtp.to(NEW)[0].body()


def test_the_mail_speaks_the_language_that_was_chosen(invite: Callable[..., str], mailbox: list) -> None:
    invite(language="fr")
    assert mailbox[-1].extra_headers["Content-Language"] == "fr"


def test_one_link_used_by_two_at_once_makes_one_account(
    member_client: MemberClient, invite: Callable[..., str]
) -> None:
    path = invite()
    statuses = at_once(*[lambda: Client().post(path, JOIN).status_code for _which in range(3)])
    assert sorted(statuses) == [302, 410, 410]
    assert User.objects.filter(email=NEW).count() == 1
    assert AuditEntry.objects.filter(action="invitation accepted").count() == 1


def test_one_address_invited_by_two_at_once_has_one_invitation(member_client: MemberClient) -> None:
    coalition = member_client.coalition
    at_once(
        *[
            lambda: inviting.invite_member(
                coalition, email=NEW, role="editor", language="en", actor=member_client.user
            )
        ]
        * 3
    )
    assert MemberInvitation.objects.count() == 1


def test_so_many_and_no_more(member_client: MemberClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "MOST_PENDING", 1)
    url = reverse("desk:members", args=[member_client.coalition.slug])
    for number, status in ((1, 302), (2, 422)):
        form = {"email": f"new{number}@example.org", "role": "editor", "language": "en"}
        assert member_client.post(url, form).status_code == status


# --- By an operator ------------------------------------------------------------------------------------------------


def run(*args: str) -> str:
    out = StringIO()
    call_command("create_coalition", *args, stdout=out)
    return out.getvalue()


def test_an_operator_invites_the_owner_of_a_new_coalition(client: Client, mailbox: list) -> None:
    told = run("Open Net", "--email", "letters@opennet.example.org", "--invite-owner", NEW)
    assert f"invited: {NEW}" in told
    client.post(mailed_path(mailbox), JOIN)
    coalition = Coalition.objects.get(slug="open-net")
    assert coalition.memberships.get(user__email=NEW).role == "owner"
    assert AuditEntry.objects.get(action="member invited").actor is None


def test_an_operator_invites_an_owner_to_one_that_is_there(mailbox: list) -> None:
    factories.make_coalition(slug="open-net", name="Open Net")
    run("open-net", "--invite-owner", NEW)
    assert MemberInvitation.objects.get().role == "owner"


@pytest.mark.parametrize(
    "args",
    [
        ["--invite-owner", "no address"],
        ["--invite-owner", "there@example.org"],
        ["--invite-owner", NEW, "--owner", "other@example.org"],
    ],
)
def test_what_an_operator_types_wrong_is_refused_whole(args: list[str]) -> None:
    coalition = factories.make_coalition(slug="open-net", name="Open Net")
    factories.make_member(coalition, user=factories.make_user("there@example.org"))
    with pytest.raises(CommandError):
        run("open-net", *args)
    assert not MemberInvitation.objects.exists()
    assert not User.objects.filter(email="other@example.org").exists()


def test_an_account_without_a_password_yet_chooses_one_by_the_invitation(
    invite: Callable[..., str], client: Client
) -> None:
    User.objects.create_user(NEW)
    client.post(invite(), JOIN)
    assert User.objects.get(email=NEW).check_password(JOIN["password"])


def test_nobody_is_mailed_invitations_all_day(member_client: MemberClient, mailbox: list) -> None:
    url = reverse("desk:members", args=[member_client.coalition.slug])
    for _round in range(3):
        member_client.post(url, {"email": NEW, "role": "editor", "language": "en"})
        for _again in range(3):
            change(member_client, "again")
            send_owed_mail()
        change(member_client, "revoke")
    assert 3 <= len(mailbox) <= inviting.MOST_A_DAY
    answer = member_client.post(url, {"email": NEW, "role": "editor", "language": "en"})
    assert answer.status_code == 422
    assert "until tomorrow" in answer.content.decode()
