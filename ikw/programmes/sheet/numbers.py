"""Amounts as people write them: "ca. 12", "50 Personen", "5,- €", "10/8 €"; and yes or no."""

from __future__ import annotations

import re
from typing import Any

from ikw.programmes.sheet.cells import Around, BadCell, Cell, Said, quoted, simple
from ikw.programmes.sheet.times import moment
from ikw.text.prices import read_price
from ikw.text.translate import _

COUNT = re.compile(
    r"(?:ca\.?|circa|etwa|ungefahr|rund|max\.?|maximal|hochstens|bis zu)?\s*(\d{1,9})(?:[.,]0+)?\s*"
    r"(?:pers\.?|personen|platze?|teilnehme\w*|tn|leute|kinder|erwachsene)?"
)
ENDLESS = {"unbegrenzt", "ohne begrenzung", "keine begrenzung", "offen", "beliebig", "-"}


def whole(cell: Cell, least: int, most: int, nothing: Any) -> Said:
    """Read a number of people, also "ca. 12" and "50 Personen"."""
    plain = simple(cell.text)
    if plain in ENDLESS and nothing is None:
        return Said(None)
    found = COUNT.fullmatch(plain)
    if found is None or not least <= int(found[1]) <= most:
        numbers = [one for one in re.findall(r"\d{1,6}", plain) if least <= int(one) <= most]
        raise BadCell(
            _(
                "“%(text)s” is not a number from %(least)d on.",
                text=quoted(cell.text),
                least=least,
            ),
            max(numbers, key=int, default=None),
        )
    return Said(int(found[1]))


FREE = {"frei", "kostenlos", "kostenfrei", "gratis", "umsonst", "eintritt frei", "keine", "-"}
EURO = r"\s*(?:€|eur|euro)?"
AMOUNT = r"(\d{1,4}(?:[.,]\d{1,2})?)(?:,-+|\.-+)?"
PRICE = re.compile(rf"{AMOUNT}{EURO}(?:\s*/\s*{AMOUNT}{EURO})?(?P<rest>(?:$|[\s,;(]).*)?")


def cents(cell: Cell, note_limit: int) -> Said:
    """Read a price in cents, with what is said beside it as a note."""
    plain = simple(cell.text)
    if plain in FREE:
        return Said(0)
    if not any(c.isdigit() for c in plain):
        if len(cell.text) > note_limit:
            raise BadCell(_("It has more than %(limit)d characters.", limit=note_limit))
        return Said(None, {"price_note": cell.text})
    found = PRICE.fullmatch(plain)
    try:
        if found is None or not re.search(r"€|eur|erm|frei|kind|^\D*$", found["rest"] or ""):
            raise ValueError
        price = read_price(found[1])
        notes = [f"ermäßigt {found[2].replace('.', ',')} €"] if found[2] else []
    except ValueError:
        text = cell.text
        amount = re.search(AMOUNT, plain)
        raise BadCell(
            _("“%(text)s” is not a price like 4,50.", text=quoted(text)), amount and amount[1]
        ) from None
    # As it was written, with its capitals.
    rest = cell.text[len(cell.text) - len((found["rest"] or "").lstrip()) :].strip(" ,;()")
    notes += [rest] if found["rest"] and rest else []
    return Said(price, {"price_note": ", ".join(notes)} if notes else {})


YES = {"ja", "j", "x", "yes", "true", "1", "erforderlich", "notig", "notwendig", "erwunscht"}
NO = {"nein", "n", "no", "false", "0", "-", "keine", "nicht erforderlich", "nicht notig", "ohne"}
BY = re.compile(r"(?:ja|x|erforderlich)[,;:]?\s+(?:bis|spatestens)\s+(.+)")


def yes(cell: Cell, around: Around) -> Said:
    """Read yes or no; "ja, bis 20.9." is the end of the sign-up as well."""
    plain = simple(cell.text)
    if plain in YES:
        return Said(True)
    if plain in NO:
        return Said(False)
    if found := BY.fullmatch(plain):
        until = moment(Cell(found[1]), around, ends=True)
        return Said(True, {"sign_up_closes": until.value})
    begins = next((word for word in ("ja", "nein") if re.match(rf"{word}\b", plain)), None)
    raise BadCell(_("“%(text)s” is neither “ja” nor “nein”.", text=quoted(cell.text)), begins)
