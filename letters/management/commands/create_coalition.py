from argparse import ArgumentParser
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse

from letters import rules
from letters.models import Coalition, User
from letters.models.people import Role
from letters.services import add_member, create_coalition, inviting


class Command(BaseCommand):
    help = (
        "Make a coalition and its first owner, or invite one by mail. For a coalition that is there already (by name "
        "or slug), --owner adds one more, and --invite-owner invites one more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the coalition's name, or the slug of one that is there")
        parser.add_argument("--email", help="its contact address, to which officials and signatories answer")
        parser.add_argument(
            "--slug", default="", help="its part of the desk's addresses (default: from the name)"
        )
        parser.add_argument("--website", default="", help="its website")
        parser.add_argument(
            "--owner", help="e-mail of a member who owns it; an account is made if there is none"
        )
        parser.add_argument(
            "--invite-owner", metavar="ADDRESS", help="e-mail of who is invited, by mail, to own it"
        )
        parser.add_argument(
            "--language",
            default=settings.LANGUAGE_CODE,
            choices=[code for code, _name in settings.LANGUAGES],
            help="of the invitation's mail (default: %(default)s)",
        )

    @transaction.atomic
    def handle(
        self, *args: Any, name: str, owner: str | None, invite_owner: str | None, **options: Any
    ) -> None:
        coalition = _find(options["slug"] or name, name)
        if owner and invite_owner:
            raise CommandError("--owner and --invite-owner: only one of them at a time")
        if coalition and not (owner or invite_owner):
            raise CommandError(
                f"the coalition {coalition.name!r} is there already; --owner adds an owner to it, --invite-owner "
                "invites one"
            )
        coalition = coalition or _create(name, **{key: options[key] for key in ("email", "slug", "website")})
        self.stdout.write(
            f"{coalition.name}: {settings.SITE_URL}{reverse('desk:coalition', args=[coalition.slug])}"
        )
        if owner:
            self._add_owner(coalition, _clean("--owner", rules.clean_email, owner))
        if invite_owner:
            email = _clean("--invite-owner", rules.clean_email, invite_owner)
            self._invite_owner(coalition, email, options["language"])

    def _add_owner(self, coalition: Coalition, email: str) -> None:
        user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
        add_member(coalition, user=user, role=Role.OWNER)
        self.stdout.write(f"owner: {user.email}")
        if not user.has_usable_password():
            self.stdout.write(f"choose a password, once, at: {settings.SITE_URL}{_password_path(user)}")

    def _invite_owner(self, coalition: Coalition, email: str, language: str) -> None:
        try:
            inviting.invite_member(coalition, email=email, role=Role.OWNER, language=language)
        except inviting.AlreadyMember as error:
            raise CommandError(f"{email} is a member already; --owner makes a member an owner") from error
        except inviting.TooManyInvitations as error:
            raise CommandError("too many invitations are without an answer; revoke some first") from error
        self.stdout.write(f"invited: {email}, by mail, for {inviting.INVITATION_DAYS} days")


def _find(slug: str, name: str) -> Coalition | None:
    by_slug = Coalition.objects.filter(slug=slug).first()
    return by_slug or Coalition.objects.filter(name__iexact=name).first()


def _create(name: str, *, email: str | None, slug: str, website: str) -> Coalition:
    if not email:
        raise CommandError("a new coalition needs --email, its contact address")
    return create_coalition(
        _clean("NAME", rules.clean_line, name),
        email=_clean("--email", rules.clean_email, email),
        slug=_clean("--slug", rules.clean_slug, slug) if slug else "",
        website=website,
    )


def _clean(option: str, rule: Any, value: str) -> str:
    try:
        return rule(value)
    except ValidationError as error:
        raise CommandError(f"{option}: {value!r}: {' '.join(error.messages)}") from error


def _password_path(user: User) -> str:
    """The same one-time link that allauth mails to who forgot a password."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
