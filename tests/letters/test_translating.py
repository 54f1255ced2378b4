"""Translations: their states, what changed in the original, and translators who are invited to one language."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from letters import mailing, services
from letters.models import Letter, OwedMail, TextVersion, Translator, User
from letters.services.translations import TranslationState, translation_state, translation_states
from letters.services.translators import make_token
from tests import factories, writing
from tests.conftest import MemberClient

pytestmark = pytest.mark.django_db

SAID = {"title": "عنوان", "salutation": "", "body": "متن", "closing": "", "asks": ["الف", "ب", "ج"]}


@pytest.fixture
def draft(member_client: MemberClient) -> Letter:
    return factories.make_letter(coalition=member_client.coalition, state="draft", languages=["en", "ur"])


@pytest.fixture
def colleague(draft: Letter) -> User:
    return factories.make_member(draft.lead, user=factories.make_user(name="Bilal Ahmed")).user


def address(name: str, letter: Letter, **given: Any) -> str:
    return reverse(f"desk:{name}", kwargs={"coalition": letter.lead.slug, "letter_id": letter.pk, **given})


def state(letter: Letter, language: str = "ur") -> TranslationState:
    found = translation_state(Letter.objects.get(pk=letter.pk), language)
    assert found
    return found


def save(letter: Letter, language: str, *, actor: User | None = None, **changed: Any) -> TextVersion | None:
    text = SAID if language != "en" else {**SAID, "body": "Words", "asks": ["One", "Two", "Three"]}
    return services.save_text(letter, language=language, actor=actor, **{**text, **changed})


def mark(client: Client, letter: Letter, verb: str, **changed: Any) -> str:
    """Presses a button of the translation's page as it stands now; what the next page says."""
    url = address("letter_text", letter, language="ur")
    initial = client.get(url).context["form"].initial
    form = {"verb": verb, "seen": initial["seen"], "original_seen": initial["original_seen"], **changed}
    return client.post(address("text_state", letter, language="ur"), form, follow=True).text


# --- States ----------------------------------------------------------------------------------------------------


def test_a_language_goes_from_missing_through_draft_and_reviewed_to_behind(
    member_client: MemberClient, draft: Letter, colleague: User
) -> None:
    services.add_language(draft, language="fr")
    assert [(one.language, one.state) for one in translation_states(Letter.objects.get())] == [
        ("en", "original"),
        ("ur", "draft"),
        ("fr", "missing"),
    ]
    save(draft, "ur", actor=colleague)
    assert (state(draft).state, state(draft).translated_by) == ("draft", "Bilal Ahmed")
    assert "marked as reviewed" in mark(member_client, draft, "reviewed")
    assert (state(draft).state, state(draft).reviewed_by) == ("reviewed", str(member_client.user))
    save(draft, "en", body="The original changed")
    assert state(draft).state == "behind"
    page = member_client.get(address("letter_text", draft, language="ur")).text
    assert "behind the original" in page
    assert "What changed in the original since" in page


def test_what_changed_in_the_original_is_shown_since_the_version_translated(
    member_client: MemberClient, draft: Letter
) -> None:
    save(draft, "en", body="We ask for peace today.")
    save(draft, "ur")
    save(draft, "en", body="We ask for calm today.")
    save(draft, "en", body="We ask for calm tomorrow.")
    page = member_client.get(address("letter_text", draft, language="ur"))
    (part,) = page.context["changed_in_original"].parts
    kinds = {
        (piece.kind, piece.text) for block in part.blocks for line in block.lines for piece in line.pieces
    }
    assert {("removed", "peace today"), ("added", "calm tomorrow")} <= kinds


def test_a_translation_stays_behind_until_somebody_says_that_it_is_not(
    member_client: MemberClient, draft: Letter
) -> None:
    save(draft, "ur")
    save(draft, "en", body="Changed")
    url = address("letter_text", draft, language="ur")
    form = {**SAID, "closing": "A typo mended", **seen(member_client, url)}
    member_client.post(url, form)
    assert state(draft).state == "behind"
    member_client.post(url, {**form, "closing": "Brought up", "brought_up": "on", **seen(member_client, url)})
    assert state(draft).state == "draft"
    save(draft, "en", body="Changed again")
    mark(member_client, draft, "up-to-date")
    assert state(draft).state == "draft"
    assert "up-to-date" not in member_client.get(url).text


