import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from letters import services
from letters.models import Addressee, AuditEntry, Letter, Official
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 2, 6, 4, tzinfo=UTC)


def actions(letter: Letter) -> list[str]:
    return list(letter.audit.order_by("pk").values_list("action", flat=True))


def names(letter: Letter, kind: str) -> list[str]:
    return [addressee.name for addressee in letter.to_and_cc()[kind == "cc"]]


# --- Editions ------------------------------------------------------------------------------------------------


def test_the_hash_is_of_the_canonical_form_and_holds_no_address() -> None:
    letter = factories.make_letter(state="draft", languages=["en", "ur"])
    edition = services.freeze_edition(letter, now=NOW)
    assert edition.sha256 == hashlib.sha256(edition.canonical.encode()).hexdigest()
    content = json.loads(edition.canonical)
    assert set(content) == {"addressees", "asks", "language", "texts"}
    assert [(a["kind"], a["position"]) for a in content["addressees"]] == [("to", 1), ("to", 2), ("cc", 1)]
    assert content["asks"][0]["texts"]["ur"] == factories.ASKS["ur"][0]
    assert "@" not in edition.canonical


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    letter = factories.make_letter(state="draft", addressees=1, copies=0, body='A "quote" \\ tab\t é 🙂')
    canonical = services.canonical_json(letter, letter.edition)
    assert canonical.startswith('{"addressees":[{"country":"PK","institution":')
    assert r"A \"quote\" \\ tab\t é 🙂" in canonical
    assert ", " not in canonical.replace(", and", "").replace("Minister,", "").split('"texts":{"en"')[0]


def test_freezing_twice_changes_nothing() -> None:
    letter = factories.make_letter(state="draft")
    first = services.freeze_edition(letter, now=NOW)
    Official.objects.update(name="Other")
    second = services.freeze_edition(letter)
    assert (second.sha256, second.frozen_at) == (first.sha256, NOW)


def test_every_part_counts_in_the_hash() -> None:
    letter = factories.make_letter(state="draft", languages=["en", "ur"])
    seen = {services.canonical_json(letter, letter.edition)}
    for change in (
        lambda: letter.edition.texts.filter(language="ur").update(closing="x"),
        lambda: letter.asks.all()[0].texts.filter(language="en").update(text="x"),
        lambda: letter.addressees.filter(kind="cc").update(office="x"),
        lambda: letter.addressees.filter(kind="cc").update(kind="to"),
    ):
        change()
        fresh = Letter.objects.get(pk=letter.pk)
        seen.add(services.canonical_json(fresh, fresh.edition))
    assert len(seen) == 5


# --- Opening, scheduling, closing ----------------------------------------------------------------------------


def test_opening_freezes_and_opens_once() -> None:
    letter = factories.make_letter(state="draft")
    assert services.open_letter(letter, now=NOW) is True
    assert (letter.state, letter.opened_at, letter.opens_at) == (Letter.State.OPEN, NOW, NOW)
    sha256 = letter.edition.sha256
    assert services.open_letter(letter) is False
    assert (letter.opened_at, letter.edition.sha256) == (NOW, sha256)
    assert actions(letter) == ["letter opened"]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_open_at_once_one_does() -> None:
    letter = factories.make_letter(state="draft")
    assert sorted(at_once(8, lambda _n: services.open_letter(Letter.objects.get(pk=letter.pk)))) == [
        False
    ] * 7 + [True]
    letter.refresh_from_db()
    assert actions(letter) == ["letter opened"]


@pytest.mark.django_db(transaction=True)
def test_two_scheduled_letters_of_one_slug_open_at_once_under_two() -> None:
    letters = [factories.make_letter(state="draft", slug="keep") for _ in range(2)]
    for letter in letters:
        services.schedule_letter(letter, opens_at=timezone.now() + timedelta(seconds=60))
    late = timezone.now() + timedelta(seconds=61)
    assert at_once(2, lambda n: services.open_letter(Letter.objects.get(pk=letters[n].pk), now=late)) == [
        True,
        True,
    ]
    assert sorted(Letter.objects.values_list("slug", flat=True)) == ["keep", "keep-2"]
    renamed = AuditEntry.objects.get(detail__slug="keep-2")
    assert renamed.detail["wanted_slug"] == "keep"


