"""What is stored of somebody, for them to read (Art. 15 GDPR)."""

from __future__ import annotations

from typing import Any

from ikw.print.typeset import pdf
from ikw.text.translate import _


def disclosure(
    sections: list[dict[str, Any]],
    *,
    site: str,
    day: str,
    controller: str,
    contact: list[str],
    why: list[tuple[str, str, str]],
) -> bytes:
    """Return it as PDF in the current language, with why it is stored and what one can ask for."""
    return pdf(
        "disclosure.typ",
        {
            "site": site,
            "heading": _("What is stored about you"),
            "day": day,
            "controller": controller,
            "contact": " · ".join(filter(None, contact)),
            "sections": sections,
            "history": _("What happened"),
            "why": why,
            "why_heading": _("Why it is stored, and until when"),
            "rights": _(
                "You may have it corrected or erased, and complain to the data protection "
                "authority: Landesbeauftragte für Datenschutz und Informationsfreiheit "
                "Nordrhein-Westfalen. It all comes from yourself or from what you did here, and "
                "is given to nobody else."
            ),
            "page": _("Page"),
        },
        keep=False,
    )
