"""Rows to test with: plain functions, each makes what it needs and takes what the test is about by name."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from letters.models import (
    Addressee,
    Ask,
    AskAnswer,
    AskAnswerNote,
    AskText,
    Coalition,
    Edition,
    Letter,
    LetterCoalition,
    Membership,
    Official,
    OwedMail,
    Text,
    Update,
    UpdateText,
    User,
)
from letters.services import freeze_edition
from signatures.contacts import Contact
from signatures.keys import address_digest
from signatures.models import Invitation, InvitationLink, Organisation, Reminder, Signature
from signatures.person import EXPOSED, Person, expose
from signatures.rules import name_key

PASSWORD = "a long password of the tests"
TITLES = {
    "en": "Keep the internet on",
    "ur": "انٹرنیٹ بند نہ کیا جائے",
    "fr": "Gardez l'internet ouvert",
}
ASKS = {
    "en": (
        "Commit in public to an open internet",
        "Order no shutdown",
        "Explain every restriction in writing",
    ),
    "ur": ("کھلے انٹرنیٹ کا عوامی وعدہ کریں", "کوئی بندش نہ کریں", "ہر پابندی کی تحریری وجہ بتائیں"),
    "fr": ("S'engager en public", "N'ordonner aucune coupure", "Motiver par écrit toute restriction"),
}
_numbers = count(1)


def make_user(email: str = "", **fields: Any) -> User:
    """A member's account, whose password is PASSWORD."""
    return User.objects.create_user(email or f"member{next(_numbers)}@example.org", PASSWORD, **fields)


def make_coalition(**fields: Any) -> Coalition:
    number = next(_numbers)
    defaults = {
        "slug": f"coalition-{number}",
        "name": f"Coalition {number}",
        "email": f"coalition{number}@example.org",
    }
    return Coalition.objects.create(**{**defaults, **fields})


def make_member(
    coalition: Coalition | None = None, user: User | None = None, role: str = "owner"
) -> Membership:
    return Membership.objects.create(
        coalition=coalition or make_coalition(), user=user or make_user(), role=role
    )


def make_letter(
    *,
    coalition: Coalition | None = None,
    languages: Sequence[str] = ("en",),
    state: str = "open",
    title: str = "",
    body: str = "",
    addressees: int = 2,
    copies: int = 1,
    **fields: Any,
) -> Letter:
    """A letter with texts, three asks and its addressees; open, and its edition 1.0 frozen, unless `state` is draft."""
    coalition = coalition or make_coalition()
    letter = Letter.objects.create(
        **{**_letter_defaults(state), "original_language": languages[0], "state": state, **fields}
    )
    LetterCoalition.objects.create(letter=letter, coalition=coalition, is_lead=True)
    edition = Edition.objects.create(letter=letter)
    for language in languages:
        make_text(edition, language, title=title, body=body)
    for number in range(1, 4):
        make_ask(letter, number, languages)
    for position in range(addressees + copies):
        make_addressee(letter, kind="to" if position < addressees else "cc", position=position)
    return letter if state in ("draft", "circulating") else freeze(letter)


def make_text(
    edition: Edition, language: str = "en", *, title: str = "", body: str = "", **fields: Any
) -> Text:
    default = TITLES.get(language, TITLES["en"])
    values = {"salutation": "Dear Prime Minister,", "closing": "Respectfully,", **fields}
    body = body or f"{default}.\n\nWe write about **the elections**, and ask for three things."
    return Text.objects.create(
        edition=edition, language=language, title=title or default, body=body, **values
    )


def make_ask(letter: Letter, number: int = 1, languages: Sequence[str] = ("en",)) -> Ask:
    ask = Ask.objects.create(letter=letter, number=number)
    edition = letter.editions.get()
    for language in languages:
        texts = ASKS.get(language, ASKS["en"])
        AskText.objects.create(
            ask=ask, edition=edition, language=language, text=texts[(number - 1) % len(texts)]
        )
    return ask


def make_update(
    letter: Letter,
    *,
    kind: str = "news",
    headline: str = "The minister met us",
    body: str = "It was a **good** hour.",
    languages: Sequence[str] = (),
    published: bool = False,
    **fields: Any,
) -> Update:
    """An update in these languages (the letter's original one): a draft, unless `publish_at` or `published` says so."""
    languages = languages or [letter.original_language]
    moment = {"publish_at": timezone.now()} if published else {}
    update = Update.objects.create(
        letter=letter, kind=kind, original_language=languages[0], **{**moment, **fields}
    )
    for language in languages:
        said = headline if language == languages[0] else f"{headline} ({language})"
        UpdateText.objects.create(update=update, language=language, headline=said, body=body)
    return update


def make_answer(
    letter: Letter,
    number: int = 1,
    *,
    addressee: Addressee | None = None,
    state: str = "promised",
    note: str = "",
    **fields: Any,
) -> AskAnswer:
    """An official's answer of today to an ask, the first addressee's unless another is given."""
    defaults = {"addressee": addressee or letter.addressees.all()[0], "said_on": timezone.localdate()}
    answer = AskAnswer.objects.create(
        ask=letter.asks.get(number=number), state=state, **{**defaults, **fields}
    )
    if note:
        AskAnswerNote.objects.create(answer=answer, language=letter.original_language, text=note)
    return answer


