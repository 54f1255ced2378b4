"""An export as a spreadsheet (XLSX), a row at a time, every cell a text."""

from collections.abc import Iterable
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from signatures.exports.rows import Row

ROWS_ON_A_SHEET = 1_000_000  # the format itself ends at 1,048,576
WIDTHS = {"name": 42, "detail": 42, "website": 34, "email": 34, "affiliation": 34, "organisation": 34}
PLAIN = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_sheet(columns: Row, rows: Iterable[Row], output: Path, *, right_to_left: bool = False) -> None:
    """Raises OSError; goes on to another sheet after ROWS_ON_A_SHEET."""
    with Workbook(str(output), PLAIN) as book:
        book.use_zip64()
        bold = book.add_format({"bold": True})
        sheet = _new_sheet(book, columns, bold, right_to_left)
        for number, row in enumerate(rows):
            place = number % ROWS_ON_A_SHEET
            if number and place == 0:
                sheet = _new_sheet(book, columns, bold, right_to_left)
            _write(sheet, place + 1, row)


def _new_sheet(book: Workbook, columns: Row, bold: object, right_to_left: bool) -> Worksheet:
    sheet = book.add_worksheet()
    if right_to_left:
        sheet.right_to_left()
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(column, 13))
    _write(sheet, 0, columns, bold)
    return sheet


def _write(sheet: Worksheet, line: int, cells: Row, form: object = None) -> None:
    for place, cell in enumerate(cells):
        sheet.write_string(line, place, cell, form)
