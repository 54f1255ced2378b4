"""Reads the environment without ever raising: what is wrong is kept for the system checks to tell."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ

env = environ.Env()
problems: list[tuple[str, str]] = []

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def load_file(path: Path) -> None:
    if path.is_file():
        env.read_env(str(path))


def folder(name: str, *, default: Path) -> Path:
    """The folder that `name` names, made if it is not there."""
    path = Path(env.str(name, default=str(default)))
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        complain(name, f"is {str(path)!r}, which cannot be made ({error.strerror})")
    return path


def complain(name: str, problem: str) -> None:
    problems.append((name, problem))


def boolean(name: str, *, default: bool) -> bool:
    value = env.str(name, default=str(default)).strip().lower()
    if value not in TRUE | FALSE:
        complain(name, f"is {value!r}; say true or false")
        return default
    return value in TRUE


def number(name: str, *, default: int) -> int:
    return parse(name, env.int, default=default, hint="a whole number")


def database(name: str, *, default: str) -> dict[str, Any]:
    """The URL in `name` as Django's configuration of a database."""
    return parse(
        name, _database_url, default=default, hint="postgres://user:password@host/name or sqlite:////path"
    )


def _database_url(name: str, *, default: str) -> dict[str, Any]:
    with warnings.catch_warnings():
        # It only warns of a scheme it does not know.
        warnings.simplefilter("error")
        return env.db_url(name, default=default)


def parse(name: str, reader: Callable[..., Any], *, default: Any, hint: str) -> Any:
    """The value of `name` by a reader of django-environ; the default, and a complaint, if it can't be read."""
    try:
        return reader(name, default=default)
    except Exception as error:  # readers raise whatever their parser raises
        complain(name, f"cannot be read ({type(error).__name__}); it should be {hint}")
        return reader(name + "_UNREADABLE", default=default)
