from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from signatures.demo import DEMO_EMAIL, NotInDebug, load_demo


class Command(BaseCommand):
    help = "Loads the demonstration letter with its invented signatories, while DEBUG; a second time changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            letter = load_demo()
        except NotInDebug as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Demo: {settings.SITE_URL}{letter.get_absolute_url()} (desk: {DEMO_EMAIL})")
