"""Where the cells of a spreadsheet are made inert: see campaign.cells."""

from campaign.cells import BLANK, FORMULA, csv_line, make_inert

__all__ = ["BLANK", "FORMULA", "csv_line", "make_inert"]
