"""Telephone numbers as people write them, and what becomes of each."""

from __future__ import annotations

import pytest
from flask import Flask

from ikw.text.phones import dialled, read_phone, write_phone

#: What somebody types, and how it is kept. The office of the town is 05971 939-0.
TYPED = {
    # With an area code, as on letterheads, cards and posters.
    "05971 12345": "+49597112345",
    "(05971) 12345": "+49597112345",
    "05971/12345": "+49597112345",
    "05971 / 1 23 45": "+49597112345",
    "0 59 71 - 1 23 45": "+49597112345",
    "05971-12345": "+49597112345",
    "05971 – 12345": "+49597112345",
    "05971 — 12345": "+49597112345",
    "05971−12345": "+49597112345",
    "05971‑12345": "+49597112345",
    "05971.12345": "+49597112345",
    "05971*12345": "+49597112345",
    "05971\u00a012345": "+49597112345",
    "05971 939-0": "+4959719390",
    "0541 9694567": "+495419694567",
    "030 / 90 18 2 - 0": "+4930901820",
    "0800 1234567": "+498001234567",
    # With the code of the country.
    "+49 5971 12345": "+49597112345",
    "+49 (0) 5971 12345": "+49597112345",
    "+49 (0)5971/12345": "+49597112345",
    "+49(5971)12345": "+49597112345",
    "+4905971 12345": "+49597112345",
    "(+49) 5971 12345": "+49597112345",
    "0049 5971 12345": "+49597112345",
    "00 49 5971 12345": "+49597112345",
    "49 5971 12345": "+49597112345",
    "++49 5971 12345": "+49597112345",
    "tel:+49597112345": "+49597112345",
    "+49.5971.12345": "+49597112345",
    # Without an area code, as neighbours do, or without its nought.
    "12345": "+49597112345",
    "12 34 5": "+49597112345",
    "5971 12345": "+49597112345",
    "005971 12345": "+49597112345",
    "171 1234567": "+491711234567",
    # On the move.
    "0171 1234567": "+491711234567",
    "0171-1234567": "+491711234567",
    "0176/12 34 56 78": "+4917612345678",
    "+49 171 1234567": "+491711234567",
    # From abroad.
    "+90 532 123 45 67": "+905321234567",
    "+380 67 123 4567": "+380671234567",
    "0031 6 12345678": "+31612345678",
    "+1 202 555 0143": "+12025550143",
    "+48 512 345 678": "+48512345678",
    # In other digits, and pasted with what nobody sees.
    "٠٥٩٧١ ١٢٣٤٥": "+49597112345",
    "+٤٩ ٥٩٧١ ١٢٣٤٥": "+49597112345",
    "۰۱۷۱ ۱۲۳۴۵۶۷": "+491711234567",
    "０５９７１ １２３４５": "+49597112345",
    # With words before and after.
    "Tel. 05971 12345": "+49597112345",
    "Tel.: (05971) 12345": "+49597112345",
    "Telefon 05971 12345": "+49597112345",
    "Handy: 0171 1234567": "+491711234567",
    "0171 1234567 (abends)": "+491711234567 (abends)",
    "0171 1234567 nur abends": "+491711234567 (nur abends)",
    "0171 1234567, Oma": "+491711234567 (Oma)",
    "05971 939-0 (Durchwahl 12)": "+4959719390 (Durchwahl 12)",
    "0171 1234567 Mo-Fr 8-12": "+491711234567 (Mo-Fr 8-12)",
    "+49 171 1234567 (WhatsApp)": "+491711234567 (WhatsApp)",
    # Newer than the lists of numbers.
    "0160 1234": "+491601234",
    # What nobody could call.
    "": None,
    "+": None,
    "-": None,
    "bitte anrufen": None,
    "steht im Telefonbuch": None,
    "110": None,
    "05971": None,
    "0000000": None,
    "05971 12345 oder 0171 1234567": None,
    "05971 12345 / 0171 1234567": None,
    "1234567890123456789": None,
}

#: How a kept number is shown to people in Germany.
SHOWN = {
    "+49597112345": "05971 12345",
    "+491711234567 (abends)": "0171 1234567 (abends)",
    "+905321234567": "+90 532 123 45 67",
    "+491601234": "+49 1601234",
    "05971 12345 oder 0171 1234567": "05971 12345 oder 0171 1234567",
}


@pytest.mark.parametrize(("typed", "kept"), TYPED.items())
def test_a_number_is_kept_in_one_form_however_it_is_written(
    app: Flask, typed: str, kept: str | None
) -> None:
    with app.app_context():
        assert read_phone(typed) == kept
        if kept:
            assert read_phone(kept) == kept, "what is kept reads the same again"
            assert read_phone(write_phone(kept)) == kept, "and so does what is shown"


@pytest.mark.parametrize(("kept", "shown"), SHOWN.items())
def test_a_number_is_shown_as_people_read_it(app: Flask, kept: str, shown: str) -> None:
    with app.app_context():
        assert write_phone(kept) == shown


def test_what_is_dialled_is_the_number_alone() -> None:
    assert dialled("+491711234567 (abends)") == "+491711234567"
    assert dialled("05971 – ١٢٣") == "05971123"


def test_a_town_in_another_country_has_numbers_of_its_own(app: Flask) -> None:
    app.config.update(IKW_COUNTRY="AT", IKW_CONTACT_PHONE="0662 8072-0")
    with app.app_context():
        assert read_phone("0662 807212") == "+43662807212"
        assert read_phone("807212") == "+43662807212"
        assert write_phone("+49597112345") == "+49 5971 12345"
