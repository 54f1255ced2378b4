"""Brings signatories from a CSV file under a letter: confirmed, labelled as imported, mailed nothing."""

from signatures.imports.adding import Report, import_signatories
from signatures.imports.reading import BadFile, Refused, Row, count_rows, read_rows

__all__ = ["BadFile", "Refused", "Report", "Row", "count_rows", "import_signatories", "read_rows"]
