"""Cells and lines of CSV that no spreadsheet runs, which lie below all apps."""

from campaign.cells import FORMULA, csv_line, make_inert

__all__ = ["FORMULA", "csv_line", "make_inert"]
