"""Writes the one mail that an official gets: the letter, its asks, who stands behind it, and one PDF of all that."""

from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from campaign.collation import in_order_of
from campaign.countries import country_name
from campaign.languages import direction_of, speaking
from campaign.mail import derive_message_id, render_mail
from deliveries.ledger import describe, snapshot_of
from deliveries.models import Delivery, Occasion
from letters.markdown import render_markdown
from letters.models import Addressee, Edition, Letter, Text
from letters.plain import plain_text
from letters.public import coalitions_of
from signatures import documents
from signatures.documents.content import publishers_line
from signatures.models import Document, Exposure, Kind
from signatures.public import counts_of, listed
from signatures.typesetting import NAMES_PER_FILE

NAMED_IN_MAIL = 400
# Many servers refuse mails of more than 10 to 25 MB, and base64 adds a third.
LARGEST_ATTACHMENT = 10_000_000


def write_mail(delivery: Delivery) -> EmailMultiAlternatives:
    """The mail with its document, which is set if it is not there; raises what typesetting raises."""
    return compose_mail(delivery, document_for(delivery))


def compose_mail(
    delivery: Delivery, document: Document | None, *, to: str = "", shows_attachment: bool = False
) -> EmailMultiAlternatives:
    """The mail as the addressee gets it, or, with `to`, as somebody of the coalition tries it out.

    `shows_attachment` words it as if the document, which a preview does not have, were attached.
    """
    text, letter = text_for(delivery.edition, delivery.language), delivery.occasion.letter
    attached = shows_attachment or (document is not None and document.size <= LARGEST_ATTACHMENT)
    context = mail_context(delivery, text) | document_context(letter, attached) | {"trial": bool(to)}
    mail = render_mail(
        "deliver_letter",
        context,
        to=to or formataddr((delivery.name, delivery.email)),
        language=text.language,
        message_id=delivery.message_id or derive_message_id("delivery", delivery.pk),
        reply_to=letter.lead.email,
        headers={"Content-Language": text.language},
    )
    mail.from_email = sender_of(letter)
    if document is not None and attached:
        mail.attach(document_name(delivery), document.path.read_bytes(), "application/pdf")
    return mail


def document_for(delivery: Delivery) -> Document:
    """The letter with its signatory list as it stood for this occasion, in the language of the mail."""
    language = text_for(delivery.edition, delivery.language).language
    letter, purpose = delivery.occasion.letter, f"occasion-{delivery.occasion_id}"
    found = letter.documents.filter(
        kind=Document.Kind.LETTER, language=language, purpose=purpose, stale_at=None
    ).first()
    if found is not None and found.path.is_file():
        return found
    kind, edition = Document.Kind.LETTER, delivery.edition
    return documents.build_document(letter, kind, language, purpose=purpose, edition=edition)


def document_name(delivery: Delivery) -> str:
    return f"{delivery.occasion.letter.slug}-edition-{delivery.edition}.pdf"


def mail_context(delivery: Delivery, text: Text) -> dict[str, Any]:
    letter = delivery.occasion.letter
    to, cc = letter.to_and_cc()
    named, more = organisations_named(letter, text.language)
    return {
        "delivery": delivery,
        "letter": letter,
        "occasion": delivery.occasion,
        "edition": delivery.edition,
        "text": text,
        "text_direction": direction_of(text.language),
        "body_html": render_markdown(text.body),
        "body_plain": plain_text(text.body),
        "to": [honoured(addressee) for addressee in to],
        "cc": [honoured(addressee) for addressee in cc],
        "asks": delivery.edition.asks_in(text.language),
        "organisations": named,
        "more": more,
        "coalition": letter.lead,
        "publishers": publishers_line(letter) if len(coalitions_of(letter)) > 1 else "",
        "url": settings.SITE_URL + text.get_absolute_url(),
    }


def honoured(addressee: Addressee) -> str:
    """As the addressee is spoken of: what honours them first."""
    return f"{addressee.honorific} {describe(addressee)}".lstrip()


def document_context(letter: Letter, attached: bool) -> dict[str, Any]:
    path = "" if attached else reverse("signatures:export", args=[letter.slug, "pdf"])
    return {"attached": attached, "document_url": settings.SITE_URL + path}


def organisations_named(letter: Letter, language: str) -> tuple[list[tuple[str, str]], int]:
    """The organisations that may be named, at most NAMED_IN_MAIL, as (name, country) in the language's order; and how
    many more the attached list names."""
    public = listed(letter, Kind.ORGANISATION).filter(exposure=Exposure.PUBLIC)
    found = public.values_list("public_name", "country")[:NAMED_IN_MAIL]
    named = [(name, country_name(country, language)) for name, country in found]
    # No further than the document goes, so that the cost has a bound.
    more = public.values("pk")[NAMED_IN_MAIL:NAMES_PER_FILE].count() if len(named) == NAMED_IN_MAIL else 0
    return list(in_order_of(language, named, lambda row: row[0])), more


def text_for(edition: Edition, language: str) -> Text:
    """The edition's text in that language or its base language, else the original."""
    return edition.text_in(language) or edition.text_nearest(language.split("-")[0])


def subject_of(text: Text) -> str:
    """The subject of the mail in that text's language."""
    with speaking(text.language):
        return render_to_string("emails/deliver_letter/subject.txt", {"text": text}).strip()


def sender_of(letter: Letter) -> str:
    """The site's own address, under the name of the coalition that speaks."""
    return formataddr(_sender(letter))


def sender_shown(letter: Letter) -> str:
    """The same for a reader: a name in any script as it is, not as a mail's header encodes it."""
    name, address = _sender(letter)
    return f"{name} <{address}>"


def _sender(letter: Letter) -> tuple[str, str]:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"{letter.lead.name} via {name or settings.SITE_NAME}", address


def sample_deliveries(letter: Letter) -> dict[str, Delivery]:
    """For each language that officials would get the letter in, a delivery to the first of them; nothing is saved."""
    edition, occasion = letter.edition, sample_occasion(letter)
    samples: dict[str, Delivery] = {}
    for addressee in letter.addressees.all():
        language = text_for(edition, addressee.language).language
        sample = Delivery(occasion=occasion, edition=edition, **snapshot_of(addressee))
        samples.setdefault(language, sample)
    return samples


def sample_occasion(letter: Letter) -> Occasion:
    """What the officials would be told now; not saved."""
    counts = counts_of(letter)
    return Occasion(
        letter=letter,
        organisations=counts.organisations,
        individuals=counts.individuals,
        countries=counts.countries,
    )
