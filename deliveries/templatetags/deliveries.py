from collections import Counter
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.translation import gettext, ngettext

from deliveries.models import Delivery, DeliveryEvent, Occasion, State
from letters.models import Letter

register = template.Library()


@register.simple_tag
def signed_by(occasion: Occasion) -> str:
    """'60 organisations and 345 people from 34 countries', as the officials are told."""
    organisations, individuals = occasion.organisations, occasion.individuals
    counted = [
        ngettext("%s organisation", "%s organisations", organisations) % intcomma(organisations)
        if organisations
        else "",
        ngettext("%s person", "%s people", individuals) % intcomma(individuals) if individuals else "",
    ]
    who = gettext(" and ").join(part for part in counted if part)
    where = ngettext("from %s country", "from %s countries", occasion.countries) % intcomma(
        occasion.countries
    )
    return f"{who} {where}" if who else gettext("nobody yet")


@register.filter
def state_name(state: str) -> str:
    return str(State(state).label) if state in State.values else state


@register.filter
def last_words(delivery: Delivery) -> str:
    """What its newest event says, from the events that were fetched with it."""
    events = list(delivery.events.all())
    return in_words(events[-1].detail) if events else ""


@register.filter
def in_words(detail: str) -> str:
    """An event's detail in the reader's language where it is ours; a server's words as they are."""
    return gettext(detail) if detail else ""


@register.filter
def sums(occasion: Occasion) -> str:
    """'9 accepted by their server · 2 queued', from the deliveries that were fetched with it."""
    counted = Counter(State(delivery.state) for delivery in occasion.deliveries.all())
    return " · ".join(f"{counted[state]} {state.label}" for state in State if counted[state])


@register.inclusion_tag("deliveries/_status.html")
def delivery_status(letter: Letter, labels: str = "") -> dict[str, Any]:
    """For the letter's public page: on which days it reached how many officials, and how many in copy.

    `labels` are the attributes of what the interface says in another language than the page's.
    """
    arrived = DeliveryEvent.objects.filter(
        delivery__occasion__letter=letter,
        delivery__state__in=[State.ACCEPTED, State.ANSWERED],
        state=State.ACCEPTED,
    )
    rows = arrived.annotate(day=TruncDate("at")).values_list("day", "delivery__kind")
    days: dict[Any, dict[str, Any]] = {}
    for day, kind, number in rows.annotate(number=Count("delivery__addressee", distinct=True)).order_by(
        "day"
    ):
        days.setdefault(day, {"day": day, "to": 0, "cc": 0})[kind] = number
    return {"days": list(days.values()), "labels": labels}


@register.simple_tag
def delivery_counts(letter: Letter) -> list[tuple[Occasion, list[tuple[Any, int]]]]:
    """For the desk's numbers: each occasion of the letter with (state, how many) of its deliveries; two queries."""
    rows = Delivery.objects.filter(occasion__letter=letter).order_by()
    counted = {
        (occasion, state): number
        for occasion, state, number in rows.values_list("occasion", "state").annotate(number=Count("pk"))
    }
    return [
        (one, [(state.label, counted[one.pk, state]) for state in State if counted.get((one.pk, state))])
        for one in letter.occasions.all()
    ]