@pytest.mark.django_db(transaction=True)
def test_a_letter_called_off_while_it_opens_is_one_or_the_other() -> None:
    letter = factories.make_letter(state="draft")
    services.schedule_letter(letter, opens_at=timezone.now() + timedelta(hours=1))

    def press(number: int) -> bool:
        verb: Callable[[Letter], bool] = (services.open_letter, services.unschedule_letter)[number]
        try:
            return verb(Letter.objects.get(pk=letter.pk))
        except services.NotReady:
            return False

    opened, called_off = at_once(2, press)
    letter.refresh_from_db()
    assert opened == (letter.state == Letter.State.OPEN)
    if opened:
        assert letter.edition.sha256
    else:
        assert called_off
        assert letter.edition.sha256 == ""


def test_a_scheduled_letter_opens_at_the_time_it_promised() -> None:
    letter = factories.make_letter(state="draft")
    assert services.schedule_letter(letter, opens_at=NOW + timedelta(hours=1), now=NOW) is True
    assert letter.is_frozen()
    assert services.schedule_letter(letter, opens_at=NOW + timedelta(hours=2), now=NOW) is False
    services.open_letter(letter, now=NOW + timedelta(hours=1, seconds=7))
    assert letter.opened_at == NOW + timedelta(hours=1)


def test_calling_off_thaws_the_draft_until_the_moment() -> None:
    letter = factories.make_letter(state="draft")
    services.schedule_letter(letter, opens_at=NOW + timedelta(hours=1), now=NOW)
    assert services.unschedule_letter(letter, now=NOW + timedelta(minutes=59)) is True
    assert (letter.scheduled_at, letter.edition.sha256, letter.edition.frozen_at) == (None, "", None)
    assert services.unschedule_letter(letter, now=NOW) is False
    services.schedule_letter(letter, opens_at=NOW + timedelta(hours=1), now=NOW)
    assert services.unschedule_letter(letter, now=NOW + timedelta(hours=1)) is False
    assert letter.edition.sha256


def test_an_opening_in_the_past_is_not_scheduled() -> None:
    letter = factories.make_letter(state="draft")
    with pytest.raises(services.NotReady, match="future"):
        services.schedule_letter(letter, opens_at=NOW, now=NOW)
    assert not Letter.objects.get(pk=letter.pk).is_frozen()


def test_closing_happens_once_and_only_to_what_is_open() -> None:
    letter = factories.make_letter()
    assert services.close_letter(letter, now=NOW) is True
    assert services.close_letter(letter) is False
    assert (letter.state, letter.closed_at) == (Letter.State.CLOSED, NOW)
    assert services.close_letter(factories.make_letter(state="draft")) is False


# --- What stands in the way ----------------------------------------------------------------------------------


def test_a_good_draft_has_no_problems() -> None:
    assert services.letter_problems(factories.make_letter(state="draft", languages=["en", "ur"])) == []


def test_problems_are_named() -> None:
    letter = factories.make_letter(state="draft", languages=["en", "ur"], addressees=0, copies=1, slug="keep")
    factories.make_letter(slug="keep")
    letter.asks.all()[1].texts.filter(language="ur").delete()
    letter.edition.texts.filter(language="ur").update(body=" ")
    letter.closes_at = NOW
    problems = services.letter_problems(Letter.objects.get(pk=letter.pk)) + services.letter_problems(letter)
    for part in ("no addressee", "“keep” is taken", "part of the asks", "no title or no body", "would close"):
        assert any(part in problem for problem in problems), part
    with pytest.raises(services.NotReady):
        services.open_letter(letter)
    assert not Letter.objects.get(pk=letter.pk).is_public()


def test_the_slug_of_an_embargoed_letter_is_no_problem() -> None:
    hidden = factories.make_letter(state="draft", slug="keep")
    services.schedule_letter(hidden, opens_at=timezone.now() + timedelta(hours=1))
    assert services.letter_problems(factories.make_letter(state="draft", slug="keep")) == []


# --- Writing a draft -----------------------------------------------------------------------------------------


def save(letter: Letter, language: str = "en", *, asks: list[str], seen: str | None = None) -> None:
    services.save_text(
        letter, language=language, title="T", salutation="", body="B", closing="", asks=asks, seen=seen
    )


def test_a_stale_save_is_refused_and_changes_nothing() -> None:
    letter = factories.make_letter(state="draft")
    seen = services.text_version(letter, "en")
    save(letter, asks=["One"], seen=seen)
    with pytest.raises(services.Stale):
        save(letter, asks=["Two"], seen=seen)
    assert [ask for _, ask in letter.edition.asks_in("en")] == ["One"]
    save(letter, asks=["Two"], seen=services.text_version(letter, "en"))


