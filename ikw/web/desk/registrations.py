"""Who has signed up for an event: the list, each party, and what organisers do for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, or_, select
from wtforms import Field, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired

from ikw import clock
from ikw.actions import changing, registering, seating
from ikw.actions.changing import contact_of
from ikw.actions.party import (
    NoSuchCompanion,
    NotEnoughPlaces,
    Party,
    SignUpClosed,
    TooManyPlaces,
)
from ikw.actions.queue import position, queue
from ikw.db import session, write
from ikw.model import Event, Letter, LogEntry, Registration
from ikw.model.vocabulary import NEEDS
from ikw.text.cleaning import clean_line
from ikw.text.languages import LANGUAGES, current_language
from ikw.text.names import sort_key
from ikw.text.translate import _, _l
from ikw.web.desk import words
from ikw.web.desk.access import asked, me, my_event_or_404, my_registration_or_404, say
from ikw.web.desk.events import counts_of
from ikw.web.desk.log import described
from ikw.web.forms import BaseForm, at_most
from ikw.web.registration import new_link
from ikw.web.registration_forms import (
    ConfirmForm,
    ContactForm,
    EditPlacesForm,
    RegistrationForm,
)

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
    "cancelled": _l("cancelled"),
}

SORTS: dict[str, str] = {
    "": _l("by arrival"),
    "name": _l("by name"),
    "places": _l("by places"),
}


class ReasonForm(BaseForm):
    """Why somebody gets a place above the capacity."""

    reason = StringField(
        _l("Reason"),
        filters=[clean_line],
        validators=[DataRequired(_l("Please give a reason.")), at_most(300)],
    )


class CallerForm(RegistrationForm):
    """Somebody who calls: the form of the site, and in which language we write to them."""

    language = SelectField(_l("Language of the letters"))
    reason = StringField(_l("Reason"), filters=[clean_line], validators=[at_most(300)])

    @classmethod
    def for_event(cls, event: Event) -> CallerForm:
        """Return the form with a field for each question of the event."""
        made: CallerForm = super().for_event(event)
        made.language.choices = [(code, language.name) for code, language in LANGUAGES.items()]
        made.name.label.text = _("Name")
        return made

    @property
    def party(self) -> Party:
        return replace(super().party, language=self.language.data)

    @property
    def above(self) -> str | None:
        """Why they get places although it is full, if that was asked for."""
        return self.reason.data or None if request.form.get("was") == "zusatzplatz" else None

    def validate_reason(self, field: Field) -> None:
        if request.form.get("was") == "zusatzplatz" and not field.data:
            raise ValidationError(_("Please give a reason."))


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

    def select(self, event: Event) -> Select[Registration]:
        parties = select(Registration).where(Registration.event_id == event.id)
        parties = parties.where(*_conditions(self.filter))
        if self.words:
            compact = self.words.replace(" ", "").replace("-", "").upper()
            code = f"{compact[:3]}-{compact[3:6]}"
            parties = parties.where(
                or_(
                    Registration.name.icontains(self.words, autoescape=True),
                    Registration.email.icontains(self.words, autoescape=True),
                    Registration.phone.icontains(self.words, autoescape=True),
                    Registration.code == code,
                )
            )
        return parties

    def page_of(self, event: Event, page: int) -> list[Registration]:
        """Return the parties of a page."""
        first = (page - 1) * PAGE
        if self.sort != "name":
            chosen = self.ordered(event).limit(PAGE).offset(first)
            return list(session().scalars(chosen))
        # By family name and as people sort: a database would put Özlem after Zoe.
        names = self.select(event).with_only_columns(Registration.id, Registration.name)
        order = sorted(session().execute(names), key=lambda row: (*sort_key(row[1]), row[0]))
        ids = [row[0] for row in order[first : first + PAGE]]
        found = session().scalars(select(Registration).where(Registration.id.in_(ids)))
        return sorted(found, key=lambda party: ids.index(party.id))

    def ordered(self, event: Event) -> Select[Registration]:
        orders: dict[str, list[Any]] = {
            "places": [Registration.places.desc(), Registration.id],
            "": [Registration.id],
        }
        order = orders[self.sort]
        if self.filter == "waiting" and not self.sort:
            order = [Registration.queued_at, Registration.id]
        return self.select(event).order_by(*order)


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
    number = (
        session().scalar(
            query.select(shown).with_only_columns(func.count(), maintain_column_froms=True)
        )
        or 0
    )
    pages = max(1, -(-number // PAGE))
    here = min(query.page, pages)
    parties = query.page_of(shown, here)
    return render_template(
        "desk/registrations/index.html",
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
        words=words,
        form=ConfirmForm(),
    )


def needs_of(event: Event) -> dict[str, int]:
    """Return how many parties need what, by code of NEEDS, "other" for their own words."""
    mine = Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    told = select(Registration.needed, Registration.needs).where(*mine, has_needs())
    counted: Counter[str] = Counter()
    for codes, other in session().execute(told):
        counted.update(codes)
        counted["other"] += bool(other)
    return {code: counted[code] for code in (*NEEDS, "other") if counted[code]}


@bp.get("/veranstaltung/<key:event>/anmeldungen/neu")
def new(event: str) -> ResponseReturnValue:
    """Answer with the form to enter somebody who calls."""
    shown = my_event_or_404(event)
    form = CallerForm.for_event(shown)
    form.language.data = current_language().code
    return _new(shown, form)


@bp.post("/veranstaltung/<key:event>/anmeldungen/neu")
def create(event: str) -> ResponseReturnValue:
    """Sign somebody up who called: by everyone's rules, or above the capacity for a reason."""
    shown = my_event_or_404(event)
    form = CallerForm.for_event(shown)
    if not form.validate():
        return _new(shown, form, 422)
    link = form.link(shown.id, form.contact.name, form.contact.email or "", form.contact.phone)
    try:
        with write() as current:
            registration = registering.register(
                current,
                shown.id,
                form.party,
                link=link,
                calendar_link=new_link(),
                may_wait=form.may_wait.data,
                now=clock.now(),
                by=me().actor,
                above=form.above,
            )
    except NotEnoughPlaces as error:
        form.explain(error)
        return _new(shown, form, 422)
    except (SignUpClosed, TooManyPlaces):
        say(_("Sign-up is not open. Reopen it on the page of the event, then enter them."), "warn")
        return _new(shown, form, 422)
    say(_("They are signed up. Their code is %(code)s.", code=registration.code))
    return _see(registration)


