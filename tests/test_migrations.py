"""Migrations keep what is there."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import String, create_engine, select, text
from sqlalchemy.engine import Engine

from ikw import db, migrations
from ikw.actions.event.plan import reinstate
from ikw.actions.registration.calendar import open_calendar
from ikw.actions.registration.links import send_links
from ikw.actions.registration.party import Contact
from ikw.mail.compose import compose
from ikw.mail.deliver import claim
from ikw.model import Event, Letter, Registration
from tests.actions.cast import ANNA, at, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event


def test_making_a_table_anew_loses_no_letter(
    make_app: MakeApp, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        sign_up(make_event(), ANNA)
        db.session().close()

        def widen(config: object, _target: str) -> None:
            from alembic.migration import MigrationContext
            from alembic.operations import Operations

            connection = config.attributes["connection"]  # type: ignore[attr-defined]
            steps = Operations(MigrationContext.configure(connection))
            with steps.batch_alter_table("registration") as table:
                table.alter_column("phone", type_=String(60))

        monkeypatch.setattr("alembic.command.upgrade", widen)
        migrations.migrate(db.engine())
        assert db.session().scalars(select(Letter.to)).all() == ["anna@example.org"]
        assert db.session().execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_all_steps_run_from_nothing_and_again(postgres_url: str) -> None:
    engine: Engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    for _ in range(2):
        migrations.migrate(engine)
    migrations.check(engine)
    engine.dispose()


#: What a site had before changes were told: the columns without which a row cannot be.
BEFORE = [
    "INSERT INTO series (key, kind, title, first_day, last_day, figures)"
    " VALUES ('woche', 'week', 'Woche', '2023-09-23', '2023-10-03', '[]')",
    "INSERT INTO event (uid, key, kind, series_id, title, date, topics, languages, audiences,"
    " access, takes_sign_up, reserved, taken, party_max, has_waiting_list, questions,"
    " published_at, created_at, changed_at, called_off_at, called_off_reason, sequence)"
    " VALUES ('0803ef57-9c1c-45b1-ab77-49115ec0080a', 'fest', 'event', 1, 'Fest', '2023-09-23',"
    " '[]', '[]', '[]', '[]', true, 0, 1, 5, false, '[]', '2023-01-20 11:00:00',"
    " '2023-01-20 11:00:00', '2023-01-20 11:00:00', '2023-01-20 11:00:00', 'Sturm', 1)",
    "INSERT INTO registration (event_id, code, made_by, link_hash, link_seed, name, email,"
    " language, companions, answers, places, seats, created_at)"
    " VALUES (1, 'ABC-DEF', 'a', 'a', 'seed', 'Anna', 'Anna@Example.org', 'de', '[]', '{}',"
    " 1, 1, '2023-01-20 11:00:00')",
    'INSERT INTO letter (registration_id, kind, "to", language, facts, message_id, created_at,'
    " tries) VALUES (1, 'confirmed', 'Anna@Example.org', 'de', :facts,"
    " '9154d17a-32da-4b74-895c-ecc5d49bac4b', '2023-01-20 11:00:00', 0)",
]
FACTS = '{"places": 1, "seats": 1, "seed": "seed", "name": "Anna", "companions": []}'


def test_a_site_from_before_keeps_everything_and_learns_to_tell(
    make_app: MakeApp, database_url: str
) -> None:
    app = make_app(database_url)
    with app.app_context():
        engine = db.engine()
        config = migrations._config
        with engine.connect().execution_options(ikw_writes=True) as connection:
            if engine.dialect.name == "sqlite":
                connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                command.downgrade(config(connection), "0001")
            with connection.begin():
                for statement in BEFORE:
                    values = {"facts": FACTS} if ":facts" in statement else {}
                    connection.execute(text(statement), values)
        migrations.migrate(engine)
        migrations.check(engine)
        event = db.session().get_one(Event, 1)
        assert (event.is_called_off, event.reason) == (True, "Sturm")
        with db.write() as session:
            reinstate(session, 1, at(NOW, by="Desk"))
            assert send_links(session, "anna@example.org", at(NOW)) == 1
            open_calendar(session, "anna@example.org", new_link())
        letters = db.session().scalars(select(Letter).order_by(Letter.id)).all()
        assert [letter.kind for letter in letters] == ["confirmed", "event_changed", "link"]
        assert [compose(letter).subject.partition(":")[0] for letter in letters] == [
            "Sie sind angemeldet",
            "Findet doch statt",
            "Ihr Link",
        ]
        assert claim() == 1, "what waited before is sent first"


#: Numbers as they were typed before they were read, and what becomes of each.
TYPED = {
    "05971 12345": "+49597112345",
    "(05971) 12345": "(05971) 12345",
    "05971/123 45": "+49597112345",
    "+49 (0) 5971 12345": "+49597112345",
    "+90 532 123 45 67": "+905321234567",
    "0171–1234567": "+491711234567",
    "12345": "12345",
    "05971 12345 / 0171 1234567": "05971 12345 / 0171 1234567",
}


def test_numbers_are_rewritten_that_can_be_read_and_the_rest_is_left(
    make_app: MakeApp, database_url: str
) -> None:
    app = make_app(database_url)
    with app.app_context():
        event = make_event()
        made = [sign_up(event, Contact(f"Gast {n}", phone=phone)) for n, phone in enumerate(TYPED)]
        numbers = [one.id for one in made]
        db.session().close()
        engine = db.engine()
        with engine.connect().execution_options(ikw_writes=True) as connection:
            if engine.dialect.name == "sqlite":
                connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                command.downgrade(migrations._config(connection), "0006")
        migrations.migrate(engine)
        kept = [db.session().get_one(Registration, number).phone for number in numbers]
    assert dict(zip(TYPED, kept, strict=True)) == TYPED
