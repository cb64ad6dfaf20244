"""Several things in one line, in the direction of the reader's language."""

from __future__ import annotations

import pytest
from flask import Flask

from ikw.model import Venue
from ikw.text.languages import speaking
from ikw.text.lists import LRI, PDI, address, isolated, listed, listed_alone, marked

PLACE = Venue(name="Humboldtplatz und Bernburgplatz", street=None, postcode=None, town="Rheine")


@pytest.mark.parametrize("code", ["ar", "fa"])
def test_a_german_address_stays_whole_from_right_to_left(app: Flask, code: str) -> None:
    whole = "Humboldtplatz und Bernburgplatz, Rheine"
    with app.app_context(), speaking(code):
        assert listed(address(PLACE)) == f"{LRI}{whole}{PDI}"
        assert listed_alone(address(PLACE)) == whole, "alone on its line it needs no isolates"
        assert marked(address(PLACE)) == f'<span lang="de" dir="ltr">{whole}</span>'
        assert isolated("Haus 1, Rheine") == f"{LRI}Haus 1, Rheine{PDI}"
        # Words of the language stand beside it with their own comma.
        assert listed(["غداً", *address(PLACE)]) == f"غداً، {LRI}{whole}{PDI}"


@pytest.mark.parametrize("code", ["de", "en", "uk"])
def test_from_left_to_right_nothing_is_isolated(app: Flask, code: str) -> None:
    with app.app_context(), speaking(code):
        assert listed(address(PLACE)) == "Humboldtplatz und Bernburgplatz, Rheine"
        assert isolated("Haus 1") == "Haus 1"
