"""Tasks with their owners, and money that must be released before it is spent."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import db
from ikw.mail.compose import compose
from ikw.model import Cost, Event, Letter, LogEntry, Organisation, Series, Source, Task
from tests.conftest import MakeApp, make_event
from tests.web.desk.desk import Person, organiser, sign_in
from tests.web.forms import errors_in, send, token_in

MONEY = "/verwaltung/reihen/woche/geld"
ALL = "/verwaltung/aufgaben/"
TASKS = "/verwaltung/veranstaltung/fest/aufgaben"
COSTS = "/verwaltung/veranstaltung/fest/kosten"


@pytest.fixture
def karla(make_app: MakeApp, sqlite_url: str) -> Person:
    app = make_app(sqlite_url)
    with app.app_context():
        make_event()
        return organiser("coordination")


@pytest.fixture
def desk(karla: Person, make_app: MakeApp, sqlite_url: str) -> FlaskClient:
    return sign_in(make_app(sqlite_url).test_client(), karla)


def test_karla_notes_a_task_and_finds_it_on_her_first_page(
    desk: FlaskClient, karla: Person
) -> None:
    send(desk, TASKS, title="Stühle bestellen", owner=str(karla.id), due_on="2023-01-19")
    today = desk.get("/verwaltung/").text
    assert "Stühle bestellen" in today
    with desk.application.app_context():
        (task,) = db.session().scalars(select(Task))
        assert (task.owner_id, task.due_on, task.done_at) == (karla.id, date(2023, 1, 19), None)
    assert "überfällig" in desk.get(TASKS).text
    token = token_in(desk.get(TASKS).text)
    done = {"form_token": token, "zurueck": "veranstaltung"}
    assert desk.post(f"{ALL}{task.id}/erledigt", data=done).location == TASKS
    assert "Stühle bestellen" not in desk.get("/verwaltung/").text


def test_all_that_is_open_is_on_one_page_what_is_late_first(
    desk: FlaskClient, karla: Person
) -> None:
    """Three are noted, and three are shown: with a day, for a series, and without a day."""
    mine = {"owner": str(karla.id)}
    send(desk, TASKS, title="Plakate aufhängen", due_on="2023-09-01", **mine)
    send(desk, ALL, title="Stühle bestellen", series="woche", due_on="2023-01-19", **mine)
    send(desk, TASKS, title="Irgendwann aufräumen", due_on="", **mine)
    page = desk.get(ALL).text
    order = [page.index(one) for one in ("Stühle", "Plakate", "Irgendwann")]
    assert order == sorted(order)
    assert "überfällig" in page
    today = desk.get("/verwaltung/").text
    assert "Stühle bestellen" in today
    assert "Irgendwann aufräumen" in today
    assert "Plakate" not in today, "that is in autumn"


def test_whoever_is_to_do_something_is_told_and_can_change_it(
    desk: FlaskClient, karla: Person
) -> None:
    with desk.application.app_context():
        vera = organiser("club", organisation=_host())
        tom = organiser("door")
    page = desk.get(TASKS).text
    assert vera.name in page
    assert tom.name not in page, "Tom has no page on which he would see it"
    send(desk, TASKS, title="Kuchen backen", owner=str(vera.id), due_on="2023-02-01")
    send(desk, TASKS, title="Für mich", owner=str(karla.id), due_on="")
    with desk.application.app_context():
        letters = db.session().scalars(select(Letter).where(Letter.kind == "task")).all()
        (task,) = db.session().scalars(select(Task).where(Task.title == "Kuchen backen"))
        assert [letter.to for letter in letters] == [vera.email], "nobody writes to herself"
        said = compose(letters[0])
        assert said.subject == "Eine Aufgabe für Sie: Kuchen backen"
        assert "1. Februar 2023" in str(said.body)
    club = sign_in(desk.application.test_client(), vera)
    changed = send(club, f"{ALL}{task.id}/", title="Torte backen", owner=str(vera.id), due_on="")
    assert changed.status_code == 303
    assert "Torte backen" in club.get(ALL).text
    assert "Für mich" in desk.get(ALL).text


def _host() -> Organisation:
    with db.write() as session:
        club = Organisation(key="tanz", name="Tanz")
        session.add(club)
        session.scalars(select(Event)).one().hosts = [club]
    return club


def test_a_task_without_words_is_not_taken(desk: FlaskClient) -> None:
    answer = send(desk, TASKS, title=" ", owner="", due_on="gestern")
    assert answer.status_code == 422
    assert len(errors_in(answer.text)) == 2


def test_the_budget_of_the_integrationsrat_is_blocked_until_it_is_released(
    desk: FlaskClient,
) -> None:
    send(desk, MONEY, name="Integrationsrat", amount="11.000 €")
    with desk.application.app_context():
        source = db.session().scalars(select(Source)).one()
        assert (source.cents, source.is_blocked) == (1_100_000, True)
    cost = {"purpose": "Bühne", "source": str(source.id), "planned": "4000", "granted": "3.500,50"}
    refused = send(desk, TASKS, COSTS, **cost, spent="10")
    assert refused.status_code == 422
    assert "Integrationsrat" in errors_in(refused.text)[0]
    assert send(desk, TASKS, COSTS, **cost).status_code == 303

    page = desk.get(MONEY).text
    desk.post(f"{MONEY}/{source.id}/freigabe", data={"form_token": token_in(page)})
    with desk.application.app_context():
        made = db.session().scalars(select(Cost)).one()
        assert (made.planned_cents, made.granted_cents) == (400_000, 350_050)
    changed = send(desk, f"{COSTS}/{made.id}", **cost | {"spent": "12000"})
    assert changed.status_code == 303
    shown = desk.get(MONEY).text
    assert "1.000,00" in shown  # overspent by so much
    assert 'role="alert"' in shown
    with desk.application.app_context():
        verbs = db.session().scalars(select(LogEntry.verb).order_by(LogEntry.id)).all()
    assert verbs[-4:] == ["add source", "set cost", "release source", "set cost"]


def test_what_is_blocked_pays_for_nothing_by_a_detour(desk: FlaskClient) -> None:
    send(desk, MONEY, name="Integrationsrat", amount="11000")
    with desk.application.app_context():
        source = db.session().scalars(select(Source)).one()
    cost = {"purpose": "Bühne", "planned": "500", "spent": "500"}
    assert send(desk, TASKS, COSTS, **cost, source="").status_code == 303
    with desk.application.app_context():
        (made,) = db.session().scalars(select(Cost))
    later = send(desk, f"{COSTS}/{made.id}", **cost, source=str(source.id))
    assert later.status_code == 422
    desk.post(f"{MONEY}/{source.id}/freigabe", data={"form_token": token_in(desk.get(MONEY).text)})
    assert send(desk, f"{COSTS}/{made.id}", **cost, source=str(source.id)).status_code == 303
    with desk.application.app_context(), db.write() as session:
        other = Series(key="x", title="X", first_day=date(2023, 1, 1), last_day=date(2023, 1, 2))
        session.scalars(select(Event)).one().series = other
    assert "10.500,00" in desk.get(MONEY).text, "what another series took of it is taken still"


def test_a_source_is_corrected_and_stays_while_something_is_paid_from_it(
    desk: FlaskClient,
) -> None:
    send(desk, MONEY, name="Intgrationsrat", amount="1100")
    with desk.application.app_context():
        source = db.session().scalars(select(Source)).one()
    there = f"{MONEY}/{source.id}"
    assert 'value="1100"' in desk.get(there).text
    assert send(desk, there, name="", amount="11000").status_code == 422
    assert send(desk, there, name="Integrationsrat", amount="11000").status_code == 303
    send(desk, TASKS, COSTS, purpose="Bühne", source=str(source.id), planned="4000")
    send(desk, there, f"{there}/loeschung")
    assert "Aus „Integrationsrat“ werden Ausgaben bezahlt" in desk.get(MONEY).text
    with desk.application.app_context():
        assert db.session().get_one(Source, source.id).cents == 1_100_000
        (cost,) = db.session().scalars(select(Cost))
    send(desk, TASKS, f"{COSTS}/{cost.id}/loeschung")
    send(desk, there, f"{there}/loeschung")
    with desk.application.app_context():
        assert db.session().scalars(select(Source)).all() == []


@pytest.mark.parametrize("amount", ["viel", "-5", "1e9", "12,345", "99999999999"])
def test_an_amount_that_is_none_gets_a_sentence(desk: FlaskClient, amount: str) -> None:
    answer = send(desk, MONEY, name="Spende", amount=amount)
    assert answer.status_code == 422
    assert errors_in(answer.text)
    assert f'value="{amount}"' in answer.text


def test_more_than_there_is_can_be_granted_and_is_said_at_once(desk: FlaskClient) -> None:
    send(desk, MONEY, name="Integrationsrat", amount="1000")
    with desk.application.app_context():
        source = db.session().scalars(select(Source)).one()
    cost = {"purpose": "Bühne", "source": str(source.id), "granted": "1.200"}
    assert send(desk, TASKS, COSTS, **cost).status_code == 303
    said = "Von „Integrationsrat“ sind 200,00\xa0€ mehr bewilligt, als da ist."
    assert said in desk.get(TASKS).text
    page = desk.get(MONEY).text
    assert said in page
    assert "überzogen" not in page


def test_an_amount_that_is_left_out_is_asked_for(desk: FlaskClient) -> None:
    refused = send(desk, MONEY, name="Integrationsrat", amount="")
    assert (refused.status_code, len(errors_in(refused.text))) == (422, 1)
    refused = send(desk, TASKS, COSTS, purpose="Bühne", source="")
    assert (refused.status_code, len(errors_in(refused.text))) == (422, 1)
    with desk.application.app_context():
        assert db.session().scalars(select(Source)).all() == []
        assert db.session().scalars(select(Cost)).all() == []
