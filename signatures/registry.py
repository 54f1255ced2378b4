"""The coalition's registry of organisations: found, corrected, and added to by hand."""

from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from letters.models import Coalition, Letter, User
from letters.services import record_audit
from signatures.contacts import Contact
from signatures.guests.likeness import Register, worth_comparing
from signatures.guests.steps import known_of, names_in
from signatures.guests.words import language_for, zone_of
from signatures.models import Invitation, Organisation, OtherName
from signatures.rules import name_key, registrable_domain, website_host

ON_A_PAGE = 100
# What this module records. It is kept in English, and translated where it is shown.
ACTIONS = (
    gettext_noop("organisation added"),
    gettext_noop("organisation changed"),
)


class Taken(Exception):
    """The registry has one of that name in that country already."""


class Page(NamedTuple):
    """`next` is the id to go on from, 0 where nothing follows."""

    rows: list[Organisation]
    next: int = 0


def organisations_page(coalition: Coalition, *, start: str = "", country: str = "", after: int = 0) -> Page:
    """ON_A_PAGE organisations by name, behind the one with the id `after`; only those of a country, or with a name
    (or one that they are known by too) that begins with `start`."""
    rows = coalition.organisations.order_by("name_key", "pk")
    if country:
        rows = rows.filter(country=country)
    if key := name_key(start):
        others = OtherName.objects.filter(organisation=OuterRef("pk"), name_key__startswith=key)
        rows = rows.filter(Q(name_key__startswith=key) | Exists(others))
    last = coalition.organisations.filter(pk=after).first() if after else None
    if last:
        beyond = Q(name_key__gt=last.name_key) | Q(name_key=last.name_key, pk__gt=last.pk)
        rows = rows.filter(beyond, name_key__gte=last.name_key)
    found = list(rows[: ON_A_PAGE + 1])
    shown = found[:ON_A_PAGE]
    return Page(shown, shown[-1].pk if len(found) > ON_A_PAGE else 0)


def alike_to(
    coalition: Coalition, *, name: str, country: str, website: str
) -> list[tuple[Organisation, list[str]]]:
    """Organisations of the registry that one of this name may be, and why: codes of signatures.guests.likeness.Why."""
    one = known_of(name, country, website)
    found = Register.of(worth_comparing(one, names_in(coalition.pk))).find(one)
    why = {candidate["organisation"]: candidate["why"] for candidate in found.alike}
    rows = {one.pk: one for one in Organisation.objects.filter(pk__in=why)}
    return [(rows[pk], reasons) for pk, reasons in why.items() if pk in rows]


@transaction.atomic
def add_organisation(
    coalition: Coalition, *, name: str, country: str, website: str, actor: User
) -> tuple[Organisation, bool]:
    """One more in the registry, and whether it is new; one that has this name there, or is known by it, is that one."""
    key = {"coalition": coalition, "name_key": name_key(name), "country": country}
    known = OtherName.objects.filter(**key).select_related("organisation").first()
    if known:
        return known.organisation, False
    facts = {"name": name, "website": website, "domain": _domain(website)}
    organisation, is_new = Organisation.objects.get_or_create(**key, defaults=facts)
    if is_new:
        _audit(organisation, "organisation added", actor)
    return organisation, is_new


@transaction.atomic
def make_room(organisation: Organisation, *, letter: Letter, contact: Contact) -> bool:
    """Gives it a place in the letter's room; False if it has one. Nothing is mailed."""
    texts = [text.language for text in letter.working_edition.texts.all()]
    country = str(organisation.country)
    _invitation, is_new = Invitation.objects.get_or_create(
        letter=letter,
        organisation=organisation,
        defaults={
            "sealed": contact.seal() if contact.email else None,
            "language": language_for(country, texts, letter.original_language),
            "zone": zone_of(country),
        },
    )
    return is_new


def save_organisation(
    organisation: Organisation, *, name: str, country: str, website: str, actor: User
) -> Organisation:
    """Corrects its facts. Raises Taken.

    That it was reviewed is forgotten with the domain it was reviewed with: a mailbox on that domain is enough to sign.
    """
    try:
        with transaction.atomic():
            row = Organisation.objects.select_for_update().get(pk=organisation.pk)
            row.name, row.name_key, row.country, row.website = name, name_key(name), country, website
            if row.domain != _domain(website):
                row.domain, row.verified_at, row.verified_by = _domain(website), None, None
            row.save()
            _audit(row, "organisation changed", actor)
    except IntegrityError as error:
        raise Taken from error
    return row


def _domain(website: str) -> str:
    return registrable_domain(website_host(website)) if website else ""


def _audit(organisation: Organisation, action: str, actor: User, **detail: Any) -> None:
    record_audit(
        organisation.coalition, action, actor=actor, detail={"organisation": organisation.pk, **detail}
    )
