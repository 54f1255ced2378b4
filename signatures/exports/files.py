"""An export as a file on the operator's disk: whole, or not there."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from campaign.languages import direction_of
from letters.models import Letter
from signatures.exports.rows import FULL_COLUMNS, PUBLIC_COLUMNS, Row, full_rows, public_rows
from signatures.exports.sheets import write_sheet
from signatures.exports.streams import full_csv, full_json, public_csv, public_json

Tick = Callable[[int], object]
STREAMS = {
    ("csv", False): public_csv,
    ("csv", True): full_csv,
    ("json", False): public_json,
    ("json", True): full_json,
}


def write_export(letter: Letter, extension: str, output: Path, *, full: bool, tick: Tick) -> None:
    """Writes csv, json or xlsx; `tick` is told of rows as they go by. Raises OSError."""

    def write(draft: Path) -> Path:
        if extension == "xlsx":
            _write_sheet(letter, draft, full, tick)
        else:
            _write_stream(STREAMS[extension, full](letter), draft, tick)
        return draft

    replace_file(output, write, private=full)


def replace_file(output: Path, write: Callable[[Path], Path], *, private: bool = False) -> Path:
    """Puts what `write` made of a path, and returned, in the place of `output`; returns where that is, which has the
    suffix that was written. Raises OSError."""
    with TemporaryDirectory(dir=output.parent, prefix=".export-") as folder:
        draft = write(Path(folder, output.name))
        if private:
            draft.chmod(0o600)
        return draft.replace(output.with_suffix(draft.suffix))


def _write_stream(parts: Iterable[bytes], draft: Path, tick: Tick) -> None:
    with draft.open("wb") as file:
        for part in parts:
            file.write(part)
            tick(part.count(b"\n"))


def _write_sheet(letter: Letter, draft: Path, full: bool, tick: Tick) -> None:
    columns, rows = (FULL_COLUMNS, full_rows(letter)) if full else (PUBLIC_COLUMNS, public_rows(letter))
    right_to_left = direction_of(letter.original_language) == "rtl"
    write_sheet(columns, _ticking(rows, tick), draft, right_to_left=right_to_left)


def _ticking(rows: Iterable[Row], tick: Tick) -> Iterator[Row]:
    for row in rows:
        yield row
        tick(1)