def _new(event: Event, form: CallerForm, status: int = 200) -> ResponseReturnValue:
    return render_template("desk/registrations/new.html", event=event, form=form), status


@bp.get("/veranstaltung/<key:event>/anmeldungen/<int:number>/")
def show(event: str, number: int) -> ResponseReturnValue:
    """Answer with a party, its history and its letters."""
    shown = my_event_or_404(event)
    return _page(my_registration_or_404(shown, number))


def _page(
    party: Registration,
    places: EditPlacesForm | None = None,
    contact: ContactForm | None = None,
    reason: ReasonForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    entries = select(LogEntry).where(LogEntry.registration_id == party.id)
    letters = select(Letter).where(Letter.registration_id == party.id)
    contact = contact or ContactForm(formdata=None, obj=party)
    contact.name.label.text = _("Name")
    line = session().scalar(select(func.count()).select_from(queue(party.event_id).subquery()))
    page = render_template(
        "desk/registrations/show.html",
        event=party.event,
        party=party,
        places=places or EditPlacesForm.for_registration(party),
        contact=contact,
        reason=reason or ReasonForm(formdata=None),
        form=ConfirmForm(formdata=None),
        position=position(session(), party) if party.missing else None,
        line=line,
        can_change=party.can_be_changed(clock.now()),
        entries=described(list(session().scalars(entries.order_by(LogEntry.id.desc())))),
        letters=session().scalars(letters.order_by(Letter.id.desc())).all(),
        words=words,
        language=LANGUAGES.get(party.language),
        forget_on=party.event.forget_on(current_app.config["IKW_KEEP_DAYS"]),
    )
    return page, status


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/plaetze")
def update_places(event: str, number: int) -> ResponseReturnValue:
    """Change how many come, and who."""
    party = my_registration_or_404(my_event_or_404(event), number)
    form = EditPlacesForm.for_registration(party)
    if not form.validate():
        return _page(party, places=form, status=422)
    try:
        with write() as current:
            changing.change_places(
                current,
                party,
                form.places.data or 1,
                form.named,
                may_wait=form.may_wait.data,
                now=clock.now(),
                by=me().actor,
            )
    except NotEnoughPlaces as error:
        form.explain(error)
        return _page(party, places=form, status=422)
    except (SignUpClosed, TooManyPlaces):
        return _too_late(party)
    say(_("The places are changed."))
    return _see(party)


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/kontakt")
def update_contact(event: str, number: int) -> ResponseReturnValue:
    """Correct name, address and telephone number; letters still to be sent go to the new one."""
    party = my_registration_or_404(my_event_or_404(event), number)
    form = ContactForm()
    if not form.validate():
        return _page(party, contact=form, status=422)
    same = form.contact == contact_of(party)
    try:
        with write() as current:
            if not same:
                changing.correct_contact(
                    current,
                    party,
                    form.contact,
                    link=new_link(),
                    calendar_link=new_link(),
                    now=clock.now(),
                    by=me().actor,
                )
    except SignUpClosed:
        return _too_late(party)
    say(_("The contact is corrected."))
    return _see(party)


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/begleitung/<int:index>/absage")
def cancel_companion(event: str, number: int, index: int) -> ResponseReturnValue:
    """Cancel for one person of a party."""
    name = request.form.get("name", "")
    of = request.form.get("of", type=int)
    said = _("%(name)s is taken out.", name=name)
    return _do(
        event,
        number,
        lambda party: changing.remove_companion(
            session(), party, index, name, of=of, now=clock.now(), by=me().actor
        ),
        said,
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/absage")
def cancel(event: str, number: int) -> ResponseReturnValue:
    """Cancel for a party; the waiting list moves up."""
    return _do(
        event,
        number,
        lambda party: changing.cancel(session(), party, now=clock.now(), by=me().actor),
        _("The sign-up is cancelled. Below you can take that back."),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/wiederaufnahme")
def take_back(event: str, number: int) -> ResponseReturnValue:
    """Take a cancellation back, as far as there is room."""
    return _do(
        event,
        number,
        lambda party: registering.sign_up_again(
            session(), party, may_wait=True, now=clock.now(), by=me().actor
        ),
        _("They are signed up again."),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/frueher")
def move_earlier(event: str, number: int) -> ResponseReturnValue:
    """Let a party move up by one on the waiting list."""
    return _move(event, number, earlier=True)


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/spaeter")
def move_later(event: str, number: int) -> ResponseReturnValue:
    """Let a party move down by one on the waiting list."""
    return _move(event, number, earlier=False)


def _move(event: str, number: int, *, earlier: bool) -> ResponseReturnValue:
    return _do(
        event,
        number,
        lambda party: seating.move_in_line(
            session(), party, earlier=earlier, by=me().actor, now=clock.now()
        ),
        _("The order of the waiting list is changed."),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/platz")
def give_places(event: str, number: int) -> ResponseReturnValue:
    """Give a waiting party its places, if there is room."""
    return _do(
        event,
        number,
        lambda party: seating.seat_by_hand(
            session(), party, reason=None, by=me().actor, now=clock.now()
        ),
        _("They have their places, and a letter says so."),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/zusatzplatz")
def give_places_above(event: str, number: int) -> ResponseReturnValue:
    """Give a waiting party its places although there are no more, for a reason that is kept."""
    party = my_registration_or_404(my_event_or_404(event), number)
    form = ReasonForm()
    if not form.validate():
        return _page(party, reason=form, status=422)
    return _do(
        event,
        number,
        lambda party: seating.seat_by_hand(
            session(), party, reason=form.reason.data, by=me().actor, now=clock.now()
        ),
        _("They have their places, and a letter says so."),
    )


def _do(
    event: str, number: int, verb: Callable[[Registration], None], said: str
) -> ResponseReturnValue:
    """Load a party of an event of one's own, change it by one verb, and say so."""
    party = my_registration_or_404(my_event_or_404(event), number)
    if not ConfirmForm().validate():
        say(_("This form was open for too long. Please send it once more."), "warn")
        return _see(party)
    try:
        with write():
            verb(party)
    except NotEnoughPlaces:
        say(_("There is not enough room for them."), "warn")
    except NoSuchCompanion:
        say(_("They are taken out already."), "warn")
    except SignUpClosed:
        return _too_late(party)
    else:
        say(said)
    if request.form.get("zurueck") == "liste":
        return redirect(url_for(".index", event=event, nur="waiting"), 303)
    return _see(party)


def _too_late(party: Registration) -> ResponseReturnValue:
    say(
        _("That is not possible any more, or not yet: the event has begun, is over or closed."),
        "warn",
    )
    return _see(party)


def _see(party: Registration) -> ResponseReturnValue:
    return redirect(url_for(".show", event=party.event.key, number=party.id), 303)
