"""Veranstaltung: one dated thing. Its date is fixed, its time may be open."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    func,
    text,
)
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.orderinglist import ordering_list
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.clock import TOWN
from ikw.model.base import Base, Member
from ikw.model.organisation import Organisation
from ikw.model.picture import Picture
from ikw.model.programme import Public, next_stamp
from ikw.model.series import Series
from ikw.model.times import MOST_DAYS, Times
from ikw.model.venue import Venue
from ikw.model.vocabulary import Access, EventKind

#: What of an event neither calendars nor pages show, or pages leave a gap for (ikw.model.places).
UNSEEN = frozenset(
    {
        "taken",
        "places_revision",
        "people_counted",
        "parties_counted",
        "arrived_counted",
        "counted",
        "walked_in",
        "reminded_at",
        "loaded",
        "origin",
    }
)

#: The waiting list moves up by itself until this long before the start: whoever moves up later
#: might not learn of it in time.
MOVES_UP_UNTIL = dt.timedelta(hours=12)


#: So long places are kept for a postponed event; after that the sign-ups are deleted all the same.
WAITS_FOR_A_DATE = dt.timedelta(days=180)


class EventHost(Public, Base):
    """That an organisation hosts an event; the order is the one in which they are named."""

    __tablename__ = "event_host"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class Event(Times, Public, Base):
    """One dated thing of a series, with its places and its sign-up window."""

    __tablename__ = "event"

    unseen = UNSEEN

    __table_args__ = (
        UniqueConstraint("series_id", "origin"),
        # Every page asks for the sum; what is over is 0, and not in it.
        Index(
            "ix_event_places_revision",
            "places_revision",
            sqlite_where=text("places_revision > 0"),
            postgresql_where=text("places_revision > 0"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Identity in calendars (RFC 5545, 3.8.4.7): random, for good, never the key or the address.
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid.uuid4()))
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[EventKind] = mapped_column(
        Member(EventKind, 20), default=EventKind.EVENT, index=True
    )
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    series: Mapped[Series] = relationship()
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str | None] = mapped_column(Text)
    #: Paragraphs, with an empty line between them.
    description: Mapped[str | None] = mapped_column(Text)

    #: The same in Leichte Sprache, and the group that has checked it (DIN SPEC 33429).
    easy_text: Mapped[str | None] = mapped_column(Text)
    easy_checked_by: Mapped[str | None] = mapped_column(String(200))

    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    venue: Mapped[Venue | None] = relationship(foreign_keys=[venue_id])
    room: Mapped[str | None] = mapped_column(String(200))
    host_rows: Mapped[list[EventHost]] = relationship(
        order_by=EventHost.position,
        collection_class=ordering_list("position"),
        cascade="all, delete-orphan",
    )
    hosts: AssociationProxy[list[Organisation]] = association_proxy(
        "host_rows", "organisation", creator=lambda host: EventHost(organisation=host)
    )
    picture: Mapped[Picture | None] = relationship(cascade="all, delete-orphan")
    topics: Mapped[list[str]] = mapped_column(default=list)
    #: Languages spoken there, ISO 639 codes.
    languages: Mapped[list[str]] = mapped_column(default=list)
    #: Codes of ikw.model.vocabulary.
    audiences: Mapped[list[str]] = mapped_column(default=list)
    access: Mapped[list[str]] = mapped_column(default=list)
    #: Whom to ask, on one line: "Auskunft: …".
    contact: Mapped[str | None] = mapped_column(String(200))
    #: In euro cents; 0 is free, None is not stated.
    price_cents: Mapped[int | None]
    price_note: Mapped[str | None] = mapped_column(String(200))

    takes_sign_up: Mapped[bool] = mapped_column(default=False)
    sign_up_opens: Mapped[dt.datetime | None]
    sign_up_closes: Mapped[dt.datetime | None]
    #: People, not parties; None is unlimited.
    capacity: Mapped[int | None]
    #: Places kept back, e.g. for interpreters or given away by telephone.
    reserved: Mapped[int] = mapped_column(default=0)
    #: Seats held by registrations; changed only together with them, under the lock of this row.
    taken: Mapped[int] = mapped_column(default=0)
    #: Rises with every change of its places or its waiting list; 0 again once the sign-ups are
    #: deleted. The sum over all events tells whether pages have to count anew.
    places_revision: Mapped[int] = mapped_column(default=0)
    #: The most places that one registration may take.
    party_max: Mapped[int] = mapped_column(default=5)
    has_waiting_list: Mapped[bool] = mapped_column(default=False)
    #: A list of {"key", "label", "kind", "required", "choices"}.
    questions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: How many people had seats, and in how many parties, once the registrations are deleted.
    people_counted: Mapped[int | None]
    #: How many of them came, and how many came without a sign-up.
    arrived_counted: Mapped[int | None]
    #: How many places were asked for in which language, and in the week of which Monday.
    counted: Mapped[dict[str, Any]] = mapped_column(default=dict)
    walked_in: Mapped[int] = mapped_column(default=0)
    parties_counted: Mapped[int | None]
    #: After how many days sign-ups are deleted, where people were told so before that was raised.
    keep_days: Mapped[int | None]

    #: When a club handed it in, and when everyone could see it first.
    submitted_at: Mapped[dt.datetime | None]
    published_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    #: When it was put into the bin, from which it can be taken for a while.
    deleted_at: Mapped[dt.datetime | None]
    called_off_at: Mapped[dt.datetime | None]
    #: It will be on another day, which is not known yet.
    postponed_at: Mapped[dt.datetime | None]
    #: Why it is called off or postponed.
    reason: Mapped[str | None] = mapped_column(Text)
    #: Where and when it was to be before it was moved.
    former_date: Mapped[dt.date | None]
    former_start: Mapped[dt.time | None]
    former_venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    former_venue: Mapped[Venue | None] = relationship(foreign_keys=[former_venue_id])

    #: When those who come were reminded of it; None again once it is moved.
    reminded_at: Mapped[dt.datetime | None]

    #: Its plan as a programme file gave it last, so that loading it again takes back nothing that
    #: was decided since.
    loaded: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Which entry of somebody's calendar it was made of: a digest of UID and RECURRENCE-ID. Never
    #: written out, and nobody's once the event is in the bin.
    origin: Mapped[str | None] = mapped_column(String(64))

    created_at: Mapped[dt.datetime]
    #: RFC 5545, 3.8.7.3: the last change of anything that a calendar shows.
    changed_at: Mapped[dt.datetime]
    #: RFC 5545, 3.8.7.4: rises when date, time, place or status changes.
    sequence: Mapped[int] = mapped_column(default=0)

    def touch(self, now: dt.datetime) -> None:
        """Note a change of what calendars show."""
        self.changed_at = next_stamp(self.changed_at, now)

    def note_change_of_places(self) -> None:
        """Have pages count its places and its waiting list anew."""
        # In SQL, as not everyone who changes a registration holds the lock of its event.
        self.places_revision = Event.places_revision + 1

    # When

    def is_over(self, now: dt.datetime) -> bool:
        return not self.is_postponed and now >= self.ends_at

    @property
    def turns_at(self) -> list[dt.datetime]:
        """The moments at which something else is so of it, by the clock alone."""
        moments = [self.sign_up_opens, self.sign_up_ends_at, self._begun_at, self.ends_at]
        return [moment for moment in moments if moment is not None]

    def remind_at(self, days: int, hour: dt.time) -> dt.datetime:
        """When to remind those who come: so many days before, at this time of day."""
        return dt.datetime.combine(self.date - dt.timedelta(days=days), hour, TOWN)

    @property
    def sort_key(self) -> tuple[dt.date, bool, dt.time, str]:
        """By day; within a day those with a time first."""
        return (self.date, self.start is None, self.start or dt.time.min, self.title)

    # What it is

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written, not handed in and not published."""
        return self.published_at is None and self.submitted_at is None

    @property
    def is_submitted(self) -> bool:
        """Whether it waits for the coordination to publish it."""
        return self.published_at is None and self.submitted_at is not None

    @property
    def is_public(self) -> bool:
        """Whether everyone may see it."""
        return self.published_at is not None and self.deleted_at is None and self.series.is_public

    @property
    def is_called_off(self) -> bool:
        return self.called_off_at is not None

    @property
    def is_postponed(self) -> bool:
        return self.postponed_at is not None

    @property
    def takes_place(self) -> bool:
        """Whether it is on at its date, neither called off nor postponed."""
        return not self.is_called_off and not self.is_postponed

    @property
    def is_moved(self) -> bool:
        return self.former_date is not None or self.former_venue_id is not None

    @property
    def is_free_of_charge(self) -> bool:
        return self.price_cents == 0

    @property
    def is_step_free(self) -> bool:
        return Access.STEP_FREE in self.all_access

    @property
    def all_access(self) -> list[str]:
        """What the venue offers and what comes with the event, each once."""
        at_venue = self.venue.access if self.venue else []
        return list(dict.fromkeys([*self.access, *at_venue]))

    @property
    def place(self) -> str | None:
        """Name and address of the venue, and the room, on one line."""
        parts = [self.venue.one_line if self.venue else None, self.room]
        return ", ".join(filter(None, parts)) or None

    # Places

    @property
    def free(self) -> int | None:
        """Places that nobody has; None is unlimited."""
        return free_of(self.capacity, self.reserved, self.taken)

    @property
    def is_full(self) -> bool:
        return self.free == 0

    @property
    def is_overfull(self) -> bool:
        """Whether more people have seats than there are places, e.g. since it has fewer."""
        return (
            self.capacity is not None
            and self.taken > 0
            and self.taken + self.reserved > self.capacity
        )

    def fits(self, places: int) -> bool:
        return self.free is None or places <= self.free

    # Sign-up

    @property
    def sign_up_ends_at(self) -> dt.datetime:
        """The last moment to sign up: as set, else while one can still come from the beginning."""
        return self.sign_up_closes or self._begun_at

    def sign_up_not_yet_open(self, now: dt.datetime) -> bool:
        return self.sign_up_opens is not None and now < self.sign_up_opens

    def sign_up_is_open(self, now: dt.datetime) -> bool:
        """Whether it is the time to sign up, were there room."""
        return (
            self.takes_sign_up
            and self.is_public
            and self.takes_place
            and not self.sign_up_not_yet_open(now)
            and now < self.sign_up_ends_at
            and not self.is_over(now)
        )

    def takes_registrations(self, now: dt.datetime) -> bool:
        """Whether one can sign up now, be it for the waiting list."""
        return self.sign_up_is_open(now) and (not self.is_full or self.has_waiting_list)

    def can_be_changed(self, now: dt.datetime) -> bool:
        """Whether registrations can still be changed by those who made them."""
        return not self.is_called_off and (self.is_postponed or now < self._begun_at)

    def moves_up(self, now: dt.datetime) -> bool:
        """Whether the waiting list still moves up by itself."""
        until = self.starts_at - MOVES_UP_UNTIL
        return not self.is_called_off and (self.is_postponed or now < until)

    def forget_on(self, keep_days: int) -> dt.date:
        """The day on which the sign-ups of this event are deleted: never later than was told."""
        keep_days = keep_days if self.keep_days is None else min(keep_days, self.keep_days)
        waits = WAITS_FOR_A_DATE if self.is_postponed else dt.timedelta(0)
        return self.last_date + waits + dt.timedelta(days=keep_days)


def free_of(capacity: int | None, reserved: int, taken: int) -> int | None:
    """Return how many places nobody has; None is unlimited."""
    return None if capacity is None else max(0, capacity - reserved - taken)


def is_on() -> ColumnElement[bool]:
    """The condition of events that are neither called off nor in the bin."""
    return and_(Event.called_off_at.is_(None), Event.deleted_at.is_(None))


def lasts_until(day: dt.date) -> ColumnElement[bool]:
    """The condition of events that last until this day at least.

    None lasts longer than MOST_DAYS; that it began after that lets a database look from there on.
    """
    return and_(
        Event.date >= day - dt.timedelta(days=MOST_DAYS),
        func.coalesce(Event.end_date, Event.date) >= day,
    )
