"""At the door: who has come. A page for the telephone that works on without a network."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, select

from ikw import clock
from ikw.actions.registration import check_in as registration_check_in
from ikw.actions.registration.check_in import NotSeated, parties_at_the_door
from ikw.clock import today
from ikw.db import session, write
from ikw.model import Event, Registration
from ikw.model.roles import Scope
from ikw.text import dates
from ikw.text.names import short
from ikw.text.search import LETTERS, names_somebody, searchable
from ikw.text.translate import _, ngettext
from ikw.web.desk.access import (
    asked,
    event_at_my_door_or_404,
    events_at_my_door,
    me,
    my_registration_or_404,
    say,
)
from ikw.web.desk.acting import act
from ikw.web.desk.counts import counts_of
from ikw.web.forms import ConfirmForm
from ikw.web.security import LARGEST_ID
from ikw.web.static import asset_url, read

bp = Blueprint("door", __name__)

#: A telephone may bring what it noted so long ago; older times are taken for mistakes.
OLDEST = timedelta(hours=18)

#: What the page is made of, for it to open without a network.
PARTS = ("desk.css", "desk.js", "door.js", "qr-decode.js", "icon.svg")

#: Acts that one telephone may bring at once.
MOST_ACTS = 500


@bp.get("/einlass/")
def index() -> ResponseReturnValue:
    """Answer with the events of today and the next days; with one alone, lead to it."""
    if not me().checks_in:
        abort(404)
    coming = [
        event for event in session().scalars(events_at_my_door()) if event.last_date >= today()
    ]
    if me().scope is Scope.DUTY and len(coming) == 1:
        return redirect(url_for("desk.door.show", event=coming[0].key), 303)
    return render_template("desk/registration/door/index.html", events=coming[:30])


@bp.get("/einlass/<key:event>/")
def show(event: str) -> ResponseReturnValue:
    """Answer with the page for the door; words or a code in the address search at once."""
    shown = event_at_my_door_or_404(event)
    query = asked("q")
    parties = parties_at_the_door(session(), shown, with_companions=bool(query))
    found = [party for party in parties if _is_meant(party, query)] if query else []
    page = render_template(
        "desk/registration/door/show.html",
        event=shown,
        query=query,
        found=found[:20],
        other_event=_elsewhere(shown, query) if query and not found else None,
        counts=counts_of(shown),
        facts={
            **_made(clock.now()),
            "walkedIn": shown.walked_in,
            "event": shown.key,
            "until": _kept_until(shown),
            "sync": url_for(".sync", event=shown.key),
            "worker": url_for(".worker"),
            "texts": _texts(),
            "letters": LETTERS,
            "parts": [asset_url(name) for name in PARTS],
        },
        minimal=[_minimal(party) for party in parties],
        form=ConfirmForm(),
    )
    response = Response(page)
    # For the worker that keeps the page on the telephone.
    response.headers["X-Kept-Until"] = str(_kept_until(shown))
    response.headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    return response


#: So long after the end names stay on a telephone, as somebody may still be let in or out.
NAMES_STAY = timedelta(hours=12)


def _kept_until(event: Event) -> int:
    """Return the real moment at which a telephone forgets the list, in milliseconds (Unix time)."""
    left = max(event.ends_at - clock.now(), timedelta(0)) + NAMES_STAY
    return int((clock.real() + left).timestamp() * 1000)


def _is_meant(party: Row[*tuple[Any, ...]], query: str) -> bool:
    code = code_in(query)
    if code and code == party.code:
        return True
    return names_somebody(query, searchable(party.name, *party.companions))


def code_in(text: str) -> str | None:
    """Return the code in what was typed or scanned, such as "k7q4mx" or "ikw:fest:K7Q-4MX"."""
    last = text.rsplit(":", 1)[-1]
    letters = re.sub(r"[\s-]", "", last).upper()
    return f"{letters[:3]}-{letters[3:]}" if re.fullmatch(r"[A-Z0-9]{6}", letters) else None


def _elsewhere(event: Event, query: str) -> Event | None:
    """Return the other event that a code is for, of those that one may see."""
    code = code_in(query)
    if code is None:
        return None
    holders = session().scalars(select(Registration).where(Registration.code == code))
    mine = {one.id: one for one in session().scalars(events_at_my_door())}
    others = [mine[party.event_id] for party in holders if party.event_id in mine]
    return next((one for one in others if one.id != event.id), None)


@bp.post("/einlass/<key:event>/ankunft/<int:number>")
def check_in(event: str, number: int) -> ResponseReturnValue:
    """Let a party in, all of them or some."""
    shown = event_at_my_door_or_404(event)
    party = my_registration_or_404(shown, number)
    arrived = request.form.get("arrived", type=int) or party.seats
    if ConfirmForm().validate():
        try:
            with write() as current:
                is_new = registration_check_in.check_in(current, party, arrived, act())
        except NotSeated:
            say(_("%(name)s has no place: waiting or cancelled.", name=party.name), "off")
        else:
            _say_in(party, is_new)
    return redirect(url_for(".show", event=event), 303)


def _say_in(party: Registration, is_new: bool) -> None:
    if is_new:
        text = ngettext(
            "%(name)s is in: %(num)d person.",
            "%(name)s is in: %(num)d people.",
            party.arrived,
            name=party.name,
        )
        say(text)
    elif party.checked_in_at:
        time = dates.clock(clock.in_town(party.checked_in_at).time())
        say(_("%(name)s was in already at %(time)s.", name=party.name, time=time), "warn")


@bp.post("/einlass/<key:event>/ankunft/<int:number>/zurueck")
def undo(event: str, number: int) -> ResponseReturnValue:
    """Take an arrival back."""
    shown = event_at_my_door_or_404(event)
    party = my_registration_or_404(shown, number)
    if ConfirmForm().validate():
        with write() as current:
            registration_check_in.undo_check_in(current, party, act())
        say(_("%(name)s is out again.", name=party.name))
    return redirect(url_for(".show", event=event, q=party.code), 303)


@bp.post("/einlass/<key:event>/ohne-anmeldung")
def count_walk_ins(event: str) -> ResponseReturnValue:
    """Count somebody who came without a sign-up, without a name."""
    shown = event_at_my_door_or_404(event)
    people = _step(request.form.get("people", default=1, type=int))
    if ConfirmForm().validate():
        with write() as current:
            registration_check_in.count_walk_ins(current, shown.id, people, act())
    return redirect(url_for(".show", event=event), 303)


@bp.post("/einlass/<key:event>/abgleich")
def sync(event: str) -> ResponseReturnValue:
    """Take what a telephone noted, and answer with who is in now."""
    shown = event_at_my_door_or_404(event, late=True)
    if not ConfirmForm().validate():
        return {"error": "token"}, 422
    try:
        noted = [Noted.read(raw) for raw in json.loads(request.form.get("acts", "[]"))[:MOST_ACTS]]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return {"error": "acts"}, 400
    now = clock.now()
    with write() as current:
        for one in sorted(noted, key=lambda one: -one.ago):
            _take(shown, one, now)
        current.flush()
    is_over = session().scalar(events_at_my_door().where(Event.id == shown.id)) is None
    # Whoever was on duty until midnight delivers what they noted, and sees nobody any more.
    parties = () if is_over else parties_at_the_door(session(), shown)
    counts = counts_of(shown)
    return {
        "parties": [_minimal(party) for party in parties],
        "arrived": counts["arrived"],
        "people": counts["people"],
        "walked_in": shown.walked_in,
        **_made(now),
    }


def _made(now: datetime) -> dict[str, Any]:
    """Return of when a list is, by our clock: to be compared, and to be read."""
    return {"made": now.timestamp(), "from": dates.clock(clock.in_town(now).time())}


@dataclass(frozen=True)
class Noted:
    """What somebody noted at the door, so many milliseconds ago by their telephone's clock."""

    what: str
    number: int
    arrived: int
    ago: int
    key: str

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Noted:
        """Read it. Raises ValueError, TypeError, KeyError or AttributeError where it is none."""
        what = str(raw["what"])
        if what not in {"in", "out", "walk-in"}:
            raise ValueError(what)
        number, arrived = int(raw.get("number", 0)), int(raw.get("arrived", 1))
        if not 0 <= number <= LARGEST_ID:
            raise ValueError(number)
        key = str(raw["id"])[:40]
        if not re.fullmatch(r"[\w.-]+", key, re.ASCII):
            raise ValueError(key)
        return cls(what, number, arrived, int(raw["ago"]), key)

    def at(self, now: datetime) -> datetime:
        """Return when it was. Only how long ago is believed: clocks of telephones go wrong."""
        ago = timedelta(milliseconds=min(max(self.ago, 0), 10**9))
        return now - (ago if ago <= OLDEST else timedelta(0))


