"""The signatory list and the desk's signatures: a page of a letter with some thousands, and of one with a million.

Each request is for another part, so that none is answered from memory; a page of a letter with nobody would not do,
since it has nothing to show.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from itertools import cycle, product
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

from bench.data import FEW, FEW_SLUG, FIRST, MAIN
from bench.ground import Ground, Stage
from bench.load import Requests, get, rate
from bench.rounds import Pace, Samples
from bench.table import Figure, Row

PARTS = 900
CONNECTIONS = 2
_KEYS = """
    SELECT sort_key FROM signatures_signature
    WHERE letter_id = %s AND kind = 'individual' AND state = 'confirmed' AND exposure = 'public'
    ORDER BY random() LIMIT %s
"""
Paths = Callable[[Stage, str, int], list[str]]


def measure(ground: Ground, pace: Pace) -> list[Row]:
    cookie = f"sessionid={ground.letters.session}"
    desk = {"desk signatures": lambda stage, slug, letter: desk_pages(ground, letter)}
    kinds: dict[str, Paths] = {"list, a deep page": deep_pages, "list, a search": searches, **desk}
    return [row for what, paths in kinds.items() for row in _compared(what, paths, cookie, ground, pace)]


def _compared(what: str, paths: Paths, cookie: str, ground: Ground, pace: Pace) -> list[Row]:
    samples = Samples()
    small = paths(ground.small, FEW_SLUG, ground.letters.few)
    large = paths(ground.large, MAIN, ground.letters.main)
    if not small:
        return []
    for _round in range(pace.rounds):
        for name, stage, found in (("few", ground.small, small), ("many", ground.large, large)):
            requests = one_after_another(found, cookie)
            answers = rate(stage.port, requests, seconds=pace.seconds, connections=CONNECTIONS)
            samples.add(name, answers)
    measured = Figure(f"with {ground.large.name}", samples.median("many"), "/s")
    limit = Figure(f"with {FEW:,}", samples.median("few"), "/s")
    return [Row(what, measured, limit, samples.ratio("many", "few"))]


def one_after_another(paths: list[str], cookie: str) -> Requests:
    def requests(process: int) -> Iterator[bytes]:
        return cycle([get(path, Cookie=cookie) for path in paths[process::2]])

    return requests


def deep_pages(stage: Stage, slug: str, letter: int) -> list[str]:
    keys = (urlsafe_b64encode(bytes(key)).decode().rstrip("=") for (key,) in _read(stage, _KEYS, letter))
    return [f"/letters/{slug}/signatories/?kind=individual&order=name&after={key}" for key in keys]


def searches(_stage: Stage, slug: str, _letter: int) -> list[str]:
    """By the beginnings of names, in all mixtures of small and large letters, which find the same."""
    starts = {name[:length] for name in FIRST for length in (3, 4)}
    spelt = sorted(
        {
            "".join(letters)
            for start in starts
            for letters in product(*zip(start.lower(), start.upper(), strict=True))
        }
    )
    return [f"/letters/{slug}/signatories/?kind=individual&q={quote(name)}" for name in spelt]


def desk_pages(ground: Ground, letter: int) -> list[str]:
    try:
        path = reverse("desk:signatures", args=[ground.letters.coalition, letter])
    except NoReverseMatch:
        return []
    return [f"{path}?kind=individual", f"{path}?kind=individual&country=PK"]


def _read(stage: Stage, query: str, letter: int) -> list[tuple]:
    connected = stage.connect()
    cursor = connected.cursor()
    cursor.execute(query, [letter, PARTS])
    rows = cursor.fetchall()
    connected.close()
    return rows
