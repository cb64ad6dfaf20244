"""Who has signed up for an event: the list, searched, filtered and sorted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, or_, select

from ikw.actions.registration import bursts, doubles
from ikw.db import session, write
from ikw.model import Event, Registration
from ikw.model.phone_numbers import digits_of
from ikw.model.vocabulary import Need
from ikw.text.names import sort_key
from ikw.text.phones import write_phone
from ikw.text.search import names_somebody, searchable
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk import words
from ikw.web.desk.access import asked, my_event_or_404, say
from ikw.web.desk.acting import act
from ikw.web.desk.counts import counts_of
from ikw.web.forms import ConfirmForm

bp = Blueprint("registrations", __name__)

#: Parties on one page.
PAGE = 100

#: What the list can be filtered by.
FILTERS: dict[str, str] = {
    "": _l("all"),
    "seated": _l("with a place"),
    "waiting": _l("waiting"),
    "needs": _l("with needs"),
    "came": _l("have come"),
    "missing": _l("have not come"),
    "phone": _l("without e-mail"),
    "unreachable": _l("e-mail address does not exist"),
    "twice": _l("perhaps signed up twice"),
    "burst": _l("many at once from one network"),
    "cancelled": _l("cancelled"),
}

SORTS: dict[str, str] = {
    "": _l("by arrival"),
    "name": _l("by name"),
    "places": _l("by places"),
}


#: What a search looks through.
SEARCHED = (
    Registration.id,
    Registration.name,
    Registration.companions,
    Registration.email,
    Registration.phone,
    Registration.code,
)


def text_of_party(party: Any) -> str:
    """Return all by which somebody may be looked for: names, addresses, code, and their number."""
    number = write_phone(party.phone)
    contact = party.email, party.phone, number, digits_of(number)
    return searchable(party.name, *party.companions, party.code, *contact)


def is_meant(words: str, party: Any) -> bool:
    """Whether a search is for this party; a piece of an address is sought as it is written."""
    if "@" in words:
        return words.lower() in (party.email or "")
    return names_somebody(words, text_of_party(party))


@dataclass(frozen=True)
class Query:
    """Which parties are asked for, in which order."""

    words: str
    filter: str
    sort: str
    page: int

    @classmethod
    def from_args(cls) -> Query:
        wanted, sort = request.args.get("nur", ""), request.args.get("nach", "")
        return cls(
            words=asked("q"),
            filter=wanted if wanted in FILTERS else "",
            sort=sort if sort in SORTS else "",
            page=max(1, request.args.get("seite", 1, type=int) or 1),
        )

    def url(self, event: Event, **changes: Any) -> str:
        args: dict[str, Any] = {
            "q": self.words,
            "nur": self.filter,
            "nach": self.sort,
            "seite": self.page,
        }
        kept = {name: value for name, value in (args | changes).items() if value not in ("", 1)}
        return url_for("desk.registrations.index", event=event.key, **kept)

    def select(self, event: Event, burst: list[int]) -> Select[Registration]:
        """Select the parties; `burst` are those that came in one."""
        parties = select(Registration).where(Registration.event_id == event.id)
        if self.filter == "burst":
            parties = parties.where(Registration.id.in_(burst))
        if self.filter == "twice":
            parties = parties.where(doubles.signed_up_twice(event))
        parties = parties.where(*_conditions(self.filter))
        if self.words:
            # Names are folded as everywhere: a database would not find Özlem by "ozlem".
            found = [
                row.id
                for row in session().execute(parties.with_only_columns(*SEARCHED))
                if is_meant(self.words, row)
            ]
            parties = parties.where(Registration.id.in_(found))
        return parties

    def page_of(self, parties: Select[Registration], page: int) -> list[Registration]:
        """Return those of the selected parties that are on a page."""
        first = (page - 1) * PAGE
        if self.sort != "name":
            chosen = self.ordered(parties).limit(PAGE).offset(first)
            return list(session().scalars(chosen))
        # By family name and as people sort: a database would put Özlem after Zoe.
        names = parties.with_only_columns(Registration.id, Registration.name)
        order = sorted(session().execute(names), key=lambda row: (*sort_key(row[1]), row[0]))
        ids = [row[0] for row in order[first : first + PAGE]]
        found = session().scalars(select(Registration).where(Registration.id.in_(ids)))
        return sorted(found, key=lambda party: ids.index(party.id))

    def ordered(self, parties: Select[Registration]) -> Select[Registration]:
        orders: dict[str, list[Any]] = {
            "places": [Registration.places.desc(), Registration.id],
            "": [Registration.id],
        }
        order = orders[self.sort]
        if self.filter == "waiting" and not self.sort:
            order = [Registration.queued_at, Registration.id]
        return parties.order_by(*order)


def _conditions(name: str) -> list[ColumnElement[bool]]:
    here = Registration.cancelled_at.is_(None)
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "": [here],
        "seated": [Registration.seats > 0],
        "waiting": [Registration.queued_at.is_not(None)],
        "needs": [here, has_needs()],
        "came": [Registration.checked_in_at.is_not(None)],
        "missing": [Registration.seats > 0, Registration.checked_in_at.is_(None)],
        "phone": [here, Registration.email.is_(None)],
        "unreachable": [here, Registration.unreachable_at.is_not(None)],
        "twice": [here],
        "burst": [here],
        "cancelled": [Registration.cancelled_at.is_not(None)],
    }
    return conditions[name]


def has_needs() -> ColumnElement[bool]:
    """Return the condition that a party needs something to take part."""
    return or_(Registration.needs.is_not(None), func.json_array_length(Registration.needed) > 0)


@bp.get("/veranstaltung/<key:event>/anmeldungen/")
def index(event: str) -> str:
    """Answer with the parties, in pages, and the counts."""
    shown = my_event_or_404(event)
    query = Query.from_args()
    burst = bursts.in_bursts(session(), shown)
    wanted = query.select(shown, burst)
    counted = wanted.with_only_columns(func.count(), maintain_column_froms=True)
    number = session().scalar(counted) or 0
    pages = max(1, -(-number // PAGE))
    here = min(query.page, pages)
    parties = query.page_of(wanted, here)
    return render_template(
        "desk/registration/index.html",
        event=shown,
        parties=parties,
        number=number,
        page=here,
        pages=pages,
        query=query,
        filters=FILTERS,
        sorts=SORTS,
        counts=counts_of(shown),
        needs=needs_of(shown),
        burst=len(burst),
        twice=doubles.find_doubles(session(), shown),
        two_doors=doubles.let_in_twice(
            session(), [party.id for party in parties if party.is_checked_in]
        ),
        words=words,
        form=ConfirmForm(),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/absagen")
def cancel_many(event: str) -> ResponseReturnValue:
    """Cancel the parties that are ticked, such as those of a program."""
    shown = my_event_or_404(event)
    numbers = [number for number in request.form.getlist("party", type=int) if number > 0]
    if ConfirmForm().validate() and numbers:
        with write() as current:
            count = bursts.cancel_all(current, shown, numbers[:PAGE], act())
        say(ngettext("%(num)d sign-up is cancelled.", "%(num)d sign-ups are cancelled.", count))
    else:
        say(_("Nobody was ticked."), "warn")
    return redirect(url_for(".index", event=event), 303)


def needs_of(event: Event) -> dict[str, int]:
    """Return how many parties need what, by need, "other" for their own words."""
    mine = Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    told = select(Registration.needed, Registration.needs).where(*mine, has_needs())
    counted: Counter[str] = Counter()
    for codes, other in session().execute(told):
        counted.update(codes)
        counted["other"] += bool(other)
    return {code: counted[code] for code in (*Need, "other") if counted[code]}
