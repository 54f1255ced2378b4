"""What the letter's pages embed of signatures; `letters` itself knows of none."""

from collections.abc import Iterable
from typing import Any

from django import template

from campaign.countries import country_name
from letters.models import Coalition, Letter
from letters.public import coalitions_of, path_in
from signatures import moderation, plot, public
from signatures.forms import FORMS
from signatures.models import Kind
from signatures.rules import website_host

register = template.Library()


@register.simple_tag
def counts_of(letter: Letter) -> public.Counts:
    return public.counts_of(letter)


@register.simple_tag
def counts_by_letter(letters: Iterable[Letter]) -> dict[int, public.Counts]:
    """{% counts_by_letter letters as counts %}: one query for a whole page of letters."""
    return public.counts_of_all(letters)


@register.inclusion_tag("signatures/_counts.html")
def signature_counts(letter: Letter, counts: Any = None, *, brief: bool = False) -> dict[str, Any]:
    """The letter's counts; `counts` (Counts, or those by letter) saves the query, `brief` sets them in one line."""
    if isinstance(counts, dict):
        counts = counts[letter.pk]
    counts = public.counts_of(letter) if counts is None else counts
    return {"letter": letter, "counts": counts, "brief": brief}


@register.simple_tag
def standing_by_edition(letter: Letter) -> list[tuple[int, public.Counts]]:
    """{% standing_by_edition letter as standing %}: how many stand under which edition, the newest first."""
    return public.standing_by_edition(letter)


@register.inclusion_tag("signatures/_standing.html")
def standing_line(letter: Letter, language: str) -> dict[str, Any]:
    """How many stand under which edition, for a letter that has several; else nothing, and no query."""
    numbers = {edition.number for edition in letter.editions.all() if edition.frozen_at}
    standing = public.standing_by_edition(letter) if len(numbers) > 1 else []
    return {
        "standing": [(number, counts.organisations + counts.individuals) for number, counts in standing],
        "path": path_in(letter, language, "letters:editions"),
    }


@register.inclusion_tag("signatures/_organisations.html")
def organisations_signing(letter: Letter, language: str) -> dict[str, Any]:
    rows, more = public.first_signatories(letter, Kind.ORGANISATION, language, public.ORGANISATIONS_ON_LETTER)
    return {
        "groups": public.by_country(rows, language),
        "late": public.late_among(rows, language),
        "marks": public.marks_among(rows),
        "more": more,
        "list_path": path_in(letter, language, "signatures:list"),
    }


@register.inclusion_tag("signatures/_people.html")
def people_signing(letter: Letter, language: str) -> dict[str, Any]:
    rows, more = public.first_signatories(letter, Kind.INDIVIDUAL, language, public.PEOPLE_ON_LETTER)
    countries, elsewhere = public.country_counts(letter, language)
    return {
        "rows": rows,
        "more": more,
        "countries": countries,
        "elsewhere": elsewhere,
        "list_path": path_in(letter, language, "signatures:list"),
    }


@register.inclusion_tag("signatures/_sign_form.html")
def sign_form(letter: Letter, language: str) -> dict[str, Any]:
    """The form to sign as a person, with the way to that for an organisation; the latter where people may not."""
    kinds = [kind for kind in (Kind.INDIVIDUAL, Kind.ORGANISATION) if letter.accepts(kind)]
    return {
        "letter": letter,
        "coalitions": coalitions_of(letter),
        "form": FORMS[kinds[0]](),
        "kind": kinds[0].value,
        "has_other": len(kinds) > 1,
        "sign_path": path_in(letter, language, "signatures:sign"),
    }


# --- The desk's ---------------------------------------------------------------------------------------------


@register.simple_tag
def waiting_by_letter(letters: Iterable[Letter]) -> dict[int, int]:
    """{% waiting_by_letter letters as waiting %}: one query for a whole page of letters."""
    return moderation.waiting_counts(letters)


@register.inclusion_tag("desk/_signatures_waiting.html")
def waiting_badge(
    letter: Letter, coalition: Coalition, waiting: dict[int, int] | None = None
) -> dict[str, Any]:
    """How many signatures wait for the coalition, as the way to them; nothing when none does."""
    counts = moderation.waiting_counts([letter]) if waiting is None else waiting
    return {
        "letter": letter,
        "coalition": coalition,
        "number": counts[letter.pk],
        "shown": at_most(counts[letter.pk]),
    }


@register.filter
def at_most(number: int) -> str:
    """A number that was not counted to its end: '99+'."""
    most = moderation.COUNTED_AT_MOST
    return str(number) if number < most else f"{most - 1}+"


@register.simple_tag
def signature_growth(letter: Letter) -> plot.Growth:
    return plot.growth_of(letter)


@register.filter
def country_in(code: Any, language: str) -> str:
    """What the country is called in a language."""
    return country_name(str(code), language) if code else ""


@register.filter
def host(website: str) -> str:
    return website_host(website)
