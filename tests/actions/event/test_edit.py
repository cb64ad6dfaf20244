"""From the first draft to the programme: who writes, who is told, and nothing that is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.actions.act import Act
from ikw.actions.event import bin, publish
from ikw.actions.event.bin import HasSignUps
from ikw.actions.event.copy import duplicate
from ikw.actions.event.edit import EditedMeanwhile, create_event, edit_event, stated, version
from ikw.actions.event.plan import BadPlan
from ikw.actions.event.sign_up import set_places, set_sign_up_end
from ikw.actions.keeping.forget import forget
from ikw.actions.keys import new_key
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.party import SignUpClosed
from ikw.actions.series.copy import copy_series
from ikw.clock import TOWN, in_town
from ikw.model import Call, Event, Letter, LogEntry, Organisation, Registration, Series, Venue
from ikw.model.vocabulary import ContributionKind
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue

#: How the log names Karla, of the coordination, and Vera, of a club.
KARLA = at(NOW, by="organiser 1")
VERA = at(NOW, by="organiser 2")

ORGANISERS = 50
AT_ONCE = 5


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def do(verb: Callable[..., Event], event: Event, act: Act = KARLA) -> Event:
    with db.write() as session:
        return verb(session, event.id, act)


def edit(event: Event, known: str = "", act: Act = KARLA, **values: Any) -> Event:
    """Save a form that was opened just now, unless it says otherwise."""
    known = known or version(event)
    with db.write() as session:
        return edit_event(session, event.id, values, act, known=known)


def news() -> list[Letter]:
    db.session().rollback()
    told = select(Letter).where(Letter.kind == "event_changed", Letter.withdrawn_at.is_(None))
    return list(db.session().scalars(told.order_by(Letter.id)))


def log(event: Event) -> list[str]:
    """What happened to an event, without what participants did."""
    db.session().rollback()
    mine = LogEntry.event_id == event.id, LogEntry.registration_id.is_(None)
    return list(db.session().scalars(select(LogEntry.verb).where(*mine).order_by(LogEntry.id)))


def refused(event: Event) -> bool:
    """Whether Ben's form, opened while he could see the event, comes too late."""
    try:
        sign_up(event, BEN)
    except SignUpClosed:
        return True
    return False


# Writing


def test_vera_writes_a_draft_that_nobody_sees_yet() -> None:
    series = make_event().series
    with db.write() as session:
        club = Organisation(key="verein", name="Verein der Räume")
        values = {
            "series": series,
            "title": "Tanz in den Morgen",
            "date": date(2023, 9, 30),
            "start": time(21, 0),
            "end": time(2, 0),
            "hosts": [club],
            "topics": ["Tanz"],
        }
        event = create_event(session, values, VERA)
    assert (event.key, event.is_draft, event.published_at) == ("tanz-in-den-morgen", True, None)
    assert event.end_date == date(2023, 10, 1), "a night ends the next morning"
    assert [host.name for host in event.hosts] == ["Verein der Räume"]
    entry = db.session().scalars(select(LogEntry).where(LogEntry.event_id == event.id)).one()
    assert (entry.actor, entry.verb, entry.new) == (
        "organiser 2",
        "create event",
        {"title": "Tanz in den Morgen"},
    )


def test_only_what_an_event_says_can_be_set() -> None:
    event = make_event(capacity=5)
    sign_up(event, ANNA)
    edit(event, title="Fest", taken=0, published_at=None, uid="gestohlen", sequence=99)
    assert (event.title, event.taken, event.sequence) == ("Fest", 1, 0)
    assert event.published_at == NOW
    assert event.uid != "gestohlen"