def _take(event: Event, noted: Noted, now: datetime) -> None:
    then = replace(act(), now=noted.at(now))
    if noted.what == "walk-in":
        people = _step(noted.arrived)
        registration_check_in.count_walk_ins(session(), event.id, people, then, key=noted.key)
        return
    party = _party(event, noted.number)
    if party is None:
        return
    if noted.what == "out":
        registration_check_in.undo_check_in(session(), party, then, key=noted.key)
        return
    try:
        registration_check_in.check_in(session(), party, noted.arrived, then, key=noted.key)
    except NotSeated:
        # Cancelled while the telephone had no network; the list that goes back says so.
        current_app.logger.info("party %d came and has no place", party.id)


#: How many people without a sign-up the buttons count at once.
STEPS = (1, 10, -1)


def _step(people: int) -> int:
    return people if people in STEPS else 1


def _party(event: Event, number: int) -> Registration | None:
    found = session().get(Registration, number)
    return found if found is not None and found.event_id == event.id else None


def _minimal(party: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """Return what a telephone keeps of a party: no whole name, no address, no needs."""
    time = dates.clock(clock.in_town(party.checked_in_at).time()) if party.checked_in_at else None
    return {
        "id": party.id,
        "code": party.code,
        "name": short(party.name),
        "seats": party.seats,
        "arrived": party.arrived,
        "at": time,
    }


def _texts() -> dict[str, str]:
    """Return what the script says; it knows no language itself."""
    return {
        "in": _("{name} is in: {number}"),
        "already": _("{name} is in already, since {time}"),
        "waiting": _("{name} has no place: waiting list"),
        "wrong": _("This ticket is for another event"),
        "unknown": _("Nobody here has this code or name"),
        "out": _("{name} is out again"),
        "letIn": _("Let {number} in"),
        "undo": _("Take back"),
        "since": _("in since {time}"),
        "of": _("{number} of {seats}"),
        "waits": _("waiting list"),
        "offline": _("No network: everything is kept here and sent later."),
        "pending": _("{number} not sent yet"),
        "synced": _("Everything is sent."),
        "noCamera": _("The camera cannot be used. Type the code or the name."),
        "scan": _("Scan with the camera"),
        "stop": _("Stop the camera"),
        "signIn": _("Please sign in again. What you noted is kept on this telephone."),
        "keptFrom": _("The list is of {time}."),
    }


@bp.get("/einlass/sw.js")
def worker() -> Response:
    """Answer with the script that shows this page without a network."""
    response = Response(read("door-sw.js"), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
