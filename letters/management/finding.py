from django.core.management.base import CommandError

from letters.models import Letter


def find_letter(slug: str, coalition: str = "") -> Letter:
    """The public letter at that address, else the only other one; raises CommandError."""
    found = Letter.objects.filter(slug=slug)
    if coalition:
        found = found.filter(publishers__coalition__slug=coalition)
    if public := found.public().first():
        return public
    if len(found) > 1:
        raise CommandError(f"{len(found)} drafts have the address {slug!r}; say which by --coalition.")
    if not found:
        of = f" of coalition {coalition!r}" if coalition else ""
        raise CommandError(f"There is no letter {slug!r}{of}.")
    return found[0]