def test_whoever_signed_up_is_told_of_another_time_and_place() -> None:
    event = make_event(venue=make_venue(), capacity=1, has_waiting_list=True)
    for contact in (ANNA, BEN, DILAN):
        sign_up(event, contact)
    cancelled = sign_up(event, CHIARA)
    with db.write() as session:
        session.add(make_venue(key="zelt", name="Zelt"))
        cancel(session, cancelled, at(NOW))
    tent = db.session().scalars(select(Venue).where(Venue.key == "zelt")).one()
    edit(event, start=time(19, 30), venue=tent)
    assert [(letter.to, letter.sequence) for letter in news()] == [
        ("anna@example.org", 1),
        ("ben@example.org", None),
        # On the call list.
        (None, None),
    ]
    assert (event.sequence, event.former_start) == (1, time(18, 0))
    assert (event.former_venue and event.former_venue.key) == "haus"
    assert log(event) == ["change plan"]


def test_a_corrected_text_tells_nobody_and_is_in_the_log() -> None:
    event = make_event(venue=make_venue())
    sign_up(event, ANNA)
    edit(event, title="Fest der Raeume", summary="Für alle.")
    assert (event.title, event.sequence, news()) == ("Fest der Raeume", 0, [])
    entry = db.session().scalars(select(LogEntry).where(LogEntry.verb == "edit event")).one()
    assert entry.old == {"title": "Fest der Räume", "summary": None}
    assert entry.new == {"title": "Fest der Raeume", "summary": "Für alle."}


def test_a_form_that_changes_nothing_leaves_no_trace() -> None:
    event = make_event()
    before = event.changed_at
    edit(event, title=event.title, start=event.start, hosts=[])
    assert (event.changed_at, event.sequence, log(event)) == (before, 0, [])


def test_hosts_keep_the_order_in_which_they_are_named() -> None:
    event = make_event()
    with db.write() as session:
        clubs = [Organisation(key=key, name=key) for key in ("chor", "ahaus", "boule")]
        session.add_all(clubs)
    edit(event, hosts=clubs[:2])
    edit(event, hosts=[clubs[2], clubs[0], clubs[1]])
    db.session().expire_all()
    assert [host.key for host in event.hosts] == ["boule", "chor", "ahaus"]
    edit(event, hosts=[clubs[1]])
    db.session().expire_all()
    assert [host.key for host in event.hosts] == ["ahaus"]


def test_ben_moves_up_when_karla_writes_more_places() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    edit(event, capacity=2)
    db.session().refresh(ben)
    assert (ben.seats, event.taken) == (1, 2)
    letters = db.session().scalars(select(Letter.kind).where(Letter.to == BEN.email)).all()
    assert set(letters) == {"waiting", "moved_up"}


def test_fewer_places_than_are_taken_drop_nobody() -> None:
    event = make_event(capacity=3)
    anna = sign_up(event, ANNA, 3)
    do(lambda session, id_, act: set_places(session, id_, 2, 1, act), event)
    db.session().refresh(anna)
    assert (anna.seats, event.taken, event.is_overfull, event.free) == (3, 3, True, 0)
    assert log(event) == ["change capacity"]


def test_a_new_day_ends_the_waiting_for_one() -> None:
    event = make_event(postponed_at=NOW, reason="Die Rednerin ist krank.")
    sign_up_before = event.takes_registrations(NOW)
    edit(event, date=date(2023, 10, 1))
    assert (sign_up_before, event.takes_place, event.reason) == (False, True, None)
    assert event.former_date == date(2023, 9, 23)


def test_nobody_loses_sign_ups_to_a_mistyped_year() -> None:
    """As with a command: on a day long past, the sign-ups would be deleted within the hour."""
    event = make_event()
    sign_up(event, ANNA)
    with pytest.raises(BadPlan):
        edit(event, date=date(2022, 9, 23))
    with db.write() as session:
        forget(session, at(NOW), keep_days=28)
    assert len(db.session().scalars(select(Registration)).all()) == 1


# Two at a time