def make_official(coalition: Coalition, **fields: Any) -> Official:
    return Official.objects.create(coalition=coalition, **{**_official_defaults(), **fields})


def make_addressee(letter: Letter, *, kind: str = "to", position: int = 0, **fields: Any) -> Addressee:
    official = make_official(letter.lead, **fields)
    copied = {name: getattr(official, name) for name in Official.COPIED}
    return Addressee.objects.create(letter=letter, official=official, kind=kind, position=position, **copied)


def freeze(letter: Letter) -> Letter:
    """Freezes the letter's edition, as publishing does."""
    freeze_edition(letter, now=letter.opened_at)
    return letter


def make_organisation(coalition: Coalition | None = None, *, name: str = "", **fields: Any) -> Organisation:
    """An organisation, not verified; pass verified_at and domain for one that is."""
    name = name or f"Organisation {next(_numbers)}"
    key = name_key(name)
    defaults = {"country": "PK", "website": f"https://{key}.example.org/", "domain": "example.org"}
    return Organisation.objects.create(
        coalition=coalition or make_coalition(), name=name, **{"name_key": key, **defaults, **fields}
    )


def make_signature(
    letter: Letter | None = None,
    *,
    kind: str = "individual",
    name: str = "",
    email: str = "",
    state: str = "confirmed",
    exposure: str = "public",
    role: str = "",
    affiliation: str = "",
    organisation: Organisation | None = None,
    website: str = "",
    **fields: Any,
) -> Signature:
    """A signature with its person sealed, `public_*` as its exposure allows, and no mail owed.

    For an organisation, `organisation` (made when missing) signs, and `name` is its representative.
    """
    letter = letter or make_letter()
    number = next(_numbers)
    name, email = name or f"Signer {number}", email or f"signer{number}@example.org"
    if kind == "organisation":
        organisation = organisation or make_organisation(letter.lead)
        website = website or organisation.website
    person = Person(
        name=name,
        email=email,
        role=role,
        affiliation=affiliation,
        organisation=organisation.name if organisation else "",
        website=website,
    )
    signature = Signature(
        letter=letter,
        kind=kind,
        state=state,
        exposure=exposure,
        organisation=organisation,
        sealed=person.seal(),
        address_digest=address_digest(letter.pk, kind, email, letter.canonicalisation),
        **{**_signature_defaults(letter, state, organisation), **fields},
    )
    expose(signature, person)
    for column in set(EXPOSED) & set(fields):
        setattr(signature, column, fields[column])
    signature.save()
    return signature


def make_invitation(
    letter: Letter | None = None,
    *,
    organisation: Organisation | None = None,
    name: str = "Contact",
    email: str = "",
    **fields: Any,
) -> Invitation:
    """An organisation's place in the room of a letter (one that circulates, when missing), with a contact whose mailbox
    is on its domain; not invited yet. Pass `sealed=None` for one without a contact."""
    letter = letter or make_letter(state="circulating")
    organisation = organisation or make_organisation(letter.lead)
    email = email or f"contact{next(_numbers)}@example.org"
    defaults = {"sealed": Contact(name=name, email=email).seal(), "zone": "Asia/Karachi"}
    return Invitation.objects.create(letter=letter, organisation=organisation, **{**defaults, **fields})


def make_link(
    invitation: Invitation, *, name: str = "Colleague", email: str = "colleague@example.org", **fields: Any
) -> InvitationLink:
    """A link passed to a colleague."""
    sealed = Contact(name=name, email=email).seal()
    return InvitationLink.objects.create(invitation=invitation, sealed=sealed, **fields)


def make_reminder(letter: Letter, **fields: Any) -> Reminder:
    """One an hour ahead."""
    return Reminder.objects.create(letter=letter, **{"at": timezone.now() + timedelta(hours=1), **fields})


def make_mail(letter: Letter, mark: str, **fields: Any) -> OwedMail:
    """A mail of the room that was sent."""
    defaults = {"name": "invite_organisation", "language": "en", "sealed": b"", "state": "sent"}
    return OwedMail.objects.create(coalition=letter.lead, letter=letter, mark=mark, **{**defaults, **fields})


def _signature_defaults(letter: Letter, state: str, organisation: Organisation | None) -> dict[str, Any]:
    confirmed = state == "confirmed"
    return {
        "edition": letter.edition,
        "country": organisation.country if organisation else "PK",
        "language": letter.original_language,
        "verified": "mail" if confirmed else "",
        "confirmed_at": timezone.now() if confirmed else None,
        "untallied": confirmed,
        "mail": "",
        "mail_due_at": None,
    }


def _letter_defaults(state: str) -> dict[str, Any]:
    number, now = next(_numbers), timezone.now()
    fields: dict[str, Any] = {"slug": f"letter-{number}"}
    if state in ("draft", "circulating"):
        return fields
    fields |= {"opens_at": now - timedelta(days=1), "opened_at": now - timedelta(days=1), "scheduled_at": now}
    if state in ("closed", "archived"):
        fields["closed_at"] = now
    return fields


def _official_defaults() -> dict[str, Any]:
    number = next(_numbers)
    return {
        "name": f"Official {number}",
        "office": "Minister",
        "institution": "Government of Somewhere",
        "country": "PK",
        "email": f"official{number}@example.org",
    }
