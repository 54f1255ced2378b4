"""The site's own settings under an environment of the tests' own: nothing of the developer's is read or touched."""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

SCRATCH = Path(tempfile.mkdtemp(prefix="undersigned-tests-"))
OWNER = os.getpid()


@atexit.register
def remove_scratch() -> None:
    # Not by a child that was forked from the tests.
    if os.getpid() == OWNER:
        shutil.rmtree(SCRATCH, ignore_errors=True)


# sqlite, postgresql (brought up by the tests), or the URL of a PostgreSQL that may make databases.
DATABASE = os.environ.get("TEST_DATABASE") or "sqlite"
POSTGRESQL_SOCKETS = SCRATCH / "postgresql"
URLS = {
    "sqlite": f"sqlite:///{SCRATCH / 'undersigned.sqlite3'}",
    "postgresql": f"postgres://undersigned@/undersigned?host={POSTGRESQL_SOCKETS}",
}

ENVIRONMENT = {
    "ENV_FILE": os.devnull,
    "DEBUG": "false",
    "SECRET_KEY": "a key of the tests alone, long enough for the checks to be content with it",
    "SECRET_KEY_FALLBACKS": "",
    "SEAL_KEYS": Fernet.generate_key().decode(),
    "SITE_URL": "http://testserver",
    "SITE_NAME": "Undersigned",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DATABASE_URL": URLS.get(DATABASE, DATABASE),
    "REDIS_URL": "",
    "EMAIL_URL": "consolemail://",
    "DEFAULT_FROM_EMAIL": "Undersigned <letters@undersigned.test>",
    "VAR_DIR": str(SCRATCH),
    "STATIC_ROOT": str(SCRATCH / "static"),
    "TRUST_PROXY": "false",
    "MAIL_LEASE": "120",
    "DELIVERY_LEASE": "300",
    "UNDO_SECONDS": "0",
}
os.environ.update(ENVIRONMENT)
# Playwright's event loop lives in the tests' own thread, where Django would take every query for an async one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
(SCRATCH / "static").mkdir()

from campaign.settings import *  # noqa: E402, F403
from campaign.settings import STORAGES  # noqa: E402

# Templates find their files without a manifest, which only `collectstatic` makes (see the fixture `served`).
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# A response that a test does not read to its end keeps its place.
DOWNLOADS_AT_ONCE = 1000
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The tests' own mail server says each command it hears.
logging.getLogger("mail.log").setLevel(logging.WARNING)
