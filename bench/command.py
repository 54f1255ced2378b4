"""The command: which measurements, how long, and the one table at the end."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from bench import desk, folding, lists, mails, pages, signing, spreadsheets
from bench.ground import Ground, stand
from bench.rounds import FULL, QUICK, Pace
from bench.table import Row, render

# In this order: the last ones write, and what is measured at 0 signatures is to find none.
MEASUREMENTS: dict[str, Callable[[Ground, Pace], list[Row]]] = {
    "page": pages.measure,
    "list": lists.measure,
    "csv": spreadsheets.measure,
    "sign": signing.measure,
    "mail": mails.measure,
    "fold": folding.measure,
    "desk": desk.measure,
}


def main(arguments: Sequence[str]) -> int:
    """1 if any figure is below its floor, else 0."""
    options = read_options(arguments)
    pace = QUICK if options.quick else FULL
    rows: list[Row] = []
    say(f"{options.rows:,} signatures are written ...")
    with stand(options.rows) as ground:
        for name in options.only:
            say(f"{name} ...")
            rows += MEASUREMENTS[name](ground, pace)
    print(render(rows))
    failed = [row for row in rows if row.fails]
    say(f"{len(failed)} below its floor" if failed else "No figure is below its floor.")
    return 1 if failed else 0


def say(what: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {what}", file=sys.stderr, flush=True)


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="measures for moments: shows that it runs, no more"
    )
    parser.add_argument(
        "--rows", type=int, help="signatures in the large letter (1,000,000; with --quick 2,000)"
    )
    parser.add_argument("--only", type=_names, default=list(MEASUREMENTS), help=",".join(MEASUREMENTS))
    options = parser.parse_args(arguments)
    options.rows = options.rows or (2_000 if options.quick else 1_000_000)
    return options


def _names(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := set(wanted) - set(MEASUREMENTS):
        raise argparse.ArgumentTypeError(f"no measurement is called {', '.join(sorted(unknown))}")
    return [name for name in MEASUREMENTS if name in wanted]
