"""Deleting venues, hosts and series that nothing names any more."""

from __future__ import annotations

from ikw.actions.series import rows
from ikw.actions.series.rows import InUse, Row
from ikw.db import write
from ikw.text.translate import _
from ikw.web.desk.access import say
from ikw.web.desk.acting import act
from ikw.web.forms import ConfirmForm


def remove(row: Row, message: str) -> None:
    """Delete a row and say so, unless something names it still."""
    if not ConfirmForm().validate():
        return
    try:
        with write() as current:
            rows.remove(current, row, act())
        say(message)
    except InUse:
        say(_("Something names it still: it stays."), "warn")
