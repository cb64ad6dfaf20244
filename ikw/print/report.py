"""The report for the committee: sums, each event, and from where people came."""

from __future__ import annotations

from ikw.print.typeset import pdf
from ikw.text.translate import _


def report(
    title: str,
    period: str,
    *,
    site: str,
    summary: list[tuple[str, str]],
    heads: list[str],
    rows: list[list[str]],
    called_off: list[bool],
    parts: list[tuple[str, list[tuple[str, str]]]],
    hides: bool,
) -> bytes:
    """Return the report as PDF in the current language; it holds no names.

    `called_off` says of each row whether it was; with `hides` small numbers are left out in it.
    """
    off = _("called off")
    notes = [_("What was called off is in no sum.")] if any(called_off) else []
    if hides:
        notes.append(
            _("A dot stands for numbers below 5, and for others by which those could be found out.")
        )
    return pdf(
        "report.typ",
        {
            "site": site,
            "heading": _("Report"),
            "title": title,
            "period": period,
            "summary": summary,
            "heads": heads,
            "rows": [
                {"cells": cells, "off": off if is_off else ""}
                for cells, is_off in zip(rows, called_off, strict=True)
            ],
            "notes": notes,
            "parts": [{"name": name, "rows": counts} for name, counts in parts if counts],
            "note": _(
                "Numbers only: the personal data of participants is deleted after the event."
            ),
            "page": _("Page"),
        },
        keep=False,
    )
