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
    parts: list[tuple[str, list[tuple[str, str]]]],
) -> bytes:
    """Return the report as PDF in the current language; it holds no names."""
    return pdf(
        "report.typ",
        {
            "site": site,
            "heading": _("Report"),
            "title": title,
            "period": period,
            "summary": summary,
            "heads": heads,
            "rows": rows,
            "parts": [{"name": name, "rows": counts} for name, counts in parts if counts],
            "note": _(
                "Numbers only: the personal data of participants is deleted after the event."
            ),
            "page": _("Page"),
        },
        keep=False,
    )
