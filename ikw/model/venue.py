"""Ort: where events take place."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ikw.model.base import Base
from ikw.model.programme import Public


class Venue(Public, Base):
    """A place with its address, the way there, and what one can rely on when getting in."""

    __tablename__ = "venue"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(10))
    town: Mapped[str | None] = mapped_column(String(100))
    #: Part of the town, e.g. "Südraum".
    district: Mapped[str | None] = mapped_column(String(100))
    #: Degrees north and east, WGS 84.
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    way_there: Mapped[str | None] = mapped_column(Text)
    #: How many people fit in.
    capacity: Mapped[int | None]
    #: Codes of ikw.model.vocabulary.ACCESS.
    access: Mapped[list[str]] = mapped_column(default=list)

    @property
    def address(self) -> str:
        """Street, postcode and town on one line; empty when none of them is known."""
        place = " ".join(filter(None, [self.postcode, self.town]))
        return ", ".join(filter(None, [self.street, place]))

    @property
    def position(self) -> tuple[float, float] | None:
        """Degrees north and east, when both are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    @property
    def one_line(self) -> str:
        """Name and address on one line."""
        return ", ".join(filter(None, [self.name, self.address]))
