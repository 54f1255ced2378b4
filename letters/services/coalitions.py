from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_noop

from letters.models import AuditEntry, Coalition, Letter, Membership, User
from letters.models.people import Role

# Of a slug's 80 characters, those that are left when a number is put behind.
SLUG_BASE = 75

# What this app records. It is kept in English, and translated where it is shown.
ACTIONS = (
    gettext_noop("addressee added"),
    gettext_noop("addressee moved"),
    gettext_noop("addressee removed"),
    gettext_noop("addressees set"),
    gettext_noop("co-publisher asked"),
    gettext_noop("co-publisher joined"),
    gettext_noop("co-publisher left"),
    gettext_noop("co-publisher removed"),
    gettext_noop("coalition changed"),
    gettext_noop("coalition created"),
    gettext_noop("language added"),
    gettext_noop("language removed"),
    gettext_noop("letter closed"),
    gettext_noop("letter created"),
    gettext_noop("letter opened"),
    gettext_noop("letter scheduled"),
    gettext_noop("invitation accepted"),
    gettext_noop("invitation revoked"),
    gettext_noop("invitation sent again"),
    gettext_noop("log exported"),
    gettext_noop("member added"),
    gettext_noop("member invited"),
    gettext_noop("member left"),
    gettext_noop("member removed"),
    gettext_noop("official added"),
    gettext_noop("official changed"),
    gettext_noop("official deleted"),
    gettext_noop("opening called off"),
    gettext_noop("publishing request declined"),
    gettext_noop("publishing request withdrawn"),
    gettext_noop("role changed"),
    gettext_noop("second factor no longer required"),
    gettext_noop("second factor required"),
    gettext_noop("second factor reset"),
    gettext_noop("settings changed"),
    gettext_noop("text saved"),
    gettext_noop("version restored"),
)


# A digest of the browser's session in which a desk page acts; empty in commands and workers.
session_mark: ContextVar[str] = ContextVar("session_mark", default="")


@transaction.atomic
def create_coalition(
    name: str,
    *,
    email: str,
    slug: str = "",
    website: str = "",
    owner: User | None = None,
    is_demo: bool = False,
) -> Coalition:
    """A new coalition at a slug of its own: the name's, numbered if another coalition has it."""
    slug = slug or free_coalition_slug(name)
    coalition = Coalition.objects.create(slug=slug, name=name, email=email, website=website, is_demo=is_demo)
    record_audit(coalition, "coalition created", actor=owner)
    if owner:
        add_member(coalition, user=owner, role=Role.OWNER)
    return coalition


@transaction.atomic
def add_member(coalition: Coalition, *, user: User, role: str, actor: User | None = None) -> Membership:
    """Makes the user a member in that role, whatever the role was before."""
    membership, is_new = Membership.objects.update_or_create(
        coalition=coalition, user=user, defaults={"role": role}
    )
    record_audit(
        coalition, "member added" if is_new else "role changed", actor=actor, detail={"role": str(role)}
    )
    return membership


def record_audit(
    coalition: Coalition,
    action: str,
    *,
    letter: Letter | None = None,
    actor: User | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """Writes who did what; `detail` holds numbers, codes and slugs, never a name or an address."""
    return AuditEntry.objects.create(
        coalition=coalition,
        letter=letter,
        actor=actor,
        session=session_mark.get(),
        action=action,
        detail=detail or {},
    )


def free_coalition_slug(name: str) -> str:
    base = slugify(name)[:SLUG_BASE].strip("-") or "coalition"
    taken = set(Coalition.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next_free(base, taken)


def next_free(base: str, taken: set[str]) -> str:
    """`base`, or else `base-2`, `base-3` …: the first that is not taken."""
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base[:SLUG_BASE]}-{number}"
    return slug
