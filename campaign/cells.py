"""One cell, and one line, of CSV (RFC 4180) that no spreadsheet runs."""

import re
from collections.abc import Iterable

# What begins a formula, also behind blanks and in the wide and small forms that a spreadsheet takes for the same sign;
# and a tab or a line's end, which would hide it in the next cell. Written so that PostgreSQL reads it alike.
BLANK = r"\u0009-\u000d\u0020\u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u3000\ufeff"
FORMULA = rf"^[{BLANK}]*[=+@\u0009\u000a\u000d\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b-]"
_starts_a_formula = re.compile(FORMULA).match
_wants_quotes = re.compile(r'[",\r\n]').search


def make_inert(cell: str) -> str:
    """With an apostrophe before what a spreadsheet could run."""
    return f"'{cell}" if _starts_a_formula(cell) else cell


def csv_line(cells: Iterable[str]) -> str:
    return ",".join(_quoted(make_inert(cell)) for cell in cells) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _wants_quotes(cell) else cell
