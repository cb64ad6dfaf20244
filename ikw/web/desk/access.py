"""Who is at the desk, and what they may load. Loading is the permission: the rest is a 404."""

from __future__ import annotations

import datetime as dt

from flask import Flask, Response, abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from ikw import clock
from ikw.actions.organiser import sign_in
from ikw.clock import today
from ikw.db import session, write
from ikw.model import DeskSession, DoorDuty, Event, EventHost, Organiser, Registration, Series
from ikw.model.organiser import LASTS
from ikw.model.roles import Can, Scope
from ikw.names import DESK_COOKIE
from ikw.text.cleaning import clean_line
from ikw.text.translate import _
from ikw.web.desk import kept
from ikw.web.desk.relying_party import relying_party
from ikw.web.forms import ConfirmForm
from ikw.web.security import is_https


def cookie_name(name: str = DESK_COOKIE) -> str:
    """Return what a cookie is called: over https so that no other host can set it (RFC 6265bis)."""
    return f"__Host-{name}" if is_https() else name


#: What somebody may open whose second factor is still missing.
CONFIRMING = {
    "desk.passkeys.confirm",
    "desk.passkeys.ask_to_confirm",
    "desk.passkeys.create_confirmation",
    "desk.passkeys.ask_to_register",
    "desk.passkeys.create",
}


def init_app(app: Flask) -> None:
    """Set how cookies are sent. Only the desk has any."""
    with app.app_context():
        session_cookie = cookie_name("ikw_said")
    app.config.update(
        SESSION_COOKIE_NAME=session_cookie,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.config["IKW_BASE_URL"].startswith("https://"),
        PERMANENT_SESSION_LIFETIME=dt.timedelta(minutes=5),
    )
    app.context_processor(_who_is_there)


def _who_is_there() -> dict[str, object]:
    opened: DeskSession | None = g.get("desk_session")
    return {
        "me": opened.organiser if opened else None,
        "desk_menu": menu,
        "is_here": is_here,
        "sign_out_form": lambda: ConfirmForm(formdata=None),
        "town": clock.TOWN,
        "kept_form": g.get("kept_form"),
        "session_ends_in": _session_ends_in(),
        "passkey_origin": _passkey_origin,
    }


def _session_ends_in() -> int | None:
    """Return in how many seconds the session ends, if nothing is done in it."""
    opened: DeskSession | None = g.get("desk_session")
    return int((opened.ends_at - clock.real()).total_seconds()) if opened else None


def _passkey_origin() -> str | None:
    """Return the origin of our pages where passkeys are possible."""
    here = relying_party()
    return here.origin if here else None


#: Pages that the menu counts to others: an event to the list of all of them.
PART_OF = {
    "desk.event": "desk.events",
    "desk.all_tasks": "desk.home",
    "desk.translations": "desk.feedback",
}


def is_here(endpoint: str) -> bool:
    """Return whether the page that is shown is one of those behind an entry of the menu."""
    here = (request.endpoint or "").rpartition(".")[0]
    return PART_OF.get(here, here) == endpoint.rpartition(".")[0]


def menu() -> list[tuple[str, str]]:
    """Return the pages that this organiser works with, and what they are called."""
    pages = [
        (Can.PLAN, "desk.home.show", _("Today")),
        (Can.PLAN, "desk.events.index", _("Events")),
        (Can.PLAN, "desk.planner.show", _("Calendar")),
        (Can.CHECK_IN, "desk.door.index", _("Door")),
        (Can.PLAN, "desk.outbox.index", _("Letters")),
        (Can.COUNT, "desk.numbers.index", _("Numbers")),
        (Can.COORDINATE, "desk.feedback.index", _("Feedback")),
    ]
    return [(endpoint, name) for needed, endpoint, name in pages if me().can(needed)]


def find_session() -> DeskSession | None:
    """Return the session of this browser, if it is good."""
    secret = request.cookies.get(cookie_name())
    return sign_in.session_of(session(), secret, now=clock.real()) if secret else None


def require_sign_in() -> ResponseReturnValue | None:
    """Let in who has signed in; lead anybody else to where one does."""
    opened = find_session()
    if opened is None:
        there: str | None = request.full_path.rstrip("?")
        if request.method != "GET":
            there = kept.keep_of_former_session(request.cookies.get(cookie_name()))
        return redirect(url_for("sign_in.new", weiter=there), 303)
    now = clock.real()
    if now - opened.seen_at > sign_in.NOTE_EVERY:
        with write() as current:
            sign_in.note_use(current, opened, now=now)
    g.desk_session = opened
    kept.open_kept()
    if needs_confirmation(opened) and request.endpoint not in CONFIRMING:
        return redirect(url_for("desk.passkeys.confirm"), 303)
    return None


