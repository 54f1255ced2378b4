"""The signatory list as a file: the public one for everybody, the full one for the coalition; never whole in memory."""

from signatures.exports.cells import make_inert
from signatures.exports.rows import FULL_COLUMNS, PUBLIC_COLUMNS, full_rows, public_rows
from signatures.exports.sheets import write_sheet
from signatures.exports.streams import full_csv, full_json, public_csv, public_json

__all__ = [
    "FULL_COLUMNS",
    "PUBLIC_COLUMNS",
    "full_csv",
    "full_json",
    "full_rows",
    "make_inert",
    "public_csv",
    "public_json",
    "public_rows",
    "write_sheet",
]
