"""The public list as CSV over HTTP, against COPY … TO STDOUT of the same rows; and what memory it takes."""

import http.client
import time
from pathlib import Path
from statistics import median
from typing import IO, cast

from bench.data import MAIN
from bench.ground import Ground, Stage
from bench.load import always, get, rate
from bench.pages import CONNECTIONS, PAGE
from bench.rounds import Pace
from bench.table import Figure, Row

CSV = f"/letters/{MAIN}/signatories.csv"
OF_COPY = 0.5
MOST_MEMORY = 30  # MB above the idle process
READ = 1 << 16
_COPY = """
    COPY (
        SELECT kind, public_name, public_detail, country, public_website, verified, confirmed_at, edition_id
        FROM signatures_signature
        WHERE letter_id = {letter} AND state = 'confirmed' AND exposure IN ('public', 'initials', 'country')
            AND kind IN ('organisation', 'individual')
        ORDER BY kind DESC, sort_key
    ) TO STDOUT (FORMAT csv)
"""


class _Nowhere:
    def write(self, data: bytes) -> int:
        return len(data)


def measure(ground: Ground, pace: Pace) -> list[Row]:
    stage = ground.large
    # So that what is counted as idle is a process that has served, and not one that is new.
    rate(stage.port, always(get(PAGE)), seconds=1, connections=CONNECTIONS)
    memory = Memory(stage.server.workers)
    pairs = [(download(stage), copy(stage, ground.letters.main)) for _round in range(pace.rounds)]
    took, copied = (median(times) for times in zip(*pairs, strict=True))
    ratio = median(copying / downloading for downloading, copying in pairs)
    return [
        Row(f"CSV of {ground.rows:,}", Figure("", took, "s"), Figure("COPY", copied, "s"), ratio, OF_COPY),
        memory.row(),
    ]


def download(stage: Stage) -> float:
    """Seconds until the last byte is here; raises OSError for an answer cut short."""
    started = time.perf_counter()
    client = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=300)
    client.request("GET", CSV)
    response = client.getresponse()
    if response.status != http.client.OK:
        raise OSError(f"{CSV}: {response.status}")
    while response.read(READ):
        pass
    client.close()
    return time.perf_counter() - started


def copy(stage: Stage, letter: int) -> float:
    """Seconds of the database's own copying to a client that throws it away."""
    started = time.perf_counter()
    connected = stage.connect()
    connected.cursor().copy_expert(_COPY.format(letter=letter), cast(IO[bytes], _Nowhere()))
    connected.close()
    return time.perf_counter() - started


class Memory:
    """The highest resident memory of the serving processes from now on, above what they have now (proc(5))."""

    def __init__(self, pids: list[int]) -> None:
        self.pids = pids
        for pid in pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        self.idle = {pid: _status(pid, "VmRSS") for pid in pids}

    def row(self) -> Row:
        above = max(_status(pid, "VmHWM") - self.idle[pid] for pid in self.pids)
        return Row(
            "CSV, peak memory above idle",
            Figure("", above, "MB"),
            Figure("at most", MOST_MEMORY, "MB"),
            MOST_MEMORY / max(above, 0.01),
            1.0,
        )


def _status(pid: int, name: str) -> float:
    """In MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
