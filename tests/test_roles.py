"""What each role may do, page by page: the desk is held to the one table in letters.roles, and to this one."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from campaign.urls import desk
from letters.models import Letter, LetterCoalition
from letters.roles import CO_PUBLISHER, TABLE, May
from tests import factories
from tests.desk import desk_addresses

ROLES = ("owner", "editor", "moderator", "viewer")
# By role, in the order of ROLES: what docs/guide.md says too.
MAY = {
    "read": (True, True, True, True),
    "comment": (True, True, True, False),
    "write": (True, True, False, False),
    "invite": (True, True, False, False),
    "launch": (True, True, False, False),
    "signatures": (True, True, True, False),
    "moderate": (True, True, True, False),
    "export": (True, False, False, False),
    "manage": (True, False, False, False),
}
# What a page needs to be seen, and to be posted to; the pages that are not here need READ, and WRITE.
NEEDS = {
    "letter_new": ("write", "write"),
    "letter_preview": ("read", "read"),
    "comments": ("read", "comment"),
    "comment": ("read", "comment"),
    "comment_moderate": ("read", "moderate"),
    "template_save": ("write", "write"),
    "template_delete": ("write", "write"),
    "translators": ("read", "invite"),
    "translator": ("read", "invite"),
    "coalition_settings": ("manage", "manage"),
    "members": ("read", "manage"),
    "member": ("manage", "manage"),
    "member_remove": ("manage", "manage"),
    "member_leave": ("read", "read"),
    "member_invitation": ("manage", "manage"),
    "audit_export": ("manage", "manage"),
    "letter_audit_export": ("manage", "manage"),
    "publishers": ("read", "manage"),
    "publisher_remove": ("manage", "manage"),
    "publishing_request_withdraw": ("manage", "manage"),
    "publishing_request": ("manage", "manage"),
    "publication_leave": ("manage", "manage"),
    "official_new": ("write", "write"),
    "official": ("write", "write"),
    "letter_unschedule": ("read", "launch"),
    "letter_close": ("launch", "launch"),
    "letter_reopen": ("launch", "launch"),
    "letter_archive": ("launch", "launch"),
    "job_cancel": ("read", "invite"),
    "job_retry": ("read", "invite"),
    "update_new": ("write", "write"),
    "update_publish": ("launch", "launch"),
    "update_delete": ("write", "write"),
    "update_call_off": ("read", "launch"),
    "update_withdraw": ("launch", "launch"),
    "officials_import": ("write", "write"),
    "official_successor": ("write", "write"),
    "follow_up": ("write", "write"),
    "signatures": ("signatures", "signatures"),
    "signature": ("signatures", "write"),
    "signature_approve": ("signatures", "moderate"),
    "signature_refuse": ("signatures", "moderate"),
    "signature_remove": ("moderate", "moderate"),
    "signature_restore": ("signatures", "moderate"),
    "room_board": ("read", "read"),
    "room_circulate": ("read", "invite"),
    "room_recall": ("read", "invite"),
    "room_settings": ("invite", "invite"),
    "room_invite": ("invite", "invite"),
    "room_reminders": ("invite", "invite"),
    "room_reminder_remove": ("read", "invite"),
    "room_mail_resend": ("read", "invite"),
    "room_renew": ("read", "invite"),
    "room_revoke": ("read", "invite"),
    "room_restore": ("read", "invite"),
    "room_link_end": ("read", "invite"),
    "room_import": ("invite", "invite"),
    "organisations_import": ("invite", "invite"),
    "guests": ("invite", "invite"),
    "guests_row": ("invite", "invite"),
    "guests_rest": ("invite", "invite"),
    "guests_add": ("invite", "invite"),
    "guests_discard": ("invite", "invite"),
    "organisation": ("read", "invite"),
    "organisation_new": ("invite", "invite"),
    "organisation_merge": ("invite", "invite"),
    "organisation_part": ("invite", "invite"),
    "export_full": ("export", "export"),
    "to_decide": ("moderate", "moderate"),
    "letter_to_decide": ("moderate", "moderate"),
    "decide_in_bulk": ("moderate", "moderate"),
    "decision": ("moderate", "moderate"),
    "notable_names": ("moderate", "moderate"),
    "letter_publish": ("read", "launch"),
    "editions": ("read", "launch"),
    "edition_publish": ("read", "launch"),
    "edition_discard": ("read", "launch"),
    "deliveries": ("read", "launch"),
    "delivery_trial": ("launch", "launch"),
    "delivery_decide": ("launch", "launch"),
}
NAMES = [pattern.name or "" for pattern in desk if "coalition" in pattern.pattern.converters]
OF_A_LETTER = [pattern.name or "" for pattern in desk if "letter_id" in pattern.pattern.converters]
METHODS = ("get", "post")


@pytest.fixture
def letter() -> Letter:
    return factories.make_letter(state="draft", languages=["en", "ur"])


def status(client: Client, letter: Letter, name: str, method: str) -> int:
    return getattr(client, method)(dict(desk_addresses(letter))[name]).status_code


def test_the_table_is_this_one() -> None:
    assert {may.value for may in May} == set(MAY)
    for place, role in enumerate(ROLES):
        assert {may.value for may in TABLE[role]} == {may for may, roles in MAY.items() if roles[place]}
    assert {may.value for may in CO_PUBLISHER} == {"read", "comment"}


def test_the_guide_shows_the_table() -> None:
    guide = Path("docs/guide.md").read_text()
    for may, roles in MAY.items():
        cells = " | ".join("yes" if role else "–" for role in roles)
        assert f"| {may} | {cells} |" in guide, may


def test_every_page_is_named_once() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert set(NEEDS) <= set(NAMES)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.django_db
def test_a_role_is_admitted_or_refused(
    client: Client, letter: Letter, name: str, role: str, method: str
) -> None:
    needed = NEEDS.get(name, ("read", "write"))[METHODS.index(method)]
    client.force_login(factories.make_member(letter.lead, role=role).user)
    found = status(client, letter, name, method)
    if MAY[needed][ROLES.index(role)]:
        assert found not in (403, 404, 500)
    else:
        assert found in (403, 405)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.django_db
def test_another_coalitions_member_finds_nothing(
    client: Client, letter: Letter, name: str, role: str, method: str
) -> None:
    client.force_login(factories.make_member(role=role).user)
    assert status(client, letter, name, method) in (404, 405)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", OF_A_LETTER)
@pytest.mark.django_db
def test_a_co_publisher_reads_and_comments(client: Client, letter: Letter, name: str, method: str) -> None:
    """Once it accepted, and by its own address; whatever the role of its member."""
    membership = factories.make_member(role="owner")
    client.force_login(membership.user)
    address = dict(desk_addresses(letter))[name].replace(letter.lead.slug, membership.coalition.slug, 1)
    asked = LetterCoalition.objects.create(letter=letter, coalition=membership.coalition)
    assert getattr(client, method)(address).status_code in (404, 405)
    LetterCoalition.objects.filter(pk=asked.pk).update(accepted_at=timezone.now())
    needed = NEEDS.get(name, ("read", "write"))[METHODS.index(method)]
    found = getattr(client, method)(address).status_code
    if needed in ("read", "comment"):
        assert found not in (403, 404, 500)
    else:
        assert found in (403, 405)
