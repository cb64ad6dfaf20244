"""The programme as a spreadsheet (XLSX), the way towns collect it; written, and read with care."""

from ikw.programmes.sheet.mark import mark_sheet
from ikw.programmes.sheet.read import NoSheet, read_sheet
from ikw.programmes.sheet.template import write_template
from ikw.programmes.sheet.write import write_sheet

__all__ = ["NoSheet", "mark_sheet", "read_sheet", "write_sheet", "write_template"]
