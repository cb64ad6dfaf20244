"""The programme as a spreadsheet (XLSX), the way towns collect it; written, and read with care."""

from ikw.programmes.sheet.read import Choice, NoSheet, read_sheet
from ikw.programmes.sheet.write import write_sheet

__all__ = ["Choice", "NoSheet", "read_sheet", "write_sheet"]
