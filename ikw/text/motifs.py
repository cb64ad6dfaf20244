"""The drawing beside an event: what it is about at a glance, so that none needs a photograph."""

from __future__ import annotations

from ikw.model import Event
from ikw.model.vocabulary import EventKind, SeriesKind
from ikw.text.search import fold

#: Drawings in static/motifs.svg, and the beginnings of folded German words that ask for them.
WORDS = {
    "music": ("musik", "konzert", "chor", "sing", "lied", "trommel"),
    "dance": ("tanz", "tanze"),
    "food": ("essen", "koch", "kuche", "back", "fruhstuck", "cafe", "kulinar"),
    "film": ("film", "kino"),
    "art": ("kunst", "mal", "ausstellung", "foto", "werkstatt", "theater"),
    "book": ("sprache", "lesung", "lesen", "buch", "vorlese", "erzahl", "literatur"),
    "faith": ("religion", "gebet", "friedens", "gottesdienst", "moschee", "kirche"),
    "sport": ("sport", "fussball", "turnier", "lauf", "bewegung"),
    "children": ("kinder", "spiel", "familie"),
    "walk": ("fuhrung", "rundgang", "spaziergang", "stadt", "rad"),
    "advice": ("beratung", "vortrag", "information", "infoabend", "recht", "arbeit"),
    "talk": ("begegnung", "gesprach", "dialog", "treff", "fest", "austausch"),
}

#: For all that no word tells.
DEFAULT = "door"


def motif_of(event: Event) -> str:
    """Return the drawing for an event: by its kind, else its first topic, else its title."""
    if event.kind == EventKind.PICNIC:
        return "picnic"
    if event.series.kind == SeriesKind.WORKSHOPS and event.takes_sign_up:
        return "workshop"
    for text in (*event.topics, event.title):
        for word in fold(text).split():
            for motif, beginnings in WORDS.items():
                if word.startswith(beginnings):
                    return motif
    return DEFAULT
