"""What happens when several do something at one moment: real threads, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """What each returns, or the exception it raises, when all start together."""
    gate = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        with closing(connection):
            gate.wait()
            try:
                return verb()
            except Exception as error:
                return error

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))
