"""Sets letters, signatory lists and share pictures. Knows nothing of the models: plain data in, files out."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any

from .markdown import markdown_blocks

__all__ = [
    "DOCUMENT_LABELS",
    "NAMES_PER_FILE",
    "TypesettingError",
    "markdown_blocks",
    "typeset_document",
    "typeset_picture",
]

DOCUMENT_LABELS = (
    "annex",
    "annexes",
    "asks",
    "cc",
    "count_countries",
    "count_individuals",
    "count_organisations",
    "demo",
    "edition",
    "individuals",
    "organisations",
    "page",
    "signed_by",
    "to",
    "verified",
)
DOCUMENT_KEYS = (
    "addressees",
    "asks",
    "body",
    "closing",
    "coalition",
    "counts",
    "date",
    "demo",
    "direction",
    "edition",
    "individuals",
    "labels",
    "language",
    "organisations",
    "salutation",
    "sha256",
    "title",
    "url",
)
PICTURE_KEYS = ("language", "direction", "coalition", "title", "line", "call", "demo")
NAMES_PER_FILE = 10_000
TIMEOUT = 300
PROJECT = Path(__file__).resolve().parents[2]

# Controls that would reorder or hide what stands beside them, and what neither JSON nor a PDF can carry.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


class TypesettingError(Exception):
    """A document or picture could not be set; the message says why, and no file was written."""


def typeset_document(data: dict[str, Any], output: Path) -> list[Path]:
    """Write a letter with its signatories as an A4 PDF/UA and return the files, `output` first.

    More than NAMES_PER_FILE names go on in annexes beside it (`letter-annex-1.pdf` for `letter.pdf`).
    Every text is printed as it stands, nothing in it is markup. `data` has exactly these keys; lists may be
    empty and texts "", and then that part is left out:

    - language (BCP 47, "ur"), direction ("ltr" or "rtl"), demo (bool)
    - coalition, title, salutation, closing, date (as it should read), edition ("1.0"), sha256 (hex), url;
      a line feed in title, salutation or closing starts a new line
    - body: blocks made by markdown_blocks
    - addressees: [{name, office, institution, kind: "to" or "cc"}], in order
    - asks: [text]
    - counts: {organisations, individuals, countries}, numbers, or texts already formatted for the language;
      0 and "" are left out
    - organisations: [{country_name, names: [{name, domain, verified}]}], sorted
    - individuals: [{name, detail, country_name}], sorted; anything that has a length and is read once, so that
      no more than two parts of it need be in memory
    - labels: every text of the template's own, in the document's language, "" to leave it out:
      to ("To"), cc ("In copy"), asks ("What we ask"), signed_by ("Signed by"), count_organisations,
      count_individuals, count_countries (the noun that goes with each number), organisations and individuals
      (headings of the lists), verified ("✓ The organisation has proven that the domain is its own."; shown
      where a name is verified), edition ("Edition"), page ("Page {page} of {pages}"), annex ("Annex {number}
      of {count}"), annexes ("The names go on in {count} annexes to this document."), demo ("Demonstration:
      every name is invented.")

    Raises TypesettingError when a key is missing, typst refuses the data, or a file takes over TIMEOUT
    seconds. Annexes are written first, `output` last: after an error it is as it was.
    """
    require(data, DOCUMENT_KEYS, "document")
    require(data["labels"], DOCUMENT_LABELS, "labels")
    annexes = max(0, -(-count_names(data) // NAMES_PER_FILE) - 1)
    parts = split_names(data)
    letter = part_of(data, next(parts, ([], [])), 0, annexes)
    files = [output]
    for number, part in enumerate(parts, 1):
        files.append(annex_path(output, number))
        run_job("letter.typ", part_of(data, part, number, annexes), files[-1], ["ua-1"])
    run_job("letter.typ", letter, output, ["ua-1"])
    return files


def typeset_picture(data: dict[str, Any], output: Path) -> None:
    """Write a letter's share picture, a PNG of 1200 by 630 pixels.

    `data` has the keys language, direction ("ltr" or "rtl"), coalition, title, line ("To: the Prime
    Minister"), call ("Read and sign"), and demo: the word to print on a demonstration's picture, or "".
    Long titles are set smaller. Raises TypesettingError as typeset_document does.
    """
    require(data, PICTURE_KEYS, "picture")
    run_job("picture.typ", data, output, [])


def require(data: dict[str, Any], keys: Iterable[str], what: str) -> None:
    missing = sorted(set(keys) - data.keys())
    if missing:
        raise TypesettingError(f"missing in {what}: {', '.join(missing)}")


def count_names(data: dict[str, Any]) -> int:
    return sum(len(group["names"]) for group in data["organisations"]) + len(data["individuals"])


def split_names(data: dict[str, Any]) -> Iterator[tuple[list[dict], list[dict]]]:
    """Cut the signatories into parts of at most NAMES_PER_FILE, as pairs (organisations, individuals)."""
    organisations = (
        (group["country_name"], name) for group in data["organisations"] for name in group["names"]
    )
    names = chain(organisations, ((None, name) for name in data["individuals"]))
    while part := list(islice(names, NAMES_PER_FILE)):
        yield grouped(part), [name for country, name in part if country is None]


def grouped(names: Iterable[tuple[str | None, dict]]) -> list[dict]:
    groups = groupby((pair for pair in names if pair[0] is not None), key=lambda pair: pair[0])
    return [{"country_name": country, "names": [name for _, name in pairs]} for country, pairs in groups]


def part_of(data: dict[str, Any], part: tuple[list, list], number: int, annexes: int) -> dict[str, Any]:
    """The data of one file: the letter itself for number 0, then its annexes."""
    organisations, individuals = part
    job = data | {"organisations": organisations, "individuals": individuals, "annex": "", "annexes": ""}
    if number == 0:
        return job | {"annexes": filled(data["labels"]["annexes"], count=annexes) if annexes else ""}
    return job | {
        "annex": filled(data["labels"]["annex"], number=number, count=annexes),
        "salutation": "",
        "body": [],
        "asks": [],
        "closing": "",
        "addressees": [],
        "counts": {"organisations": "", "individuals": "", "countries": ""},
    }


def filled(label: str, **values: int) -> str:
    for name, value in values.items():
        label = label.replace(f"{{{name}}}", str(value))
    return label


def annex_path(output: Path, number: int) -> Path:
    return output.with_name(f"{output.stem}-annex-{number}{output.suffix}")


def run_job(template: str, data: dict[str, Any], output: Path, standards: list[str]) -> None:
    """Typeset in a child process, whose memory goes back to the system and whose crash harms nobody.

    The file appears complete or not at all. Raises TypesettingError.
    """
    draft = output.resolve().with_name(f".{output.name}.{os.getpid()}")
    job = {
        "template": template,
        "format": "png" if output.suffix == ".png" else "pdf",
        "standards": standards,
        "data": json.dumps(cleaned(data)),
        "output": str(draft),
    }
    try:
        run_child(json.dumps(job))
        draft.replace(output)
    except OSError as error:
        raise TypesettingError(f"{output}: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def run_child(job: str) -> None:
    try:
        child = subprocess.run(
            [sys.executable, "-m", "signatures.typesetting.child"],
            input=job,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=PROJECT,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TypesettingError(f"typesetting took more than {TIMEOUT} seconds") from error
    if child.returncode:
        raise TypesettingError(child.stderr.strip() or f"the typesetter ended with status {child.returncode}")


def cleaned(value: Any) -> Any:
    """The same data, its texts without control characters."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("", value.replace("\t", " "))
    if isinstance(value, dict):
        return {key: cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value
