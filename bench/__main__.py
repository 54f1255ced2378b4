"""`python -m bench`. The parts are those of the tests, so Django is set up as they set it up, on PostgreSQL."""

import os
import sys

os.environ["TEST_DATABASE"] = "postgresql"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from bench.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