def test_vera_is_shown_what_karla_wrote_and_karla_s_words_stay() -> None:
    event = make_event()
    opened = version(event)
    edit(event, known=opened, summary="Karlas Satz")
    with pytest.raises(EditedMeanwhile) as meanwhile:
        edit(event, known=opened, act=VERA, summary="Veras Satz", room="Saal 2")
    shown = meanwhile.value.event
    assert stated(shown)["summary"] == "Karlas Satz"
    again = version(shown)
    edit(event, known=again, act=VERA, summary="Karlas Satz. Veras Satz", room="Saal 2")
    db.session().expire_all()
    assert (event.summary, event.room) == ("Karlas Satz. Veras Satz", "Saal 2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "Anders"),
        ("topics", ["Tanz"]),
        ("capacity", 7),
        ("start", time(20, 0)),
        ("price_cents", 0),
        ("sign_up_closes", datetime(2023, 9, 20, 16, tzinfo=UTC)),
        ("questions", [{"key": "essen", "label": "Was bringen Sie mit?", "kind": "text"}]),
    ],
)
def test_whatever_was_changed_meanwhile_is_noticed(name: str, value: Any) -> None:
    event = make_event()
    opened = version(event)
    edit(event, known=opened, **{name: value})
    with pytest.raises(EditedMeanwhile):
        edit(event, known=opened, act=VERA, summary="Veras Satz")


def test_sign_ups_do_not_get_in_the_way_of_who_writes() -> None:
    event = make_event(capacity=5)
    opened = version(event)
    sign_up(event, ANNA)
    edit(event, known=opened, summary="Für alle.")
    assert event.summary == "Für alle."


def test_of_fifty_organisers_who_edit_at_once_nobody_overwrites_another(app: Flask) -> None:
    """Each adds a sentence to what it read, and reads anew when somebody was faster."""
    event_id = make_event(summary="").id
    start = Barrier(ORGANISERS)
    failures: list[BaseException] = []
    won: list[tuple[str, int]] = []
    lost: list[str] = []

    def organiser(number: int) -> None:
        start.wait()
        while True:
            with app.app_context():
                event = db.session().get_one(Event, event_id)
                opened, text = version(event), event.summary
                db.session().rollback()
                try:
                    edit(event, known=opened, summary=f"{text}<{number}>")
                except EditedMeanwhile as meanwhile:
                    lost.append(opened)
                    assert f"<{number}>" not in str(stated(meanwhile.event)["summary"])
                    continue
            won.append((opened, number))
            return

    def run(number: int) -> None:
        try:
            organiser(number)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=run, args=(number,)) for number in range(ORGANISERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len({opened for opened, _number in won}) == len(won) == ORGANISERS, "one a version"
    assert lost, "they really raced"
    db.session().rollback()
    event = db.session().get_one(Event, event_id, populate_existing=True)
    in_order = [int(part.strip("<>")) for part in str(event.summary).replace("><", "> <").split()]
    assert sorted(in_order) == list(range(ORGANISERS)), "every sentence is there, once"
    assert log(event) == ["edit event"] * ORGANISERS


def test_five_clubs_who_write_an_event_of_one_name_get_five_addresses(app: Flask) -> None:
    series_id = make_event().series_id
    start = Barrier(AT_ONCE)
    failures: list[BaseException] = []

    def club() -> None:
        try:
            with app.app_context():
                start.wait()
                with db.write() as session:
                    series = session.get_one(Series, series_id)
                    values = {"series": series, "title": "Tag des Tees", "date": date(2023, 9, 30)}
                    create_event(session, values, VERA)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=club) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    db.session().rollback()
    keys = select(Event.key).where(Event.title == "Tag des Tees")
    assert sorted(db.session().scalars(keys)) == [
        "tag-des-tees",
        *[f"tag-des-tees-{n}" for n in range(2, AT_ONCE + 1)],
    ]


# From hand to hand


