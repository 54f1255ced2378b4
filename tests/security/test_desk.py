"""What a member types at the desk makes nothing fail, on either database."""

from typing import Any

import pytest

from letters.models import Letter
from tests import factories

YEARS = ["0001-01-01T00:00", "9999-12-31T23:59", "1899-12-31T00:00"]


@pytest.fixture
def draft(member_client: Any) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, state="draft")


def path_of(letter: Letter, end: str) -> str:
    return f"/desk/{letter.lead.slug}/letters/{letter.pk}/{end}"


@pytest.mark.parametrize("moment", YEARS)
@pytest.mark.parametrize("zone", ["Asia/Karachi", "America/Los_Angeles"])
def test_a_year_out_of_range_is_refused(member_client: Any, draft: Letter, moment: str, zone: str) -> None:
    settings = {"slug": draft.slug, "accepts_individuals": "on", "zone": zone}
    for name in ("opens_at", "closes_at"):
        form = settings | {name: moment}
        assert member_client.post(path_of(draft, "settings/"), form).status_code == 422
    assert member_client.post(path_of(draft, "settings/"), settings).status_code == 302
    form = {"action": "schedule", "opens_at": moment}
    assert member_client.post(path_of(draft, "publish/"), form).status_code == 422


@pytest.mark.parametrize("language", ["ca-ES-valencia", "a" * 500, "x\0y"])
def test_a_language_that_cannot_be_stored_is_refused(
    member_client: Any, draft: Letter, language: str
) -> None:
    form = {"title": "Title", "language": language}
    assert member_client.post(path_of(draft, "texts/"), form).status_code == 422
    assert member_client.post(f"/desk/{draft.lead.slug}/letters/new/", form).status_code == 422
