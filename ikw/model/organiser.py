"""Organisator: who works at the desk, and what opens it for them."""

from __future__ import annotations

import datetime as dt
import secrets
from datetime import timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import Base, Member
from ikw.model.event import Event
from ikw.model.organisation import Organisation
from ikw.model.roles import ROLES, Can, Role, Scope

#: A link to sign in opens the desk once, within this time.
LINK_LASTS = timedelta(minutes=15)

#: An invitation opens the desk once, within this time: whoever coordinates sees everything.
INVITATION_LASTS = {
    role: timedelta(hours=24) if Can.COORDINATE in facts.can else timedelta(days=14)
    for role, facts in ROLES.items()
}

#: So long a browser may take to answer for a passkey.
CHALLENGE_LASTS = timedelta(minutes=5)

#: A session ends when nothing was done for so long, and so long after signing in at the latest.
IDLE = timedelta(hours=12)
LASTS = timedelta(days=7)

#: So long a closed account can be opened again.
CLOSED_KEEPS = timedelta(days=30)


class DoorDuty(Base):
    """That somebody checks people in at an event, on this day alone."""

    __tablename__ = "door_duty"

    organiser_id: Mapped[int] = mapped_column(
        ForeignKey("organiser.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    event: Mapped[Event] = relationship()


class DoorAct(Base):
    """What somebody noted at the door: kept, so that it counts once, and in its place in time."""

    __tablename__ = "door_act"

    #: Made by the telephone: who it is and a number, both at random, with a point between.
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    #: None for people without a sign-up.
    registration_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    #: in · out · walk-in
    what: Mapped[str] = mapped_column(String(10))
    #: How many of a party came.
    arrived: Mapped[int] = mapped_column(default=0)
    at: Mapped[dt.datetime]


class Organiser(Base):
    """A person with an account: found by the e-mail address, known by no password."""

    __tablename__ = "organiser"
    __table_args__ = (
        CheckConstraint("(role = 'club') = (organisation_id IS NOT NULL)", name="club_has_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    #: In lower case.
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[Role] = mapped_column(Member(Role, 20))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    organisation: Mapped[Organisation | None] = relationship()
    duties: Mapped[list[DoorDuty]] = relationship(
        order_by=DoorDuty.day, cascade="all, delete-orphan"
    )
    language: Mapped[str] = mapped_column(String(10), default="de")
    #: By this passkeys know them: random, neither the id nor the address (WebAuthn, 14.6.1).
    handle: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: secrets.token_urlsafe(32)
    )
    created_at: Mapped[dt.datetime]
    disabled_at: Mapped[dt.datetime | None]

    def can(self, what: Can) -> bool:
        """Whether their role lets them do this."""
        return what in ROLES[self.role].can

    @property
    def coordinates(self) -> bool:
        return self.can(Can.COORDINATE)

    @property
    def plans(self) -> bool:
        return self.can(Can.PLAN)

    @property
    def checks_in(self) -> bool:
        return self.can(Can.CHECK_IN)

    @property
    def counts(self) -> bool:
        return self.can(Can.COUNT)

    @property
    def scope(self) -> Scope:
        """Which events they do that for."""
        return ROLES[self.role].scope

    @property
    def actor(self) -> str:
        """How the log names them, which holds no names."""
        return f"organiser {self.id}"


class SignInLink(Base):
    """A link to the desk that was sent by mail."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(
        ForeignKey("organiser.id", ondelete="CASCADE"), index=True
    )
    organiser: Mapped[Organiser] = relationship()
    #: SHA-256 of its secret part, in hex.
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: When it was asked for, last if that was several times.
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    #: Until when an invitation works; any other link lasts LINK_LASTS.
    expires_at: Mapped[dt.datetime | None]
    #: The page of the desk that was wanted when it was asked for, without the language.
    onward: Mapped[str | None] = mapped_column(String(300))
    #: Whether a letter took it to the organiser.
    is_mailed: Mapped[bool] = mapped_column(default=False, server_default=false())

    def is_good(self, now: dt.datetime) -> bool:
        """Whether it still opens the desk."""
        return (
            self.used_at is None
            and self.organiser.disabled_at is None
            and now < (self.expires_at or self.created_at + LINK_LASTS)
        )

    @property
    def is_invitation(self) -> bool:
        return self.expires_at is not None


class DeskSession(Base):
    """One browser in which somebody is signed in."""

    __tablename__ = "desk_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(
        ForeignKey("organiser.id", ondelete="CASCADE"), index=True
    )
    organiser: Mapped[Organiser] = relationship()
    #: SHA-256 of what the cookie holds, in hex.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: What the browser says it is.
    browser: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[dt.datetime]
    #: The last request, to a few minutes.
    seen_at: Mapped[dt.datetime]
    #: When a passkey confirmed it as well; signing in by one does so at once.
    confirmed_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]

    def is_good(self, now: dt.datetime) -> bool:
        """Whether it still opens the desk."""
        return self.ended_at is None and self.organiser.disabled_at is None and now < self.ends_at

    @property
    def ends_at(self) -> dt.datetime:
        """When it ends by itself, unless something is done in it."""
        return min(self.seen_at + IDLE, self.created_at + LASTS)


class Passkey(Base):
    """A passkey with which somebody signs in (Web Authentication, level 2)."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(
        ForeignKey("organiser.id", ondelete="CASCADE"), index=True
    )
    organiser: Mapped[Organiser] = relationship()
    #: What its owner calls it.
    name: Mapped[str] = mapped_column(String(100))
    #: By this the authenticator names it, in base64url; at most 1023 bytes (WebAuthn, 4).
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes]
    #: How often it was used, where it counts; it may never fall.
    sign_count: Mapped[int] = mapped_column(default=0)
    #: Whether it may be copied to other devices; that never changes.
    multi_device: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class Challenge(Base):
    """What an authenticator has to sign, once."""

    __tablename__ = "challenge"

    #: In base64url.
    value: Mapped[str] = mapped_column(String(100), primary_key=True)
    #: Who registers a passkey or confirms; None while somebody signs in.
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("desk_session.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[dt.datetime]
