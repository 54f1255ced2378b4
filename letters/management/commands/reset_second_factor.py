from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from letters.models import User
from letters.services.settling import reset_second_factor


class Command(BaseCommand):
    help = (
        "Take the second factor off a member's account: for who lost phone, keys and recovery codes. Make sure that "
        "it is them who ask. It is noted in the log of each of their coalitions."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the e-mail address by which they sign in")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=address.strip()).first()
        if user is None:
            raise CommandError(f"nobody signs in with {address!r}")
        if reset_second_factor(user):
            self.stdout.write(
                f"{user.email} signs in with the password alone now, and can set a second factor up"
            )
        else:
            self.stdout.write(f"{user.email} has no second factor")