def test_vera_hands_in_karla_gives_back_and_publishes_in_the_end() -> None:
    event = make_event(published_at=None)
    do(publish.submit, event, VERA)
    assert (event.is_submitted, event.submitted_at) == (True, NOW)
    do(publish.submit, event, VERA)
    do(partial(publish.hand_back, reason="Bitte noch die Uhrzeit."), event)
    assert event.is_draft
    do(publish.submit, event, VERA)
    do(publish.publish, event)
    do(publish.publish, event)
    assert (event.published_at, event.is_submitted, event.is_draft) == (NOW, False, False)
    assert log(event) == ["submit event", "hand back event", "submit event", "publish event"]


def test_before_anybody_signed_up_it_can_be_withdrawn_and_binned() -> None:
    event = make_event()
    do(publish.withdraw, event)
    assert event.is_draft
    do(publish.publish, event)
    do(bin.put_into_bin, event)
    assert (event.deleted_at, event.published_at) == (NOW, None)
    do(publish.publish, event)
    assert event.published_at is None, "nothing is published out of the bin"
    do(bin.restore, event)
    assert (event.deleted_at, event.is_draft) == (None, True)
    assert log(event) == [
        "withdraw event",
        "publish event",
        "bin event",
        "take event back",
    ]


@pytest.mark.parametrize("verb", [publish.withdraw, bin.put_into_bin])
def test_once_anna_has_signed_up_it_cannot_vanish(verb: Callable[..., Event]) -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    with pytest.raises(HasSignUps):
        do(verb, event)
    with db.write() as session:
        cancel(session, anna, at(NOW))
    with pytest.raises(HasSignUps):
        do(verb, event)
    db.session().rollback()
    assert (event.published_at, event.deleted_at) == (NOW, None)


def test_who_still_had_the_form_open_cannot_sign_up_for_what_is_in_the_bin() -> None:
    event = make_event()
    do(bin.put_into_bin, event)
    assert refused(event)


def test_after_thirty_days_the_bin_is_emptied_and_the_log_says_so() -> None:
    kept, event = make_event(), make_event("weg", hosts=[Organisation(key="o", name="O")])
    do(bin.put_into_bin, event)
    for days, left in ((30, {"fest", "weg"}), (31, {"fest"})):
        with db.write() as session:
            bin.empty_bin(session, at(NOW + timedelta(days=days)))
        assert set(db.session().scalars(select(Event.key))) == left
    entry = db.session().scalars(select(LogEntry)).one()
    assert (entry.verb, entry.actor, entry.old) == ("delete event", "deletion", {"event": "weg"})
    assert kept.deleted_at is None


def test_sign_up_is_closed_and_opened_by_hand() -> None:
    event = make_event()
    do(lambda session, id_, act: set_sign_up_end(session, id_, NOW, act), event)
    with pytest.raises(SignUpClosed):
        sign_up(event, ANNA)
    do(lambda session, id_, act: set_sign_up_end(session, id_, None, act), event)
    assert sign_up(event, ANNA).is_seated
    assert log(event) == ["close sign-up", "reopen sign-up"]


# Copies


def test_a_copy_says_the_same_and_nobody_has_signed_up_for_it() -> None:
    club = Organisation(key="verein", name="Verein")
    event = make_event(
        venue=make_venue(),
        hosts=[club],
        capacity=5,
        topics=["Tanz"],
        sign_up_closes=datetime(2023, 9, 20, 16, tzinfo=UTC),
        questions=[{"key": "essen", "label": "Was?", "kind": "text"}],
    )
    sign_up(event, ANNA)
    do(publish.submit, event)
    with db.write() as session:
        copy = duplicate(session, session.get_one(Event, event.id), VERA)
    assert stated(copy) == stated(event)
    assert (copy.key, copy.is_draft, copy.taken) == ("fest-der-raeume", True, 0)
    assert copy.uid != event.uid
    assert log(copy) == ["duplicate event"]
    edit(copy, title="Anderes Fest", topics=["Tanz", "Tee"])
    db.session().expire_all()
    assert (event.title, event.topics) == ("Fest der Räume", ["Tanz"])


