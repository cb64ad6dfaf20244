"""A sign-up makes no page anew, and every page shows it with its next answer."""

from __future__ import annotations

import gc
import re
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Semaphore
from threading import Event as Finished
from typing import Any

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient

from ikw import clock, db
from ikw.actions.event.plan import call_off
from ikw.actions.event.sign_up import set_places
from ikw.actions.keeping.erase import erase
from ikw.actions.keeping.forget import forget
from ikw.actions.links import Link
from ikw.actions.registration.cancel import cancel
from ikw.gate import READERS_AT_WORK, AtWork
from ikw.model import Event, Programme, Registration
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, sign_up
from tests.conftest import NOW, MakeApp, examples, make_event
from tests.processes import until
from tests.web.forms import send, token_in

WEEK, FEST, FORM = "/programm/woche/", "/veranstaltung/fest/", "/veranstaltung/fest/anmelden"


@contextmanager
def made(app: Flask) -> Iterator[list[str]]:
    """Collect the templates that are rendered meanwhile."""
    names: list[str] = []

    def note(_app: Flask, template: Any, **_more: Any) -> None:
        names.append(template.name)

    with template_rendered.connected_to(note, app):
        yield names


def text(client: FlaskClient, path: str) -> str:
    """Return a page as it is read, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(path).text).split())


def test_a_sign_up_is_on_every_page_and_makes_none_anew(
    make_app: MakeApp, database_url: str
) -> None:
    """On two nodes, in two languages."""
    nodes = [make_app(database_url), make_app(database_url)]
    with nodes[0].app_context():
        event = make_event(capacity=12)
    clients = [node.test_client() for node in nodes]
    etags = set()
    for client in clients:
        assert "noch 12 Plätze" in text(client, WEEK)
        assert "12 von 12 Plätzen sind frei." in text(client, FEST)
        assert "12 places left" in text(client, "/en" + WEEK)
        etags.add(client.get(WEEK).headers["ETag"])
    assert len(etags) == 1, "both nodes say the same"
    with nodes[0].app_context():
        sign_up(event, ANNA, 2)
    with made(nodes[0]) as first, made(nodes[1]) as second:
        for client in clients:
            assert "noch 10 Plätze" in text(client, WEEK)
            assert "10 von 12 Plätzen sind frei." in text(client, FEST)
            assert "10 places left" in text(client, "/en" + WEEK)
            etags.add(client.get(WEEK).headers["ETag"])
    assert first == second == []
    assert len(etags) == 2
    with nodes[0].app_context():
        sign_up(event, BEN, 3)
        sign_up(event, CHIARA, 4)
        sign_up(event, DILAN, 2)
    assert all("noch 1 Platz" in text(client, WEEK) for client in clients)


def test_feeds_do_not_move_when_places_do(client: FlaskClient) -> None:
    with client.application.app_context():
        event = make_event(capacity=1, has_waiting_list=True)
    feeds = ["/kalender/alle.ics", "/kalender/woche.ics?frei=1", "/kalender/neues.atom"]
    before = [client.get(feed) for feed in feeds]
    with client.application.app_context():
        sign_up(event, ANNA)
        sign_up(event, BEN)
    after = [client.get(feed) for feed in feeds]
    assert [a.data for a in after] == [b.data for b in before]
    assert [a.headers["ETag"] for a in after] == [b.headers["ETag"] for b in before]
    assert [a.headers["Last-Modified"] for a in after] == [
        b.headers["Last-Modified"] for b in before
    ]


def test_a_full_event_says_so_everywhere_and_opens_again(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        event = make_event(capacity=2, has_waiting_list=True, price_cents=0)
        make_event("andere", capacity=2, title="Andere")
    for path in (WEEK, FEST, FORM, "/"):
        client.get(path)
    with app.app_context():
        anna = sign_up(event, ANNA, 2)
        sign_up(event, BEN)
    with made(app) as names:
        assert "Ausgebucht, Warteliste" in text(client, WEEK)
        page = client.get(FEST).text
        assert "1 Anmeldung auf der Warteliste." in text(client, FEST)
        assert page.count("Auf die Warteliste</a>") == 2
        assert "https://schema.org/SoldOut" in page
        assert "https://schema.org/InStock" not in page
    assert names == [], "what is said of a full event was known before"
    assert "Auf die Warteliste" in text(client, FORM)
    with app.app_context():
        sign_up(event, CHIARA)
    assert "2 Anmeldungen auf der Warteliste." in text(client, FEST)
    with app.app_context(), db.write() as session:
        for waiting in session.query(Registration).filter(Registration.queued_at.is_not(None)):
            cancel(session, waiting, at(NOW))
    assert "Die Warteliste ist noch leer." in text(client, FEST)
    with app.app_context(), db.write() as session:
        cancel(session, session.get_one(Registration, anna.id), at(NOW))
    assert "2 von 2 Plätzen sind frei." in text(client, FEST)
    assert "https://schema.org/InStock" in client.get(FEST).text
    assert "Jetzt anmelden" in text(client, FORM)


def test_without_a_waiting_list_nobody_is_led_to_a_form(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        event = make_event(capacity=1)
    assert FORM in client.get(FEST).text
    with app.app_context():
        sign_up(event, ANNA)
    page = client.get(FEST).text
    assert FORM not in page
    assert "es gibt keine Warteliste" in text(client, FEST)
    assert "es gibt keine Warteliste" in text(client, FORM)


def test_who_looks_for_places_finds_no_full_event(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        event = make_event(capacity=2)
        make_event("andere", capacity=2, title="Andere Feier")
    free = f"{WEEK}?frei=1"
    assert FEST in client.get(free).text
    with app.app_context():
        sign_up(event, ANNA)
    with made(app) as names:
        assert FEST in client.get(free).text
    assert names == [], "it still has a place"
    with app.app_context():
        sign_up(event, BEN)
    page = client.get(free).text
    assert FEST not in page
    assert "/veranstaltung/andere/" in page


def test_who_waited_and_is_erased_is_not_counted_any_more(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        event = make_event(capacity=1, has_waiting_list=True)
        sign_up(event, ANNA)
        ben = sign_up(event, BEN)
    assert "1 Anmeldung auf der Warteliste." in text(client, FEST)
    with app.app_context(), db.write() as session:
        erase(session, [session.get_one(Registration, ben.id)], at(NOW))
    assert "Die Warteliste ist noch leer." in text(client, FEST)


def test_the_sum_over_all_places_starts_anew_when_sign_ups_are_deleted(
    make_app: MakeApp, database_url: str
) -> None:
    app = make_app(database_url)
    client = app.test_client()
    with app.app_context():
        event = make_event(capacity=5)
        sign_up(event, ANNA)
        client.get(WEEK)
        revision = db.session().get_one(Programme, 1).revision
        later = NOW + timedelta(days=700)
        with db.write() as session:
            forget(session, at(later), keep_days=30)
        db.session().expire_all()
        assert db.session().get_one(Event, event.id).places_revision == 0
        assert db.session().get_one(Programme, 1).revision == revision + 1
    assert "noch 5 Plätze" in text(client, WEEK)


def test_a_change_of_the_programme_makes_pages_anew(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        event = make_event(capacity=5)
    client.get(WEEK)
    with app.app_context(), db.write() as session:
        set_places(session, event.id, 9, 0, at(NOW, by="test"))
    assert "noch 9 Plätze" in text(client, WEEK)
    with app.app_context(), db.write() as session:
        call_off(session, event.id, "Sturm", at(NOW, by="test"))
    assert "Abgesagt" in text(client, WEEK)


def test_a_storm_of_readers_makes_a_page_once(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        event = make_event(capacity=50)
    for state in range(3):
        barrier = Barrier(12)

        def read(_number: int, barrier: Barrier = barrier) -> str:
            barrier.wait()
            return text(app.test_client(), WEEK)

        with made(app) as names, ThreadPoolExecutor(12) as readers:
            pages = list(readers.map(read, range(12)))
        assert names == ["programme/show.html"] * (state == 0)
        assert all(f"noch {50 - state} Plätze" in page for page in pages)
        with app.app_context():
            sign_up(event, [ANNA, BEN, CHIARA][state])


def test_a_page_that_is_known_waits_for_none_that_is_made(client: FlaskClient) -> None:
    """Three calendars of a large archive are on their way; the programme answers all the same."""
    app = client.application
    with app.app_context():
        make_event(capacity=50)
    client.get(WEEK)
    cache = app.extensions["ikw.pages"]
    makes, may_end = Semaphore(0), Finished()

    def slow(_environ: Any, start_response: Any) -> list[bytes]:
        makes.release()
        may_end.wait(20)
        start_response("200 OK", [])
        return [b"made"]

    cache.behind = AtWork(slow)
    with ThreadPoolExecutor(READERS_AT_WORK) as readers:
        asked = [
            readers.submit(app.test_client().get, f"/programm/woche-{n}/")
            for n in range(READERS_AT_WORK)
        ]
        for _ in asked:
            assert makes.acquire(timeout=20)
        assert "noch 50 Plätze" in text(client, WEEK)
        may_end.set()
        assert [one.result().text for one in asked] == ["made"] * READERS_AT_WORK


def test_who_waits_for_a_page_that_is_none_gets_the_answer_all_the_same(
    client: FlaskClient,
) -> None:
    app = client.application
    barrier = Barrier(6)

    def read(_number: int) -> int:
        barrier.wait()
        return app.test_client().get("/veranstaltung/nirgends/").status_code

    with ThreadPoolExecutor(6) as readers:
        assert set(readers.map(read, range(6))) == {404}


def test_what_is_withdrawn_is_gone_and_not_kept(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        event = make_event(capacity=5)
    assert client.get(FEST).status_code == 200
    with app.app_context(), db.write() as session:
        session.get_one(Event, event.id).published_at = None
    assert client.get(FEST).status_code == 404
    assert FEST not in {key.path for key in app.extensions["ikw.pages"].pages}


def test_only_what_hangs_on_the_time_is_made_anew_by_it(make_app: MakeApp, sqlite_url: str) -> None:
    """By the real clock: an opening in two seconds turns the page, the minute does not."""
    app = make_app(sqlite_url, IKW_NOW="")
    now = clock.now()
    day = clock.in_town(now).date() + timedelta(days=30)
    opens = now + timedelta(seconds=2)
    with app.app_context():
        make_event(date=day, sign_up_opens=opens, published_at=now, created_at=now, changed_at=now)
    client = app.test_client()
    assert "Anmeldung ab" in text(client, FEST)
    kept = {key.path: page for key, page in app.extensions["ikw.pages"].pages.items()}
    assert abs(kept[FEST].until - opens) < timedelta(seconds=1)
    with made(app) as names:
        until(lambda: "Anmeldung offen" in text(client, FEST), "it opens")
    assert names == ["event/show.html"]
    kept = {key.path: page for key, page in app.extensions["ikw.pages"].pages.items()}
    midnight = clock.in_town(now).date() + timedelta(days=1)
    assert clock.in_town(kept[FEST].until).date() == midnight, "until tomorrow nothing turns"


def test_each_form_has_a_token_of_its_own_and_is_made_once(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        make_event(capacity=20, questions=[{"key": "a", "label": "Was?", "kind": "text"}])
    first = client.get(FORM)
    with made(app) as names:
        second = client.get(FORM, headers={"Accept-Encoding": "gzip"})
        tokens = {token_in(first.text), token_in(client.get(FORM).text)}
    assert names == []
    assert len(tokens) == 2
    assert "ETag" not in first.headers
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert second.headers["Content-Encoding"] == "gzip"
    answer = send(client, FORM, name="Anna", email="anna@example.org", places="2")
    assert answer.status_code == 303
    assert "noch 18 Plätze" in text(client, FORM)
    for token in tokens:
        data = {"form_token": token, "name": "Ben", "email": f"{token[:4]}@example.org"}
        assert client.post(FORM, data=data | {"places": "1"}).status_code == 303


def test_a_thousand_answers_under_sign_ups_leave_memory_as_it_was(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        event = make_event(capacity=5000)

    def answers(count: int) -> None:
        for number in range(count):
            if number % 10 == 0:
                with app.app_context():
                    sign_up(event, ANNA, link=Link.from_seed(f"{number}", "x"), may_wait=False)
            client.get(WEEK, headers={"Accept-Encoding": "gzip"})
            client.get(FORM, headers={"Accept-Encoding": "gzip"})

    answers(60)
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        pages = app.extensions["ikw.pages"].pages.currsize
        answers(100 if examples(1000) < 1000 else 1000)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert app.extensions["ikw.pages"].pages.currsize == pytest.approx(pages, abs=1000)
    assert grown < 400_000
