"""What the rules say in the reader's language, beside a field or a cell."""

from __future__ import annotations

from ikw.model.rules import Fault
from ikw.model.times import MOST_DAYS
from ikw.text.translate import _, _l

SENTENCES: dict[Fault, str] = {
    Fault.LAST_DAY_FIRST: _l("The last day is before the first."),
    Fault.END_WITHOUT_START: _l("An end needs a beginning."),
    Fault.END_BEFORE_START: _l("The end is not after the beginning."),
    Fault.RESERVED_OF_NOTHING: _l("Keeping places back needs a number of places."),
    Fault.RESERVED_TOO_MANY: _l("That is more than there are places."),
    Fault.LIST_OF_NOTHING: _l("A waiting list needs a number of places."),
    Fault.CLOSES_FIRST: _l("Sign-up would close before it opens."),
    Fault.EASY_UNCHECKED: _l(
        "A text in Leichte Sprache needs a group that has checked it, and the other way round."
    ),
    Fault.CHOICES_MISPLACED: _l("Please give at least two answers, each on a line of its own."),
    Fault.HALF_A_POSITION: _l("Please enter both numbers, or none."),
}


def describe(fault: Fault) -> str:
    """Return the sentence for a fault that can be made in a form or a workbook."""
    if fault is Fault.TOO_LONG:
        return _("That would last more than %(days)d days.", days=MOST_DAYS)
    return str(SENTENCES[fault])
