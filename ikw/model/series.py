"""Reihe: a run of events under one motto."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.orderinglist import ordering_list
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import Base, Member
from ikw.model.organisation import Organisation
from ikw.model.programme import Public
from ikw.model.vocabulary import PUBLIC_KINDS, SeriesKind


class SeriesHost(Public, Base):
    """That an organisation hosts a series; the order is the one in which they are named."""

    __tablename__ = "series_host"

    series_id: Mapped[int] = mapped_column(
        ForeignKey("series.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class Series(Public, Base):
    """IKW 2023 „#NeueRäume“, or the Quartiersworkshops of a year."""

    __tablename__ = "series"

    unseen = frozenset({"list_choice"})

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[SeriesKind] = mapped_column(
        Member(SeriesKind, 20), default=SeriesKind.WEEK, index=True
    )
    title: Mapped[str] = mapped_column(String(200))
    motto: Mapped[str | None] = mapped_column(String(200))
    summary: Mapped[str | None] = mapped_column(Text)
    #: Paragraphs, with an empty line between them.
    description: Mapped[str | None] = mapped_column(Text)
    #: The same in Leichte Sprache, and the group that has checked it (DIN SPEC 33429).
    easy_text: Mapped[str | None] = mapped_column(Text)
    easy_checked_by: Mapped[str | None] = mapped_column(String(200))
    first_day: Mapped[date]
    last_day: Mapped[date] = mapped_column(index=True)
    #: What there is to know in numbers: a list of {"value": …, "label": …}.
    figures: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: How the last list was read that was brought: its sheets, and which column is what.
    list_choice: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: When everyone could see it first; before it is planned only.
    published_at: Mapped[datetime | None]
    host_rows: Mapped[list[SeriesHost]] = relationship(
        order_by=SeriesHost.position,
        collection_class=ordering_list("position"),
        cascade="all, delete-orphan",
    )
    hosts: AssociationProxy[list[Organisation]] = association_proxy(
        "host_rows", "organisation", creator=lambda host: SeriesHost(organisation=host)
    )

    @property
    def is_public(self) -> bool:
        """Whether everyone may see it."""
        return self.published_at is not None and self.kind in PUBLIC_KINDS
