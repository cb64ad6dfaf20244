"""How to subscribe: to all, to what one selected, or to one's own sign-ups."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from ikw.actions.registration.calendar import renew_calendar
from ikw.db import session, write
from ikw.model import Event, Registration, Series
from ikw.model.public import public_series
from ikw.text.translate import _
from ikw.web import limits
from ikw.web.acting import citizen
from ikw.web.caching import cached
from ikw.web.calendar.feeds import Selection, alarm_asked_for, select_event, select_events
from ikw.web.filters import CHOICE_NAMES, Filters, options
from ikw.web.forms import ConfirmForm
from ikw.web.links import new_link
from ikw.web.loading import owner_of_calendar_or_404, published_event_or_404, series_or_404
from ikw.web.security import KeyConverter
from ikw.web.template_helpers import full_url

bp = Blueprint("calendar", __name__, url_prefix="/kalender")

#: Of all series, the newest are named; an older one is found by its own page.
MOST_SERIES = 20


@dataclass(frozen=True)
class Subscription:
    """A calendar's address in the forms that programs want it in."""

    name: str
    address: str
    #: The page that shows it, for the camera of a telephone.
    page: str

    @property
    def webcal(self) -> str:
        """The address that opens the device's own calendar."""
        return f"webcal://{self.address.partition('://')[2]}"

    @property
    def google(self) -> str:
        """Where Google's calendar asks whether to add it."""
        return f"https://calendar.google.com/calendar/r?cid={quote(self.webcal, safe='')}"

    @property
    def outlook(self) -> str:
        """Where Outlook on the web asks whether to add it."""
        address, name = quote(self.address, safe=""), quote(self.name, safe="")
        return f"https://outlook.live.com/calendar/0/addfromweb?url={address}&name={name}"

    @property
    def office(self) -> str:
        """Where Outlook of an office or a school asks the same."""
        return self.outlook.replace("outlook.live.com", "outlook.office.com", 1)

    @property
    def is_public(self) -> bool:
        """Whether services on the internet can reach it; a demonstration on one machine is not."""
        return urlsplit(self.address).hostname not in {"127.0.0.1", "localhost"}


@bp.get("/")
@cached
def index() -> ResponseReturnValue:
    """Answer with how to subscribe to what the address selects, and what else there is."""
    filters = Filters.from_args(request.args)
    selection = _selection(filters)
    chosen = {name: request.args.get(name) for name in ("veranstaltung", "reihe")}
    page = full_url(".index", **chosen, **filters.args)
    all_series = session().scalars(
        public_series().order_by(Series.first_day.desc()).limit(MOST_SERIES)
    )
    is_selected = any(chosen.values()) or filters.active
    everything = select_events(None, Filters()) if is_selected else selection
    return render_template(
        "calendar/show.html",
        subscription=Subscription(selection.name, selection.address, page),
        selection=selection,
        event=selection.events[0] if chosen["veranstaltung"] else None,
        is_selected=is_selected,
        all_series=all_series.all(),
        choices=[
            (name, label, options(everything.events, name))
            for name, label in CHOICE_NAMES.items()
            if name != "tag"
        ],
    )


def _selection(filters: Filters) -> Selection:
    if key := _key("veranstaltung"):
        return select_event(published_event_or_404(key))
    key = _key("reihe")
    return select_events(series_or_404(key) if key else None, filters)


def _key(name: str) -> str | None:
    """Return a key from the query, or 404 for what cannot be one."""
    key = request.args.get(name)
    if key and not re.fullmatch(KeyConverter.regex, key):
        abort(404)
    return key


@bp.get("/meine/<token:token>/")
def mine(token: str) -> str:
    """Answer with how to subscribe to one's own sign-ups."""
    email = owner_of_calendar_or_404(token)
    registrations = (
        select(Registration)
        .join(Event)
        .options(contains_eager(Registration.event))
        .where(Registration.email == email, Registration.cancelled_at.is_(None))
        .order_by(Event.date, Event.start, Registration.id)
    )
    _alarm, hours = alarm_asked_for()
    return render_template(
        "calendar/mine.html",
        subscription=Subscription(
            _("My sign-ups"),
            full_url("feeds.mine", token=token, erinnerung=hours),
            full_url(".mine", token=token, erinnerung=hours),
        ),
        alarm=hours,
        registrations=session().scalars(registrations).all(),
        token=token,
        form=ConfirmForm(),
    )


@bp.post("/meine/<token:token>/neu")
@limits.by_network
@limits.by_link
def renew(token: str) -> ResponseReturnValue:
    """End this address and send a new one by e-mail."""
    if not ConfirmForm().validate():
        abort(422)
    with write() as current:
        renew_calendar(current, owner_of_calendar_or_404(token), new_link(), citizen())
    answer: Response = redirect(url_for(".renewed"), 303)  # type: ignore[assignment]
    return answer


@bp.get("/meine/neu")
@cached
def renewed() -> str:
    """Say that the new address is on its way."""
    return render_template("calendar/renewed.html")
