"""Where a place is on a map of the world."""

from __future__ import annotations

from urllib.parse import quote

from ikw.model import Venue


def map_url(venue: Venue) -> str:
    """Return where OpenStreetMap shows a venue: at its position, else by its address or name."""
    if venue.position:
        latitude, longitude = venue.position
        return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=18"
    return f"https://www.openstreetmap.org/search?query={quote(venue.address or venue.name)}"