def seen(client: Client, url: str) -> dict[str, Any]:
    initial = client.get(url).context["form"].initial
    return {name: initial[name] for name in ("seen", "original_seen")}


def test_a_translation_that_was_saved_while_the_original_changed_is_behind(
    member_client: MemberClient, draft: Letter
) -> None:
    save(draft, "en", body="What the translator read")
    url = address("letter_text", draft, language="ur")
    began = seen(member_client, url)
    save(draft, "en", body="What came meanwhile")
    assert member_client.post(url, {**SAID, **began}).status_code == 302
    assert state(draft).state == "behind"


def test_who_translated_does_not_review_while_somebody_else_could(
    member_client: MemberClient, draft: Letter, colleague: User
) -> None:
    save(draft, "ur", actor=member_client.user)
    assert "somebody else of your coalition must review it" in mark(member_client, draft, "reviewed")
    assert state(draft).state == "draft"
    draft.lead.memberships.filter(user=colleague).update(role="viewer")
    assert "who translated it" in mark(member_client, draft, "reviewed")
    assert (state(draft).state, state(draft).is_reviewed_alone) == ("reviewed", True)
    assert "who translated it too" in member_client.get(address("letter_text", draft, language="ur")).text


def test_a_review_ends_with_the_next_change_and_is_of_what_was_read(
    member_client: MemberClient, draft: Letter, colleague: User
) -> None:
    save(draft, "ur", actor=colleague)
    url = address("letter_text", draft, language="ur")
    began = seen(member_client, url)
    save(draft, "ur", actor=colleague, body="Meanwhile")
    assert "saved this translation meanwhile" in mark(member_client, draft, "reviewed", **began)
    assert state(draft).state == "draft"
    mark(member_client, draft, "reviewed")
    assert state(draft).state == "reviewed"
    save(draft, "ur", actor=colleague, body="Later")
    assert (state(draft).state, state(draft).reviewed_by) == ("draft", "")
    assert list(draft.audit.filter(action="translation reviewed").values_list("detail", flat=True)) == [
        {"language": "ur"}
    ]


def test_what_is_no_translation_cannot_be_marked(member_client: MemberClient, draft: Letter) -> None:
    services.add_language(draft, language="fr")
    for language in ("en", "fr", "de"):
        form = {"verb": "reviewed", "seen": "", "original_seen": "1"}
        member_client.post(address("text_state", draft, language=language), form)
    assert not draft.audit.filter(action__startswith="translation").exists()


def test_an_imported_letter_is_not_behind(draft: Letter) -> None:
    save(draft, "en", body="New")
    save(draft, "ur", body="نیا")
    assert state(draft).state == "draft"


