"""What a coalition has on record of the organisations that sign."""

from django.utils import timezone

from letters.models import User
from signatures.models import Organisation, Signature
from signatures.person import Person
from signatures.rules import name_key, registrable_domain, website_host


def recorded_organisation(row: Signature, person: Person) -> Organisation:
    """The one of that name and country that the coalition has on record; made when it has none."""
    found, _made = Organisation.objects.get_or_create(
        coalition=row.letter.lead,
        name_key=name_key(person.organisation),
        country=row.country,
        defaults={"name": person.organisation, "website": person.website},
    )
    return found


def record_review(organisation: Organisation, person: Person, *, actor: User, evidence: str) -> bool:
    """From now on a mailbox on this domain is enough for this organisation. False if that was so before."""
    if organisation.verified_at:
        return False
    organisation.website = organisation.website or person.website
    organisation.domain = registrable_domain(website_host(organisation.website))
    organisation.verified_at, organisation.verified_by, organisation.evidence = (
        timezone.now(),
        actor,
        evidence,
    )
    organisation.save()
    return True
