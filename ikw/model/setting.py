"""Einstellung: a setting or a text of the town's own that was changed at the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ikw.model.base import Base
from ikw.model.programme import Public


class Setting(Public, Base):
    """One value by its name: a setting of `ikw.config`, or a text such as "impressum.uk".

    Every process reads them anew when the programme's revision has risen.
    """

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: As it would be typed.
    value: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
