"""Finds the letter that an operator means at the shell."""

from django.core.management.base import CommandError

from letters.models import Letter
from letters.public import letters_at


def find_letter(slug: str, coalition: str = "") -> Letter:
    """The public letter at this address, else the one draft; raises CommandError for none, and for more than one."""
    rows = Letter.objects.filter(slug=slug)
    rows = rows.filter(publishers__coalition__slug=coalition) if coalition else rows
    found = list(letters_at(slug).filter(pk__in=rows)[:1]) or list(rows[:2])
    if not found:
        raise CommandError(
            f"no letter has the address {slug!r}" + (f" in {coalition!r}" if coalition else "")
        )
    if len(found) > 1:
        raise CommandError(f"several drafts have the address {slug!r}; name the coalition with --coalition")
    return found[0]
