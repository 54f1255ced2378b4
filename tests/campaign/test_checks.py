import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks

from campaign import checks, environment
from tests.settings import ENVIRONMENT

ROOT = Path(django_settings.BASE_DIR)


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    whole = {"PATH": os.environ["PATH"], **ENVIRONMENT, "DJANGO_SETTINGS_MODULE": "campaign.settings", **env}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True)


def ids(errors: Any) -> set[str]:
    return {error.id for error in errors}


def test_the_tests_own_settings_are_sound() -> None:
    assert ids(run_checks()) <= {"security.W004", "security.W008", "security.W012", "security.W016"}


def test_a_site_over_tls_passes_the_deployment_checks() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", SITE_URL="https://letters.example.org")
    assert (done.returncode, done.stderr) == (0, done.stderr)
    assert "no issues" in done.stdout


def test_missing_keys_are_told_with_the_way_to_make_them() -> None:
    done = manage("check", SECRET_KEY="", SEAL_KEYS="")
    assert done.returncode == 1
    for said in ("SECRET_KEY is not set", "SEAL_KEYS is not set", "manage.py make_keys"):
        assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_values_are_told_by_name() -> None:
    done = manage("check", DEBUG="perhaps", DATABASE_URL="nonsense", MAIL_LEASE="soon", SEAL_KEYS="short")
    assert done.returncode == 1
    for said in (
        "DEBUG is 'perhaps'",
        "DATABASE_URL cannot be read",
        "MAIL_LEASE cannot be read",
        "key 1 is not",
    ):
        assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "url", ["letters.example.org", "ftp://example.org", "https://example.org/letters", ""]
)
def test_a_site_url_must_be_scheme_and_host(settings: Any, url: str) -> None:
    settings.SITE_URL = url
    assert ids(checks.check_site_url()) == {"campaign.E005"}


def test_mail_is_not_left_in_files_on_a_public_site(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert ids(checks.check_mail_leaves_no_files()) == {"campaign.E006"}
    settings.DEBUG = True
    assert not checks.check_mail_leaves_no_files()


def test_fresh_keys_are_good_keys() -> None:
    made = dict(line.split("=", 1) for line in manage("make_keys").stdout.splitlines())
    assert manage("check", **made).returncode == 0


def test_every_variable_is_in_the_example() -> None:
    source = (ROOT / "campaign/settings.py").read_text()
    read = set(re.findall(r'(?:env\.\w+|boolean|number|parse)\(\s*"([A-Z_]+)"', source))
    example = (ROOT / ".env.example").read_text()
    assert read == {name for name in read if re.search(rf"^#?{name}=", example, re.MULTILINE)}
    assert len(read) > 10


def test_a_value_that_cannot_be_read_is_kept_as_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "problems", [])
    monkeypatch.setenv("SOME_NUMBER", "many")
    assert environment.number("SOME_NUMBER", default=3) == 3
    ((name, problem),) = environment.problems
    assert name == "SOME_NUMBER"
    assert "a whole number" in problem


def test_migrations_are_complete() -> None:
    done = manage("makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout


def test_the_folder_of_what_the_site_keeps_is_made(tmp_path: Path) -> None:
    done = manage("check", VAR_DIR=str(tmp_path / "of" / "mine"))
    assert (done.returncode, (tmp_path / "of" / "mine").is_dir()) == (0, True)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = manage("check", VAR_DIR=str(tmp_path / "file" / "below"))
    assert "VAR_DIR is" in done.stderr
    assert "Traceback" not in done.stderr