@pytest.mark.parametrize("rows", [1, 3])
def test_states_cost_the_same_for_more_languages(
    rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    letter = factories.make_letter(state="draft", languages=["en"])
    for language in ("ur", "fr", "de")[:rows]:
        save(letter, language)
    fresh = Letter.objects.prefetch_related("editions__texts").get()
    with django_assert_num_queries(2):
        assert len(translation_states(fresh)) == rows + 1


# --- Invited translators ---------------------------------------------------------------------------------------


@pytest.fixture
def translator(draft: Letter) -> Translator:
    return writing.make_translator(draft)


def door(translator: Translator) -> str:
    return reverse("letters:translate", args=[make_token(translator)])


def typed(client: Client, url: str, **changed: Any) -> dict[str, Any]:
    form = client.get(url).context["form"]
    return {**SAID, "seen": form.initial["seen"], "original_seen": form.initial["original_seen"], **changed}


def links(mails: list[EmailMessage]) -> Iterator[str]:
    for mail in mails:
        found = re.search(r"http\S+(/translate/\S+)", str(mail.body))
        assert found
        yield found[1]


def test_a_translator_is_invited_by_mail_in_their_language_and_writes_without_an_account(
    member_client: MemberClient, draft: Letter, mailbox: list[EmailMessage]
) -> None:
    form = {"language": "fr", "name": "Zoé Martin", "email": "zoe@example.net"}
    assert member_client.post(address("translators", draft), form).status_code == 302
    mailing.send_owed_mail()
    (mail,) = mailbox
    assert mail.to == ["zoe@example.net"]
    assert mail.extra_headers["Content-Language"] == "fr"
    assert "Français" in str(mail.subject)
    visitor = Client()
    url = next(links(mailbox))
    page = visitor.get(url)
    assert page.status_code == 200
    assert factories.TITLES["en"] in page.text
    saved = visitor.post(url, typed(visitor, url, title="Gardez-le ouvert", asks=["Un", "Deux", "Trois"]))
    assert saved.status_code == 303
    assert "Gardez-le ouvert" in visitor.get(saved.headers["Location"]).text
    version = TextVersion.objects.of(draft, "fr").first()
    assert version
    assert (version.saved_by_name, version.asks) == ("Zoé Martin", ["Un", "Deux", "Trois"])
    assert state(draft, "fr").translated_by == "Zoé Martin"
    assert not visitor.cookies
    stored = [OwedMail.objects.values(), draft.audit.values(), Translator.objects.values("name", "language")]
    assert "zoe@example.net" not in str([list(rows) for rows in stored])
    assert "zoe@example.net" not in member_client.get(address("translators", draft)).text


def test_the_page_is_kept_by_nobody_and_tells_its_address_to_nobody(
    client: Client, translator: Translator
) -> None:
    for response in (
        client.get(door(translator)),
        client.post(door(translator), {"title": ""}),
        client.get("/translate/nonsense/"),
    ):
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


def test_a_translators_link_shows_neither_comments_nor_organisations_nor_other_languages(
    client: Client, draft: Letter, translator: Translator
) -> None:
    services.add_language(draft, language="fr")
    save(draft, "fr", title="Titre secret", body="Texte secret")
    writing.make_comment(draft, body="A secret remark", organisation="Secret Organisation")
    writing.make_translator(draft, language="fr", name="Another Translator")
    factories.make_signature(
        draft, kind="organisation", organisation=factories.make_organisation(draft.lead, name="Secret Signer")
    )
    page = client.get(door(translator)).text
    for word in ("secret", "Secret", "Another Translator", "official1", "Government of", "/desk/coalition"):
        assert word not in page, word


def test_a_translators_token_opens_no_other_page(
    client: Client, draft: Letter, translator: Translator
) -> None:
    token = make_token(translator)
    client.get(door(translator))
    assert client.get(f"/signatures/{token}/").status_code == 404
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert client.get(address("letter", draft)).status_code == 302
    assert client.get(f"/letters/{draft.slug}/ur/").status_code == 404
    before = {text.language: text.body for text in draft.working_edition.texts.all()}
    client.post(door(translator), typed(client, door(translator), language="en"))
    after = {text.language: text.body for text in Letter.objects.get().working_edition.texts.all()}
    assert after == {**before, "ur": SAID["body"]}


def test_a_translator_does_not_overwrite_what_was_saved_meanwhile(
    client: Client, draft: Letter, translator: Translator, colleague: User
) -> None:
    mine = typed(client, door(translator), body="میرا متن")
    save(draft, "ur", actor=colleague, body="ان کا متن")
    response = client.post(door(translator), mine)
    assert response.status_code == 409
    assert "میرا متن" in response.text
    assert "ان کا متن" in response.text
    assert draft.working_edition.texts.get(language="ur").body == "ان کا متن"
    again = {**mine, "seen": response.context["form"]["seen"].value()}
    assert client.post(door(translator), again).status_code == 303


def test_a_translator_sees_what_changed_in_the_original_since(
    client: Client, draft: Letter, translator: Translator
) -> None:
    save(draft, "en", body="We ask for peace.")
    client.post(door(translator), typed(client, door(translator)))
    save(draft, "en", body="We ask for quiet.")
    page = client.get(door(translator))
    assert page.context["changed_in_original"]
    client.post(door(translator), typed(client, door(translator), brought_up="on"))
    assert client.get(door(translator)).context["changed_in_original"] is None


def test_bad_input_and_a_preview_lose_nothing(client: Client, translator: Translator) -> None:
    mine = typed(client, door(translator), title="", body="**لفظ**")
    refused = client.post(door(translator), mine)
    assert refused.status_code == 422
    assert "**لفظ**" in refused.text
    shown = client.post(door(translator), {**mine, "preview": "1"})
    assert "<strong>لفظ</strong>" in shown.text
    assert translator.letter.text_versions.count() == 0


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_a_form_from_another_site_is_refused(
    client: Client, translator: Translator, headers: dict[str, str]
) -> None:
    response = client.post(door(translator), typed(client, door(translator)), headers=headers)
    assert response.status_code == 403
    assert translator.letter.text_versions.count() == 0


def test_a_long_text_in_a_script_of_many_bytes_is_taken(client: Client, translator: Translator) -> None:
    mine = typed(client, door(translator), body="ہ" * 60_000)
    assert client.post(door(translator), mine).status_code == 303
    assert client.post(door(translator), {**mine, "closing": "x" * 500_000}).status_code == 413


def test_a_link_that_is_revoked_replaced_or_expired_writes_nothing(
    client: Client, member_client: MemberClient, translator: Translator, mailbox: list[EmailMessage]
) -> None:
    letter, old = translator.letter, door(translator)
    change = address("translator", letter, translator_id=translator.pk)
    member_client.post(change, {"verb": "resend"})
    mailing.send_owed_mail()
    new = next(links(mailbox))
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    Translator.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert client.get(new).status_code == 410
    assert client.post(new, SAID).status_code == 410
    Translator.objects.update(expires_at=timezone.now() + timedelta(days=1))
    member_client.post(change, {"verb": "revoke"})
    member_client.post(change, {"verb": "resend"})
    assert client.get(new).status_code == 404
    assert client.post(new, SAID).status_code == 404
    assert bytes(Translator.objects.get().sealed) == b""
    assert letter.text_versions.count() == 0
    mailing.send_owed_mail()
    assert len(mailbox) == 1
    assert list(letter.audit.order_by("pk").values_list("action", flat=True)) == [
        "translator invited again",
        "translator’s link revoked",
    ]


def test_revoking_drops_the_mail_that_has_not_gone(member_client: MemberClient, draft: Letter) -> None:
    form = {"language": "ur", "name": "Zainab", "email": "zainab@example.net"}
    member_client.post(address("translators", draft), form)
    assert OwedMail.objects.count() == 1
    translator = Translator.objects.get()
    member_client.post(address("translator", draft, translator_id=translator.pk), {"verb": "revoke"})
    assert OwedMail.objects.count() == 0


def test_after_the_launch_there_is_nothing_to_translate(client: Client, translator: Translator) -> None:
    url, letter = door(translator), translator.letter
    services.open_letter(letter)
    assert client.get(url).status_code == 410
    late = client.post(url, {**SAID, "body": "بہت دیر سے", "was": ["1", "2", "3"]})
    assert late.status_code == 410
    assert "بہت دیر سے" in late.text
    assert letter.edition.texts.get(language="ur").body != "بہت دیر سے"


def test_a_translator_is_not_invited_to_the_original_nor_with_a_bad_address(
    member_client: MemberClient, draft: Letter
) -> None:
    form = {"language": "ur", "name": "Zainab", "email": "zainab@example.net"}
    for changed in ({"language": "en"}, {"email": "zainab"}, {"name": ""}):
        response = member_client.post(address("translators", draft), {**form, **changed})
        assert response.status_code == 422
        assert response.context["form"].errors.keys() == changed.keys()
    assert not Translator.objects.exists()
    assert not OwedMail.objects.exists()


def test_the_first_opening_is_noted_and_a_head_is_none(client: Client, translator: Translator) -> None:
    client.head(door(translator))
    translator.refresh_from_db()
    assert translator.opened_at is None
    client.get(door(translator))
    translator.refresh_from_db()
    first = translator.opened_at
    client.get(door(translator))
    translator.refresh_from_db()
    assert translator.opened_at == first is not None


@pytest.mark.parametrize("rows", [1, 3])
def test_translators_cost_the_same_for_more_of_them(
    member_client: MemberClient, draft: Letter, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        writing.make_translator(draft)
    url = address("translators", draft)
    with django_assert_num_queries(8):
        assert member_client.get(url).status_code == 200


def test_a_translators_page_is_in_their_language_with_the_texts_in_theirs(
    client: Client, translator: Translator
) -> None:
    page = client.get(door(translator)).text
    assert '<html lang="ur" dir="rtl">' in page
    assert 'lang="en" dir="ltr"' in page
