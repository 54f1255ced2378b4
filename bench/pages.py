"""The letter page, against a static file as large as it and against a view that does nothing."""

import os
import urllib.request
from pathlib import Path

from django.conf import settings

from bench.data import MAIN
from bench.ground import Ground, Stage
from bench.load import always, get, rate
from bench.rounds import Pace, Samples
from bench.site import TRIVIAL
from bench.table import Figure, Row

PAGE = f"/letters/{MAIN}/"
CONNECTIONS = 8  # of each process of the load
OF_TRIVIAL, FLAT = 0.6, 0.85


def measure(ground: Ground, pace: Pace) -> list[Row]:
    sizes = {stage.name: write_file_like_the_page(stage) for stage in ground.stages}
    samples = Samples()
    for _round in range(pace.rounds):
        for stage in ground.stages:
            for what, path in (("file", _file_url(stage)), ("trivial", TRIVIAL), ("page", PAGE)):
                answers = rate(stage.port, always(get(path)), seconds=pace.seconds, connections=CONNECTIONS)
                samples.add(f"{what} {stage.name}", answers)
    rows = [row for stage in ground.stages for row in _rows(samples, stage.name, sizes[stage.name])]
    return [*rows, flatness("letter page", samples, "page", ground)]


def _rows(samples: Samples, name: str, size: int) -> list[Row]:
    what = f"letter page, {name} signatures"
    page = Figure("", samples.median(f"page {name}"), "/s")
    trivial = Figure("trivial view", samples.median(f"trivial {name}"), "/s")
    file = Figure(f"static file of {size:,} B", samples.median(f"file {name}"), "/s")
    return [
        Row(what, page, trivial, samples.ratio(f"page {name}", f"trivial {name}"), OF_TRIVIAL),
        Row(what, page, file, samples.ratio(f"page {name}", f"file {name}")),
    ]


def flatness(what: str, samples: Samples, key: str, ground: Ground, floor: float | None = FLAT) -> Row:
    """The same at many signatures and at none."""
    small, large = (f"{key} {stage.name}" for stage in ground.stages)
    measured = Figure(f"with {ground.large.name}", samples.median(large), "/s")
    limit = Figure(f"with {ground.small.name}", samples.median(small), "/s")
    return Row(f"{what}, flat", measured, limit, samples.ratio(large, small), floor)


def write_file_like_the_page(stage: Stage) -> int:
    """Bytes of the page as it goes over the wire; the server is started again, since it looks for files once."""
    request = urllib.request.Request(stage.server.url + PAGE, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as response:
        size = len(response.read())
    Path(settings.STATIC_ROOT, _file_name(stage)).write_bytes(os.urandom(size))
    stage.server.stop()
    stage.server.start()
    return size


def _file_name(stage: Stage) -> str:
    return f"bench-{stage.database}.bin"


def _file_url(stage: Stage) -> str:
    return settings.STATIC_URL + _file_name(stage)