def test_next_year_everything_is_on_its_weekday_and_at_its_hour() -> None:
    """The week of 2023 lies in summer time, and half of the new one in winter time."""
    event = make_event(
        end_date=date(2023, 9, 24),
        hours="10 bis 17 Uhr",
        start=None,
        sign_up_opens=datetime(2023, 9, 1, 6, tzinfo=UTC),
        sign_up_closes=datetime(2023, 9, 22, 16, tzinfo=UTC),
    )
    called_off = make_event("aus", date=date(2023, 10, 3), called_off_at=NOW, capacity=9)
    make_event("weg", deleted_at=NOW, published_at=None)
    sign_up(event, ANNA, now=datetime(2023, 9, 2, 6, tzinfo=UTC))
    series = event.series
    with db.write() as session:
        series.key, series.title, series.motto = "ikw-2023", "IKW 2023", "#NeueRäume"
        session.add(
            Call(
                key="dish",
                series=series,
                kind=ContributionKind.DISH,
                event=session.get_one(Event, event.id),
                closes=date(2023, 6, 19),
            )
        )
        # A Tuesday: the nearest Saturday is the 26th.
        copied = copy_series(session, series, date(2024, 10, 29), KARLA)
    assert (copied.key, copied.title, copied.motto) == ("ikw-2024", "IKW 2024", None)
    assert (copied.first_day, copied.last_day) == (date(2024, 10, 26), date(2024, 11, 5))
    events = select(Event).where(Event.series_id == copied.id).order_by(Event.id)
    fest, aus = db.session().scalars(events).all()
    assert (fest.date, fest.end_date) == (date(2024, 10, 26), date(2024, 10, 27))
    assert fest.date.weekday() == event.date.weekday()
    assert (aus.date, aus.takes_place, aus.capacity) == (date(2024, 11, 5), True, 9)
    assert fest.sign_up_opens
    assert fest.sign_up_closes
    assert in_town(fest.sign_up_opens) == datetime(2024, 10, 4, 8, tzinfo=TOWN)
    assert in_town(fest.sign_up_closes) == datetime(2024, 10, 25, 18, tzinfo=TOWN)
    for copy in (fest, aus):
        assert (copy.is_draft, copy.taken, copy.reserved) == (True, 0, 0)
    assert called_off.is_called_off
    assert series.first_day == date(2023, 9, 23)
    call = db.session().scalars(select(Call).where(Call.series_id == copied.id)).one()
    assert (call.kind, call.event_id, call.closes) == ("dish", fest.id, date(2024, 7, 22))
    entry = db.session().scalars(select(LogEntry).where(LogEntry.verb == "copy series")).one()
    assert (entry.old, entry.new) == ({"series": "ikw-2023"}, {"series": "ikw-2024"})


def test_sign_up_closes_at_the_same_hour_in_winter() -> None:
    event = make_event(sign_up_closes=datetime(2023, 9, 22, 16, tzinfo=UTC))
    with db.write() as session:
        copied = copy_series(session, event.series, date(2024, 12, 28), KARLA)
    copy = db.session().scalars(select(Event).where(Event.series_id == copied.id)).one()
    assert copy.date == date(2024, 12, 28)
    assert copy.sign_up_closes == datetime(2024, 12, 27, 17, tzinfo=UTC), "18:00 in the town"


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Fest der Räume", "fest-der-raeume"),
        ("Straßenfest: Çay & Börek – für alle!", "strassenfest-cay-boerek-fuer-alle"),
        ("Вечір", "neu"),
        ("مساء", "neu"),
        ("alle", "alle-2"),
        ("Woche", "woche"),
        ("a" * 99, "a" * 60),
        ("fest", "fest-3"),
    ],
)
def test_an_address_is_made_of_the_title_and_taken_by_nobody(title: str, key: str) -> None:
    make_event("fest")
    make_event("fest-2", deleted_at=NOW)
    assert new_key(db.session(), Event, title) == key
