"""Members and their roles: who may change them, and that there is always an owner."""

from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from letters import services
from letters.models import AuditEntry, Coalition, Membership
from letters.services import LastOwner, inviting
from tests import factories
from tests.at_once import at_once
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db


def page(name: str, coalition: Coalition, *args: Any) -> str:
    return reverse(f"desk:{name}", args=[coalition.slug, *args])


def signed_in(membership: Membership) -> Client:
    client = Client()
    client.force_login(membership.user)
    return client


def role_of(membership: Membership) -> str:
    return Membership.objects.get(pk=membership.pk).role


def test_the_list_says_who_is_what_since_when(member_client: MemberClient) -> None:
    other = factories.make_member(
        member_client.coalition,
        user=factories.make_user("amal@example.org", name="Amal Haddad"),
        role="viewer",
    )
    shown = member_client.get(page("members", member_client.coalition)).content.decode()
    assert "Amal Haddad" in shown
    assert "amal@example.org" in shown
    assert page("member", member_client.coalition, other.pk) in shown


def test_who_may_not_manage_reads_the_list_alone(member_client: MemberClient) -> None:
    viewer = factories.make_member(member_client.coalition, role="viewer")
    shown = signed_in(viewer).get(page("members", viewer.coalition)).content.decode()
    assert member_client.user.email in shown
    assert page("member", viewer.coalition, viewer.pk) not in shown
    assert "Send the invitation" not in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_more(
    member_client: MemberClient, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        factories.make_member(member_client.coalition)
        email = f"new{number}@example.org"
        inviting.invite_member(
            member_client.coalition, email=email, role="editor", language="en", actor=member_client.user
        )
    with django_assert_num_queries(6):
        member_client.get(page("members", member_client.coalition))


def test_a_changed_role_holds_from_the_next_request(member_client: MemberClient) -> None:
    editor = factories.make_member(member_client.coalition, role="editor")
    client = signed_in(editor)
    assert client.get(page("letter_new", editor.coalition)).status_code == 200
    answer = member_client.post(page("member", editor.coalition, editor.pk), {"role": "viewer"})
    assert answer.status_code == 302
    assert role_of(editor) == "viewer"
    assert client.get(page("letter_new", editor.coalition)).status_code == 403
    entry = AuditEntry.objects.get(action="role changed")
    assert entry.detail == {"member": editor.user_id, "role": "viewer", "before": "editor"}
    assert entry.actor == member_client.user


def test_a_removed_member_finds_nothing_from_the_next_request(member_client: MemberClient) -> None:
    letter = factories.make_letter(coalition=member_client.coalition, state="draft")
    editor = factories.make_member(member_client.coalition, role="editor")
    client = signed_in(editor)
    assert client.get(page("letter", editor.coalition, letter.pk)).status_code == 200
    member_client.post(page("member_remove", editor.coalition, editor.pk))
    assert client.get(page("letter", editor.coalition, letter.pk)).status_code == 404
    assert client.get(page("coalition", editor.coalition)).status_code == 404
    assert letter.slug not in client.get("/desk/").content.decode()
    assert AuditEntry.objects.get(action="member removed").detail["member"] == editor.user_id


def test_a_role_that_is_none_is_refused_at_its_field(member_client: MemberClient) -> None:
    editor = factories.make_member(member_client.coalition, role="editor")
    answer = member_client.post(page("member", editor.coalition, editor.pk), {"role": "king"})
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()
    assert role_of(editor) == "editor"


def test_saving_the_same_role_again_is_no_event(member_client: MemberClient) -> None:
    editor = factories.make_member(member_client.coalition, role="editor")
    member_client.post(page("member", editor.coalition, editor.pk), {"role": "editor"})
    assert not AuditEntry.objects.filter(action="role changed").exists()


def test_a_member_of_another_coalition_is_not_found(member_client: MemberClient) -> None:
    other = factories.make_member(role="editor")
    assert member_client.get(page("member", member_client.coalition, other.pk)).status_code == 404
    assert member_client.post(page("member_remove", member_client.coalition, other.pk)).status_code == 404
    assert role_of(other) == "editor"


def test_the_last_owner_is_not_demoted_removed_and_does_not_leave(member_client: MemberClient) -> None:
    coalition = member_client.coalition
    factories.make_member(coalition, role="editor")
    own = coalition.memberships.get(user=member_client.user)
    demoted = member_client.post(page("member", coalition, own.pk), {"role": "editor"})
    assert demoted.status_code == 422
    assert "last owner" in demoted.content.decode()
    for name, args in (("member_remove", [own.pk]), ("member_leave", [])):
        answer = member_client.post(page(name, coalition, *args), follow=True)
        assert "last owner" in answer.content.decode()
    assert role_of(own) == "owner"


def test_with_another_owner_there_one_may_go(member_client: MemberClient) -> None:
    coalition = member_client.coalition
    factories.make_member(coalition, role="owner")
    assert "Leave" in member_client.get(page("member_leave", coalition)).content.decode()
    assert coalition.memberships.filter(user=member_client.user).exists()
    answer = member_client.post(page("member_leave", coalition), follow=True)
    assert answer.redirect_chain == [("/desk/", 302)]
    assert not coalition.memberships.filter(user=member_client.user).exists()
    assert AuditEntry.objects.get(action="member left").actor == member_client.user


def test_leaving_twice_is_leaving_once(member_client: MemberClient) -> None:
    viewer = factories.make_member(member_client.coalition, role="viewer")
    assert services.leave_coalition(viewer.coalition, user=viewer.user)
    assert not services.leave_coalition(viewer.coalition, user=viewer.user)
    assert AuditEntry.objects.filter(action="member left").count() == 1


def test_who_was_demoted_a_moment_ago_changes_nobody() -> None:
    owner = factories.make_member(role="owner")
    former, viewer = (factories.make_member(owner.coalition, role="viewer") for _which in range(2))
    with pytest.raises(PermissionDenied):
        services.change_role(viewer, role="owner", actor=former.user)
    with pytest.raises(PermissionDenied):
        services.remove_member(viewer, actor=former.user)
    assert role_of(viewer) == "viewer"


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_one_moment_leave_an_owner() -> None:
    for _round in range(5):
        first = factories.make_member(role="owner")
        second = factories.make_member(first.coalition, role="owner")
        results = at_once(
            partial(services.change_role, second, role="viewer", actor=first.user),
            partial(services.change_role, first, role="viewer", actor=second.user),
        )
        assert sorted(map(role_of, (first, second))) == ["owner", "viewer"]
        assert [result for result in results if result is True] == [True]
        assert [type(result) for result in results if result is not True] == [PermissionDenied]


@pytest.mark.django_db(transaction=True)
def test_all_owners_who_leave_at_one_moment_leave_one_behind() -> None:
    owners = [factories.make_member(role="owner")]
    owners += [factories.make_member(owners[0].coalition, role="owner") for _which in range(3)]
    coalition = owners[0].coalition
    results = at_once(*[partial(services.leave_coalition, coalition, user=owner.user) for owner in owners])
    assert coalition.memberships.filter(role="owner").count() == 1
    assert sorted(str(type(result)) for result in results) == sorted([str(bool)] * 3 + [str(LastOwner)])


def test_the_coalitions_settings_are_saved_and_told(member_client: MemberClient) -> None:
    url = page("coalition_settings", member_client.coalition)
    form = {"name": "Open Net", "email": "new@example.org", "website": "opennet.example.org"}
    assert member_client.post(url, form).status_code == 302
    coalition = Coalition.objects.get(pk=member_client.coalition.pk)
    assert (coalition.name, coalition.email) == ("Open Net", "new@example.org")
    assert coalition.website == "https://opennet.example.org"
    entry = AuditEntry.objects.get(action="coalition changed")
    assert entry.detail == {"changed": ["name", "email", "website"]}
    member_client.post(url, form)
    assert AuditEntry.objects.filter(action="coalition changed").count() == 1


def test_bad_settings_are_refused_and_nothing_typed_is_lost(member_client: MemberClient) -> None:
    url = page("coalition_settings", member_client.coalition)
    answer = member_client.post(url, {"name": "Another Name", "email": "no address", "website": ""})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Another Name" in shown
    assert "no address" in shown
    assert Coalition.objects.get(pk=member_client.coalition.pk).name == member_client.coalition.name
