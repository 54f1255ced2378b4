"""Pages and mails whose every name is in Urdu say nothing in English: no word is unmarked, or translated too early."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from deliveries.mail import compose_mail, sample_deliveries
from letters.models import Coalition, Letter
from signatures.links import own_url
from signatures.mails import write_for_signatures
from signatures.models import Mail, Signature
from tests.conftest import MemberClient
from tests.factories import make_letter, make_organisation, make_signature

# What is written in Latin letters in Urdu too.
LATIN = {*"Undersigned CSV JSON XLSX PDF SHA UTC URL WhatsApp Telegram Facebook SAR via ur ps pt BR".split()}  # noqa: SIM905
NOT_SHOWN = re.compile(
    r"<(head|script|style)\b.*?</\1>|<select[^>]*name=\"(language|zone)\".*?</select>", re.S
)
CODE = re.compile(r"<(\w+)[^>]*(?:hash|host|dir=\"ltr\")[^>]*>[^<]*</\1>|[0-9a-f]{12,}", re.S)
SAID_IN_TAGS = re.compile(r"<[^>]*?\b(?:aria-label|title|alt|placeholder|data-label)=\"([^\"]*)\"[^>]*>")
TAG = re.compile(r"<[^>]*>")
ADDRESS = re.compile(
    r"https?://\S+|\S+@\S+|/letters/\S+|[\w.-]+\.(?:example\.\w+|pdf)\b|letter-\d+|coalition-\d+"
)
# What languages call themselves, behind the names of templates.
OWN_NAMES = re.compile(r"\b(?:English|Français)\b")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    (folder / "ur/LC_MESSAGES").mkdir(parents=True)
    words = (settings.BASE_DIR / "locale/ur/LC_MESSAGES/django.po").read_bytes()
    with (folder / "ur/LC_MESSAGES/django.mo").open("wb") as file:
        write_mo(file, read_po(BytesIO(words), locale="ur"))
    return folder


@pytest.fixture(autouse=True)
def _speaking(compiled: Path) -> Iterator[None]:
    with override_settings(LOCALE_PATHS=[compiled]):
        yield


@pytest.fixture
def member(member_client: MemberClient) -> MemberClient:
    """A member who reads Urdu, of a coalition with a name in it."""
    Coalition.objects.filter(pk=member_client.coalition.pk).update(name="کھلا انٹرنیٹ اتحاد")
    member_client.coalition.refresh_from_db()
    member_client.user.name = "ثنا مرزا"
    member_client.user.save()
    member_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ur"
    return member_client


def urdu_letter(coalition: Coalition, **fields: object) -> Letter:
    letter = make_letter(coalition=coalition, languages=("ur",), **fields)  # type: ignore[arg-type]
    words = {"salutation": "محترم وزیرِ اعظم،", "body": "انٹرنیٹ کھلا رکھیے۔", "closing": "احترام کے ساتھ،"}
    letter.edition.texts.update(**words)
    for people in (letter.addressees, coalition.officials):
        people.update(name="نگران وزیرِ اعظم", office="وزیرِ اعظم", institution="حکومتِ پاکستان", language="ur")
    return letter


@pytest.fixture
def letter(member: MemberClient) -> Letter:
    """Open, with a person and organisations of several kinds, and one that waits."""
    letter = urdu_letter(member.coalition)
    make_signature(letter, name="عائشہ خان", role="معلمہ")
    make_signature(letter, name="علی رضا", exposure="country")
    for number, (state, verified) in enumerate(
        [("confirmed", "reviewer"), ("confirmed", "imported"), ("waiting", "")]
    ):
        name = ("کھلا کراچی", "سندھو آواز", "جھیل کامنز")[number]
        organisation = make_organisation(member.coalition, name=name)
        make_signature(
            letter,
            kind="organisation",
            name="سارہ احمد",
            role="مدیرہ",
            organisation=organisation,
            state=state,
            verified=verified,
        )
    return letter


def english(html: str) -> list[str]:
    """The Latin words that a reader sees, or hears read, in what is otherwise Urdu."""
    html = CODE.sub("", NOT_SHOWN.sub("", html))
    seen = unescape(" ".join([*SAID_IN_TAGS.findall(html), TAG.sub(" ", html)]))
    return [
        word
        for word in re.findall("[A-Za-z]{2,}", OWN_NAMES.sub("", ADDRESS.sub("", seen)))
        if word not in LATIN
    ]


def says_no_english(client: Client, path: str, **posted: str) -> None:
    response = client.post(path, posted) if posted else client.get(path)
    page = response.content.decode()
    assert response.status_code in (200, 422), (path, response.status_code)
    assert 'dir="rtl"' in page[:200], path
    assert english(page) == [], path


@pytest.mark.parametrize("view", ["detail", "sign", "sign?kind=organisation", "list", "list?kind=individual"])
def test_public_pages(client: Client, letter: Letter, view: str) -> None:
    name, _mark, query = view.partition("?")
    app = "letters" if name == "detail" else "signatures"
    says_no_english(client, reverse(f"{app}:{name}", args=[letter.slug]) + f"?{query}")


@pytest.mark.parametrize("view", ["sent", "thanks", "lost_link", "link_sent"])
def test_pages_after_signing(client: Client, letter: Letter, view: str) -> None:
    says_no_english(client, reverse(f"signatures:{view}", args=[letter.slug, "ur"]))


def test_home(client: Client, letter: Letter) -> None:
    page = client.get("/?lang=ur").content.decode()
    assert set(english(page)) <= {"English", "Fran", "ais"}  # the languages call themselves so


@pytest.mark.parametrize("kind", ["individual", "organisation"])
def test_a_form_that_is_refused(client: Client, letter: Letter, kind: str) -> None:
    says_no_english(
        client, reverse("signatures:sign", args=[letter.slug]), kind=kind, name="ن" * 200, website="ہ"
    )


@pytest.mark.parametrize("state", ["confirmed", "pending", "withdrawn", "quarantined", "refused", "removed"])
def test_the_signatorys_own_page(client: Client, letter: Letter, state: str) -> None:
    signature = make_signature(letter, name="نادیہ شاہ", state=state)
    says_no_english(client, own_url(signature).removeprefix(settings.SITE_URL))


def test_a_closed_letter(client: Client, member: MemberClient) -> None:
    letter = urdu_letter(member.coalition, state="closed")
    pending = make_signature(letter, name="نادیہ", state="pending")
    says_no_english(client, reverse("letters:detail", args=[letter.slug]))
    says_no_english(client, own_url(pending).removeprefix(settings.SITE_URL))


DESK = "letter addressees letter_settings letter_publish letter_close signatures exports deliveries"


@pytest.mark.parametrize("view", DESK.split())
def test_the_desk(member: MemberClient, letter: Letter, view: str) -> None:
    says_no_english(member, reverse(f"desk:{view}", args=[member.coalition.slug, letter.pk]))


def test_the_desk_of_a_draft(member: MemberClient) -> None:
    letter = urdu_letter(member.coalition, state="draft")
    at = [member.coalition.slug, letter.pk]
    for view in ("letter", "addressees", "letter_settings", "letter_publish"):
        says_no_english(member, reverse(f"desk:{view}", args=at))
    says_no_english(member, reverse("desk:letter_text", args=[*at, "ur"]))
    says_no_english(member, reverse("desk:addressees", args=at), create="1", email="ن")


def test_a_decision_at_the_desk(member: MemberClient, letter: Letter) -> None:
    for signature in letter.signatures.all():
        says_no_english(
            member, reverse("desk:signature", args=[member.coalition.slug, letter.pk, signature.pk])
        )


def test_the_coalitions_pages(member: MemberClient, letter: Letter) -> None:
    for view in ("letter_new", "officials", "official_new", "organisations"):
        says_no_english(member, reverse(f"desk:{view}", args=[member.coalition.slug]))
    says_no_english(member, reverse("desk:home"))


def test_signing_in(client: Client, db: None) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ur"
    for view in ("account_login", "account_reset_password", "account_signup", "account_reset_password_done"):
        response = client.get(reverse(view))
        assert english(response.content.decode()) == [], view
    refused = client.post(reverse("account_login"), {"login": "nobody@example.org", "password": "wrong"})
    assert english(refused.content.decode()) == []


def test_the_password(member: MemberClient) -> None:
    says_no_english(member, reverse("account_change_password"))
    refused = member.post(
        reverse("account_change_password"), {"oldpassword": "x", "password1": "y", "password2": "z"}
    )
    assert english(refused.content.decode()) == []


@pytest.mark.parametrize(
    ("state", "mail"),
    [("pending", "confirm"), ("confirmed", "decision"), ("refused", "decision"), ("removed", "decision")],
)
@pytest.mark.parametrize("kind", ["individual", "organisation"])
def test_mails_to_signers(letter: Letter, kind: str, state: str, mail: str) -> None:
    organisation = make_organisation(letter.lead, name="نیا ادارہ") if kind == "organisation" else None
    signature = make_signature(letter, kind=kind, name="نادیہ", state=state, organisation=organisation)
    Signature.objects.filter(pk=signature.pk).update(mail=Mail(mail), state_reason="غلط نام")
    owed = write_for_signatures([Signature.objects.get(pk=signature.pk)])
    for written in owed[0].mails:
        assert english(str(written.subject)) == []
        assert english(str(written.body)) == []
        assert english(str(written.alternatives[0][0])) == []
    assert owed[0].mails


def test_the_mail_to_officials(letter: Letter) -> None:
    mail = compose_mail(sample_deliveries(letter)["ur"], None, to="trial@example.org")
    assert english(str(mail.subject)) == []
    assert english(str(mail.body).replace(letter.edition.sha256, "")) == []
    html = str(mail.alternatives[0][0])
    assert english(html.replace(letter.edition.sha256, "")) == []


def test_an_english_word_would_be_found() -> None:
    assert english('<p title="Sign">دستخط now</p><bdi class="hash">ab12cd</bdi>') == ["Sign", "now"]