def test_asks_follow_the_original_and_keep_their_translations() -> None:
    letter = factories.make_letter(state="draft", languages=["en", "ur"])
    save(letter, asks=["One", "Two"])
    assert [ask for _, ask in letter.edition.asks_in("ur")] == list(factories.ASKS["ur"][:2])
    save(letter, "ur", asks=["", "دوسرا", "زائد"])
    assert [sorted(texts) for texts in letter.edition.asks().values()] == [
        ["en"],
        ["en", "ur"],
    ]


def test_a_language_comes_and_goes_but_the_original_stays() -> None:
    letter = factories.make_letter(state="draft")
    assert services.add_language(letter, language="fr") is True
    assert services.add_language(letter, language="fr") is False
    assert services.remove_language(letter, language="fr") is True
    assert services.remove_language(letter, language="en") is False
    assert [text.language for text in letter.edition.texts.all()] == ["en"]


def test_what_is_frozen_is_not_changed_in_place() -> None:
    letter = factories.make_letter()
    addressee = letter.addressees.all()[0]
    for change in (
        lambda: save(letter, asks=[]),
        lambda: services.add_language(letter, language="fr"),
        lambda: services.remove_language(letter, language="fr"),
        lambda: services.set_addressees(letter, []),
        lambda: services.move_addressee(addressee, direction="down"),
        lambda: services.remove_addressee(addressee),
        lambda: services.save_settings(letter, slug="other"),
    ):
        with pytest.raises(services.Frozen):
            change()
    assert services.save_settings(letter, closes_at=timezone.now() + timedelta(days=1)) == ["closes_at"]


# --- Officials and addressees --------------------------------------------------------------------------------


def test_addressees_are_added_once_moved_and_removed() -> None:
    letter = factories.make_letter(state="draft", addressees=0, copies=0)
    officials = [factories.make_official(letter.lead, name=name) for name in "ABC"]
    for official in [*officials, officials[0]]:
        services.add_addressee(letter, official=official, kind="to")
    assert names(letter, "to") == ["A", "B", "C"]
    services.move_addressee(letter.addressees.get(name="C"), direction="up")
    services.move_addressee(letter.addressees.get(name="A"), direction="up")
    assert names(letter, "to") == ["A", "C", "B"]
    services.move_addressee(letter.addressees.get(name="A"), direction="other")
    assert (names(letter, "to"), names(letter, "cc")) == (["C", "B"], ["A"])
    services.remove_addressee(letter.addressees.get(name="C"))
    assert (names(letter, "to"), Official.objects.count()) == (["B"], 3)


def test_drafts_follow_an_official_and_launched_letters_do_not() -> None:
    coalition = factories.make_coalition()
    draft, launched = (factories.make_letter(coalition=coalition, state=state) for state in ("draft", "open"))
    official = draft.addressees.all()[0].official
    assert official is not None
    launched.addressees.update(official=None)
    launched.addressees.filter(pk=launched.addressees.all()[0].pk).update(official=official)
    official.office = "Former minister"
    services.save_official(official)
    changed = Addressee.objects.filter(office="Former minister")
    assert [addressee.letter for addressee in changed] == [draft]


def test_an_official_who_is_named_is_not_deleted() -> None:
    letter = factories.make_letter(state="draft")
    named = letter.addressees.all()[0].official
    assert named is not None
    assert services.delete_official(named) is False
    assert services.delete_official(factories.make_official(letter.lead)) is True


# --- Coalitions ----------------------------------------------------------------------------------------------


def test_coalitions_of_one_name_get_addresses_of_their_own() -> None:
    made = [services.create_coalition("Open Net!", email="a@example.org") for _ in range(3)]
    assert [coalition.slug for coalition in made] == ["open-net", "open-net-2", "open-net-3"]
    assert services.create_coalition("اتحاد", email="a@example.org").slug == "coalition"


def test_a_member_is_added_once_with_the_newest_role() -> None:
    user = factories.make_user()
    coalition = services.create_coalition("Open Net", email="a@example.org", owner=user)
    services.add_member(coalition, user=user, role="viewer")
    assert coalition.memberships.get().role == "viewer"
    assert "@" not in json.dumps(list(AuditEntry.objects.values_list("detail", flat=True)))


def at_once(number: int, verb: Callable[[int], bool]) -> list[bool]:
    """What `verb` answers in as many threads, which begin together."""
    barrier = Barrier(number)

    def press(turn: int) -> bool:
        barrier.wait()
        try:
            return verb(turn)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(press, range(number)))
