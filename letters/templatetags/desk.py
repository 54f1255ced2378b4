from collections.abc import Iterator
from typing import Any, NamedTuple

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from letters.models import Letter
from letters.roles import May

register = template.Library()


class Tab(NamedTuple):
    """A part of the desk of one letter; `begins` are the beginnings of the names of its pages."""

    name: str
    label: Promise
    begins: tuple[str, ...]
    may: May = May.READ


GROUPS: tuple[tuple[Promise, tuple[Tab, ...]], ...] = (
    (
        _("Write"),
        (
            Tab("letter", _("Overview"), ("letter", "letter_close")),
            Tab("letter_text", _("Text"), ("letter_text", "text", "translator", "comment")),
            Tab("addressees", _("Addressees"), ("addressee",)),
            Tab("letter_settings", _("Settings"), ("letter_settings", "publisher")),
            Tab("editions", _("Editions"), ("edition",)),
        ),
    ),
    (
        _("Gather"),
        (
            Tab("room", _("Room"), ("room", "guests")),
            Tab("signatures", _("Signatures"), ("signature",), May.SIGNATURES),
            Tab("letter_to_decide", _("To decide"), ("letter_to_decide",), May.MODERATE),
            Tab("numbers", _("Numbers"), ("numbers",)),
        ),
    ),
    (
        _("Deliver"),
        (
            Tab("deliveries", _("Handing over"), ("deliver",)),
            Tab("updates", _("Updates"), ("update",)),
            Tab("answers", _("Answers"), ("answer",)),
            Tab("exports", _("Exports"), ("export",)),
            Tab("letter_audit", _("Log"), ("letter_audit",)),
        ),
    ),
)
# Whose pages begin as another tab's do.
EXACT = ("letter", "letter_text", "letter_settings", "letter_to_decide", "letter_audit", "letter_close")


@register.inclusion_tag("desk/_letter_tabs.html", takes_context=True)
def letter_tabs(context: Context, letter: Letter) -> dict[str, Any]:
    """The parts of the desk that the reader may see, the present one marked."""
    request, coalition = context["request"], context["coalition"]
    here = request.resolver_match.url_name
    groups = [
        (label, [(_address(tab, coalition.slug, letter), tab.label, _is_here(tab, here)) for tab in shown])
        for label, tabs in GROUPS
        if (shown := list(_visible(tabs, request.may)))
    ]
    return {"groups": groups}


def _visible(tabs: tuple[Tab, ...], may: dict[str, bool]) -> Iterator[Tab]:
    return (tab for tab in tabs if may[tab.may])


def _is_here(tab: Tab, here: str) -> bool:
    return here in tab.begins if here in EXACT else here.startswith(tab.begins)


def _address(tab: Tab, coalition: str, letter: Letter) -> str:
    language = [letter.original_language] if tab.name == "letter_text" else []
    return reverse(f"desk:{tab.name}", args=[coalition, letter.pk, *language])
