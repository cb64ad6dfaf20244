"""A change of time, place or state: everyone it concerns is told, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ikw import clock, db
from ikw.actions.act import Act
from ikw.actions.event import plan
from ikw.actions.event.plan import BadPlan, NothingToChange
from ikw.actions.letter.calls import NobodyToCall, call_list, reached
from ikw.actions.letter.remind import Schedule, remind
from ikw.actions.organiser.accounts import add_organiser
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.links import send_links
from ikw.actions.registration.party import Contact
from ikw.model import DoorDuty, Event, Letter, LogEntry, Plan, Programme, Registration, Venue
from ikw.model.roles import Role
from ikw.programmes.file import parse
from ikw.programmes.store import load
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, correct, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue

ACT = at(NOW, by="Desk")

#: One whose letters wait for nothing.
AT_ONCE = at(NOW, by="Desk", quiet=timedelta(0))


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def do(verb: Callable[..., Event], event: Event, *values: Any, act: Act = ACT) -> Event:
    with db.write() as session:
        return verb(session, event.id, *values, act)


def news() -> list[Letter]:
    """The letters about changed events, but for those that were taken back."""
    db.session().rollback()
    wanted = select(Letter).where(Letter.kind == "event_changed", Letter.withdrawn_at.is_(None))
    return list(db.session().scalars(wanted.order_by(Letter.id)))


def let_them_be_sent() -> None:
    with db.write() as session:
        session.execute(update(Letter).values(sent_at=datetime.now(UTC), tries=1))


def test_anna_and_ben_are_told_that_the_time_is_fixed() -> None:
    event = make_event(start=None)
    sign_up(event, ANNA)
    sign_up(event, BEN, 2)
    revision = db.session().get_one(Programme, 1).revision
    do(plan.announce_time, event, time(17), time(19, 30))
    assert (event.start, event.end, event.sequence) == (time(17), time(19, 30), 1)
    assert not event.is_moved, "an open time that is fixed is no move"
    assert [letter.to for letter in news()] == ["anna@example.org", "ben@example.org"]
    for letter in news():
        assert "start" not in letter.facts["before"]
        assert letter.next_try_at is not None
        assert timedelta(minutes=9) < letter.next_try_at - datetime.now(UTC) < timedelta(minutes=11)
    programme = db.session().get_one(Programme, 1, populate_existing=True)
    assert programme.revision == revision + 1
    entry = db.session().scalars(select(LogEntry).where(LogEntry.verb == "announce time")).one()
    assert (entry.actor, entry.at, entry.event_id) == ("Desk", event.changed_at, event.id)
    assert "start" not in entry.old
    assert (entry.new["start"], entry.new["end"]) == ("17:00:00", "19:30:00")


def test_what_fails_half_way_tells_nobody() -> None:
    event = make_event(start=None)
    sign_up(event, ANNA)

    def fail(session: Session, event_id: int, act: Act) -> Event:
        plan.announce_time(session, event_id, time(17), None, act)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        do(fail, event)
    assert news() == []
    assert db.session().get_one(Event, event.id, populate_existing=True).start is None


def test_twenty_changes_within_the_window_are_one_letter_a_party() -> None:
    event = make_event(start=None)
    for number in range(5):
        sign_up(event, Contact(f"Gast {number}", f"gast{number}@example.org"))
    sign_up(event, DILAN)
    for minute in range(20):
        do(plan.announce_time, event, time(17, minute), None)
    assert len(news()) == 6
    assert event.sequence == 20
    assert {letter.sequence for letter in news() if letter.to} == {20}
    assert {Plan.from_facts(letter.facts["before"]).start for letter in news()} == {None}


def test_what_is_changed_back_is_told_to_nobody() -> None:
    event = make_event()
    sign_up(event, ANNA)
    do(plan.call_off, event, "Sturm")
    assert len(news()) == 1
    do(plan.reinstate, event)
    assert news() == []
    assert event.sequence == 2, "calendars may have seen it in between"
    assert event.reason is None


def test_a_change_after_the_letter_went_out_is_a_letter_of_its_own() -> None:
    event = make_event()
    sign_up(event, ANNA)
    do(plan.move, event, date(2023, 9, 24), time(18), None)
    let_them_be_sent()
    do(plan.move, event, date(2023, 9, 25), time(18), None)
    befores = [Plan.from_facts(letter.facts["before"]).date.day for letter in news()]
    assert befores == [23, 24]


def test_a_letter_that_is_just_being_sent_does_not_swallow_the_next_change() -> None:
    event = make_event()
    sign_up(event, ANNA)
    do(plan.announce_time, event, time(19), None)
    with db.write() as session:
        session.execute(update(Letter).values(tries=1))
    do(plan.announce_time, event, time(20), None)
    assert len(news()) == 2


def test_who_signs_up_in_between_is_told_only_of_what_comes_after() -> None:
    event = make_event(start=None)
    sign_up(event, ANNA)
    do(plan.announce_time, event, time(17), None)
    sign_up(event, BEN)
    do(plan.announce_time, event, time(18), None)
    befores = {letter.to: Plan.from_facts(letter.facts["before"]).start for letter in news()}
    assert befores == {"anna@example.org": None, "ben@example.org": time(17)}


def test_who_has_cancelled_hears_nothing_and_who_waits_does() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    sign_up(event, BEN)
    chiara = sign_up(event, CHIARA)
    with db.write() as session:
        cancel(session, chiara, at(NOW))
    do(plan.announce_time, event, time(19), None)
    assert [(letter.to, letter.facts["seats"], letter.sequence) for letter in news()] == [
        ("anna@example.org", 1, 1),
        ("ben@example.org", 0, None),
    ]


def test_dilan_without_an_address_is_called_once_for_all_changes() -> None:
    event = make_event(start=None)
    sign_up(event, DILAN)
    do(plan.announce_time, event, time(17), None)
    assert call_list(db.session(), now=NOW, real=clock.real()) == [], "there may be more to tell"
    with db.write() as session:
        session.execute(update(Letter).values(next_try_at=datetime.now(UTC)))
    (call,) = call_list(db.session(), now=NOW, real=clock.real())
    assert (call.to, call.registration.phone) == (None, "05971 12345")
    do(plan.announce_time, event, time(18), None)
    (call,) = call_list(db.session(), now=NOW, real=clock.real())
    with db.write() as session:
        reached(session, call.id, at(NOW))
    assert call_list(db.session(), now=NOW, real=clock.real()) == []
    with pytest.raises(NobodyToCall), db.write() as session:
        reached(session, call.id, at(NOW))
    do(plan.call_off, event, None, act=AT_ONCE)
    assert len(call_list(db.session(), now=NOW, real=clock.real())) == 1


def test_who_moves_up_without_an_address_and_whose_letter_failed_are_called() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    anna = sign_up(event, ANNA)
    sign_up(event, DILAN)
    sign_up(event, BEN)
    with db.write() as session:
        cancel(session, anna, at(NOW))
        session.execute(
            update(Letter).where(Letter.to == BEN.email).values(failed_at=NOW, failure="550 no")
        )
    calls = call_list(db.session(), now=NOW, real=clock.real())
    assert [(call.registration.name, call.kind) for call in calls] == [
        ("Ben", "waiting"),
        ("Dilan", "moved_up"),
    ]
    after = event.ends_at + timedelta(minutes=1)
    assert call_list(db.session(), now=after, real=clock.real()) == []


def test_a_corrected_text_is_told_to_nobody_but_calendars_see_it() -> None:
    text = (
        '[[series]]\nkey = "woche"\ntitle = "Woche"\nfirst_day = 2023-09-23\n'
        'last_day = 2023-10-03\n[[organisation]]\nkey = "verein"\nname = "Verein"\n'
        '[[event]]\nkey = "fest"\nseries = "woche"\ntitle = "Fest"\ndate = 2023-09-23\n'
        'sign_up = true\nhosts = ["verein"]\n'
    )
    for content, moves in [
        (text, True),
        (text, False),
        (text.replace('"Fest"', '"Feest"'), True),
        (text.replace('"Verein"', '"Verein e. V."'), True),
    ]:
        stamp = _stamps()
        with db.write() as session:
            load(session, parse(content), at(NOW))
        if stamp[0] is None:
            sign_up(db.session().scalars(select(Event)).one(), ANNA)
        assert (_stamps() != stamp) is moves, content
    event = db.session().scalars(select(Event)).one()
    assert event.sequence == 0
    assert news() == []


def _stamps() -> tuple[datetime | None, datetime]:
    db.session().rollback()
    db.session().expire_all()
    programme = db.session().get_one(Programme, 1)
    return db.session().scalar(select(Event.changed_at)), programme.changed_at


def test_sign_ups_do_not_change_what_calendars_show() -> None:
    event = make_event(capacity=2)
    before = _stamps()
    anna = sign_up(event, ANNA)
    with db.write() as session:
        cancel(session, anna, at(NOW))
    assert _stamps() == before


def test_what_disappears_is_a_change_too() -> None:
    event = make_event()
    _, before = _stamps()
    with db.write() as session:
        session.delete(session.get_one(Event, event.id))
    _, after = _stamps()
    assert after > before


def test_called_off_closes_the_sign_up_and_reinstated_opens_it_again() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    anna = sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    do(plan.call_off, event, "Der Saal ist gesperrt.")
    assert event.is_called_off
    assert not event.takes_registrations(NOW)
    assert not anna.can_be_changed(NOW)
    with db.write() as session:
        cancel(session, anna, at(NOW))
    do(plan.reinstate, event)
    assert event.takes_registrations(NOW)
    assert db.session().get_one(Registration, ben.id, populate_existing=True).seats == 1


def test_postponed_keeps_the_places_until_there_is_a_new_date() -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    do(plan.postpone, event, "Die Rednerin ist krank.")
    later = event.ends_at + timedelta(days=1)
    assert not event.takes_registrations(NOW)
    assert anna.can_be_changed(later), "places can be released however long it takes"
    assert not event.is_over(later)
    with pytest.raises(BadPlan, match="move it to its new date"):
        do(plan.announce_time, event, time(19), None)
    let_them_be_sent()
    do(plan.move, event, date(2023, 10, 20), time(19), None)
    assert event.takes_place
    assert (event.former_date, event.former_start) == (date(2023, 9, 23), time(18))
    assert Plan.from_facts(news()[-1].facts["before"]).is_postponed


def test_the_page_remembers_the_first_plan_until_it_holds_again() -> None:
    event = make_event(start=None, end_date=date(2023, 9, 24), venue=make_venue())
    do(plan.move, event, date(2023, 9, 30), time(18), None)
    assert (event.former_date, event.former_start) == (date(2023, 9, 23), None)
    assert event.end_date == date(2023, 10, 1), "it keeps its length"
    do(plan.move, event, date(2023, 10, 1), time(20), None)
    assert (event.former_date, event.former_start) == (date(2023, 9, 23), None)
    do(plan.move, event, date(2023, 9, 23), None, None)
    assert not event.is_moved
    with db.write() as session:
        session.add(make_venue(key="zelt", name="Zelt"))
    first, tent = event.venue, db.session().scalars(select(Venue).where(Venue.key == "zelt")).one()
    do(plan.change_venue, event, tent, "links")
    assert event.former_venue is first
    do(plan.change_venue, event, first, None)
    assert not event.is_moved


def test_plans_that_cannot_be_are_refused() -> None:
    event = make_event()
    with pytest.raises(BadPlan, match="not after the start"):
        do(plan.announce_time, event, time(18), time(17))
    with pytest.raises(BadPlan, match="the end needs a start"):
        do(plan.move, event, date(2023, 9, 24), None, time(17))
    with pytest.raises(NothingToChange):
        do(plan.announce_time, event, time(18), None)
    with pytest.raises(NothingToChange):
        do(plan.reinstate, event)
    do(plan.call_off, event, None)
    with pytest.raises(BadPlan, match="reinstate it first"):
        do(plan.announce_time, event, time(20), None)
    with pytest.raises(BadPlan, match="reinstate it first"):
        do(plan.move, event, date(2023, 9, 24), time(18), None)
    db.session().rollback()
    assert db.session().get_one(Event, event.id, populate_existing=True).sequence == 1


def test_what_is_over_is_news_to_nobody() -> None:
    event = make_event()
    sign_up(event, ANNA)
    after = at(event.ends_at + timedelta(days=1), by="Desk")
    do(plan.announce_time, event, time(17), None, act=after)
    assert event.sequence == 1
    assert news() == []


def test_news_follow_anna_to_her_new_address() -> None:
    event = make_event(start=None)
    anna = sign_up(event, ANNA)
    do(plan.announce_time, event, time(17), None)
    correct(anna, Contact("Anna", "neu@example.org"))
    (letter,) = news()
    assert letter.to == "neu@example.org"
    assert letter.facts["seed"] == anna.link_seed
    assert Plan.from_facts(letter.facts["before"]).start is None


def test_a_programme_file_tells_the_same_people_the_same() -> None:
    text = (
        '[[series]]\nkey = "woche"\ntitle = "Woche"\nfirst_day = 2023-09-23\n'
        'last_day = 2023-10-03\n[[venue]]\nkey = "haus"\nname = "Haus"\n'
        '[[venue]]\nkey = "zelt"\nname = "Zelt"\n'
        '[[event]]\nkey = "fest"\nseries = "woche"\ntitle = "Fest"\ndate = 2023-09-23\n'
        'sign_up = true\nvenue = "haus"\n'
    )
    with db.write() as session:
        load(session, parse(text), at(NOW))
    event = db.session().scalars(select(Event)).one()
    sign_up(event, ANNA)
    with db.write() as session:
        load(session, parse(text.replace('venue = "haus"', 'venue = "zelt"')), at(NOW))
    (letter,) = news()
    assert Plan.from_facts(letter.facts["before"]).place == "Haus"
    entry = db.session().scalars(select(LogEntry).where(LogEntry.verb == "change plan")).one()
    assert (entry.old["venue"], entry.new["venue"]) == ("haus", "zelt")
    with db.write() as session:
        load(session, parse(text), at(NOW))
    assert news() == [], "it is at the old place again before anyone was told"


def test_nobody_loses_sign_ups_to_a_mistyped_year() -> None:
    event = make_event()
    with pytest.raises(BadPlan, match=r"24\.09\.2022 is in the past"):
        do(plan.move, event, date(2022, 9, 24), time(18), None)


def test_a_night_ends_the_next_morning_and_an_evening_the_same_day() -> None:
    event = make_event(start=time(20), end=time(22))
    do(plan.announce_time, event, time(20), time(2))
    assert (event.end_date, event.ends_overnight) == (date(2023, 9, 24), True)
    do(plan.announce_time, event, time(18), time(22))
    assert (event.end_date, event.ends_at - event.starts_at) == (None, timedelta(hours=4))


def test_an_exhibition_keeps_its_hours_and_its_length() -> None:
    event = make_event(start=None, end_date=date(2023, 9, 25), hours="täglich 10 bis 17 Uhr")
    do(plan.move, event, date(2023, 9, 30), None, None)
    assert (event.end_date, event.hours) == (date(2023, 10, 2), "täglich 10 bis 17 Uhr")


def test_sign_up_closes_as_long_before_the_new_date() -> None:
    closes = datetime(2023, 9, 20, 16, tzinfo=UTC)
    event = make_event(sign_up_closes=closes)
    do(plan.move, event, date(2023, 11, 30), time(18), None)
    # 18:00 in the town, in summer as in winter.
    assert event.sign_up_closes == datetime(2023, 11, 27, 17, tzinfo=UTC)


def test_a_letter_that_a_mail_server_has_put_off_tells_of_the_next_change_too() -> None:
    event = make_event()
    sign_up(event, ANNA)
    do(plan.announce_time, event, time(19), None)
    with db.write() as session:
        session.execute(update(Letter).values(tries=1, failure="451 later"))
    do(plan.announce_time, event, time(20), None)
    assert len(news()) == 1


def test_what_another_letter_told_meanwhile_is_put_right() -> None:
    """Anna asked for her link and so learned of the new time: the change back is news to her."""
    event = make_event()
    sign_up(event, ANNA)
    do(plan.announce_time, event, time(19), None)
    with db.write() as session:
        send_links(session, "anna@example.org", at(NOW))
    with db.write() as session:
        link = update(Letter).where(Letter.kind == "link")
        session.execute(link.values(sent_at=datetime.now(UTC), tries=1))
    do(plan.announce_time, event, time(18), None)
    assert len(news()) == 1


def test_the_warning_to_an_old_address_survives_the_next_correction() -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    for email in ("b@example.org", "c@example.org"):
        correct(anna, Contact("Anna", email))
    warned = select(Letter.to).where(
        Letter.kind == "address_changed", Letter.withdrawn_at.is_(None)
    )
    assert set(db.session().scalars(warned)) == {"anna@example.org", "b@example.org"}


def test_who_moves_up_by_a_change_is_not_told_of_waiting() -> None:
    event = make_event(
        capacity=1, has_waiting_list=True, date=NOW.date(), start=time(20), title="Heute"
    )
    anna = sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    with db.write() as session:
        cancel(session, anna, at(NOW))
    assert ben.is_waiting, "in the last hours the list rests"
    do(plan.move, event, date(2023, 9, 24), time(18), None)
    db.session().refresh(ben)
    assert ben.is_seated
    assert [(letter.to, letter.facts["seats"]) for letter in news()] == [("ben@example.org", 1)]


def test_news_do_not_wait_out_the_patience_with_an_old_letter() -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    do(plan.announce_time, event, time(19), None)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with db.write() as session:
        put_off = update(Letter).values(tries=8, failure="451 later", next_try_at=tomorrow)
        session.execute(put_off)
    do(plan.call_off, event, "Sturm")
    (letter,) = news()
    assert letter.tries == 1, "with tries left"
    assert letter.next_try_at is not None
    assert letter.next_try_at < tomorrow - timedelta(hours=23)
    with db.write() as session:
        session.execute(update(Letter).values(tries=8, next_try_at=tomorrow))
        event.called_off_at = None
    correct(anna, Contact("Anna", "neu@example.org"))
    (letter,) = news()
    assert letter.to == "neu@example.org"
    assert letter.next_try_at is not None
    assert letter.next_try_at <= datetime.now(UTC), "the new mailbox has refused nothing"


def test_nobody_is_called_about_what_is_no_longer_so() -> None:
    event = make_event()
    sign_up(event, ANNA)
    with db.write() as session:
        remind(session, event.id, Schedule(999, time(10)), at(NOW))
        session.execute(
            update(Letter).where(Letter.kind == "reminder").values(failed_at=NOW, tries=9)
        )
    assert [call.kind for call in call_list(db.session(), now=NOW, real=clock.real())] == [
        "reminder"
    ]
    do(plan.call_off, event, "Sturm", act=AT_ONCE)
    assert call_list(db.session(), now=NOW, real=clock.real()) == []


def test_who_stands_at_the_door_on_three_days_does_so_when_it_moves_by_one(app: Flask) -> None:
    """The first of the new days is one of the old ones."""
    first = date(2023, 9, 25)
    event = make_event(date=first, end_date=first + timedelta(days=2), hours="10 bis 17 Uhr")
    with db.write() as session:
        tom = add_organiser(session, "Tom", "tom@example.org", Role.DOOR, at(NOW, by="x"))
        tom.duties = [DoorDuty(event=event, day=day) for day in event.dates]
    with db.write() as session:
        plan.move(session, event.id, first + timedelta(days=1), None, None, ACT)
    duties = select(DoorDuty.day).order_by(DoorDuty.day)
    assert list(db.session().scalars(duties)) == event.dates
    assert event.dates[0] == first + timedelta(days=1)