def note_sent(response: Response) -> Response:
    """Forget what was kept of a form, once it has been sent with success."""
    if request.method == "POST" and response.status_code == 303 and "desk_session" in g:
        kept.note_sent()
    return response


def needs_confirmation(opened: DeskSession) -> bool:
    """Return whether a second factor is asked of coordinators, and this session has none yet."""
    asked = current_app.config["IKW_SECOND_FACTOR"] and opened.organiser.coordinates
    return bool(asked) and opened.confirmed_at is None


def end_former_session() -> None:
    """End the session that this browser had before somebody signed in anew."""
    if (former := find_session()) is not None:
        with write() as current:
            sign_in.end_session(current, former, now=clock.real())


def keep_secret(response: Response, secret: str) -> None:
    """Let the browser keep the secret of a session until it is closed or the session ends."""
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=LASTS,
        httponly=True,
        secure=is_https(),
        # Lax, so that links in letters to organisers find them signed in.
        samesite="Lax",
    )


def me() -> Organiser:
    """Return who is signed in."""
    opened: DeskSession = g.desk_session
    return opened.organiser


def say(text: str, kind: str = "good") -> None:
    """Show a sentence on the next page."""
    flash(text, kind)


def only_coordination() -> Organiser:
    """Return the coordinator who is signed in; for anybody else there is no such page."""
    if not me().coordinates:
        abort(404)
    return me()


def only_planners() -> Organiser:
    """Return who plans events, coordination or club; for anybody else there is no such page."""
    if not me().plans:
        abort(404)
    return me()


def my_events() -> Select[Event]:
    """Select what this organiser plans, in the order of the days."""
    mine = (
        select(Event)
        .where(Event.deleted_at.is_(None))
        .options(joinedload(Event.venue), joinedload(Event.series), selectinload(Event.host_rows))
        .order_by(Event.date, Event.start.is_(None), Event.start, Event.id)
    )
    if not me().plans:
        return mine.where(false())
    return mine if me().scope is Scope.TOWN else mine.where(Event.id.in_(_hosted()))


def _hosted() -> Select[int]:
    return select(EventHost.event_id).where(EventHost.organisation_id == me().organisation_id)


def my_event_or_404(key: str) -> Event:
    """Return an event that this organiser plans."""
    found: Event | None = session().scalar(my_events().where(Event.key == key))
    return found or abort(404)


def series_or_404(key: str) -> Series:
    """Return the series of this key, published or not."""
    return session().scalar(select(Series).where(Series.key == key)) or abort(404)


def asked(name: str) -> str:
    """Return words from the address, as they are searched for."""
    return clean_line(request.args.get(name))[:100]


def events_at_my_door(*, late: bool = False) -> Select[Event]:
    """Select where this organiser checks people in: what they plan, or have a duty at today.

    With `late`, also where they had one yesterday.
    """
    if me().scope is not Scope.DUTY:
        return my_events().where(Event.published_at.is_not(None))
    # A long night is part of the day on which it began.
    night = and_(
        DoorDuty.day == today() - dt.timedelta(days=1),
        DoorDuty.day == Event.date,
        Event.end_date == today(),
        Event.end < Event.start,
        Event.end > clock.in_town(clock.now()).time(),
    )
    yesterday = DoorDuty.day == today() - dt.timedelta(days=1) if late else false()
    on_duty = (
        select(DoorDuty.event_id)
        .join(Event)
        .where(DoorDuty.organiser_id == me().id, or_(DoorDuty.day == today(), night, yesterday))
    )
    return (
        select(Event)
        .where(Event.id.in_(on_duty), Event.published_at.is_not(None))
        .options(joinedload(Event.venue), joinedload(Event.series))
        .order_by(Event.date, Event.start, Event.id)
    )


def event_at_my_door_or_404(key: str, *, late: bool = False) -> Event:
    """Return an event at which this organiser checks people in; with `late`, or did yesterday."""
    mine = events_at_my_door(late=late)
    found: Event | None = session().scalar(mine.where(Event.key == key))
    return found or abort(404)


def my_registration_or_404(event: Event, number: int) -> Registration:
    """Return a registration for an event that was loaded as one's own."""
    found = session().get(Registration, number)
    return found if found is not None and found.event_id == event.id else abort(404)


def all_series() -> list[Series]:
    """Return every series, the newest first."""
    return list(session().scalars(select(Series).order_by(Series.last_day.desc())))
