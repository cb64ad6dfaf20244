"""The picture of an event: made small, described, and without what the camera noted."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from ikw import db
from ikw.model import Picture
from ikw.web.pictures import TooLarge, remake
from tests.conftest import MakeApp, make_event
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import errors_in, token_in

PATH = "/verwaltung/veranstaltung/fest/bild"


@pytest.fixture
def karla(make_app: MakeApp, sqlite_url: str) -> FlaskClient:
    app = make_app(sqlite_url)
    with app.app_context():
        make_event()
        who = organiser("coordination")
    return sign_in(app.test_client(), who)


def photograph(width: int = 3000, height: int = 2000) -> bytes:
    """A photograph that says where and with what it was taken, held upright."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Kamera der Familie"
    exif.get_ifd(0x8825)[1] = "N"
    file = BytesIO()
    Image.new("RGB", (width, height), "orange").save(file, "JPEG", exif=exif)
    return file.getvalue()


def bring(client: FlaskClient, body: bytes, alt: str = "Kinder tanzen im Hof") -> TestResponse:
    token = token_in(client.get(PATH).text)
    file = (BytesIO(body), "foto.jpg")
    return client.post(
        PATH, data={"form_token": token, "file": file, "alt": alt, "credit": "M. M."}
    )


def test_citizens_see_the_picture_and_nothing_of_the_camera(karla: FlaskClient) -> None:
    assert bring(karla, photograph()).status_code == 303
    with karla.application.app_context():
        made = db.session().scalars(select(Picture)).one()
        body, address = made.body, f"/veranstaltung/fest/foto-{made.digest}.webp"
    kept = Image.open(BytesIO(body))
    assert (kept.format, kept.size) == ("WEBP", (800, 1200))
    assert not kept.getexif()
    assert b"Kamera" not in body
    page = karla.application.test_client().get("/veranstaltung/fest/").text
    assert 'alt="Kinder tanzen im Hof"' in page
    assert address in page
    answer = karla.get(address)
    assert (answer.mimetype, answer.data) == ("image/webp", body)
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_picture_needs_words_for_those_who_do_not_see_it(karla: FlaskClient) -> None:
    answer = bring(karla, photograph(), alt=" ")
    assert answer.status_code == 422
    assert errors_in(answer.text)


def test_what_is_no_picture_is_refused(karla: FlaskClient) -> None:
    bomb = BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    for body in (b"GIF89a", script, photograph()[:200], bomb.getvalue()):
        answer = bring(karla, body)
        assert answer.status_code == 422
        assert errors_in(answer.text)
    # Too large is not no picture.
    (said,) = errors_in(bring(karla, bomb.getvalue()).text)
    assert said == "Dieses Bild ist zu groß: höchstens 8 MB und 40 Millionen Bildpunkte."
    with pytest.raises(TooLarge):
        remake(photograph() + b"x" * 8 * 1024 * 1024)
    with karla.application.app_context():
        assert db.session().scalars(select(Picture)).all() == []


def test_karla_takes_the_picture_away(karla: FlaskClient) -> None:
    bring(karla, photograph(60, 40))
    token = token_in(karla.get(PATH).text)
    karla.post(f"{PATH}/loeschung", data={"form_token": token})
    assert "foto-" not in karla.get("/veranstaltung/fest/").text


def test_an_empty_file_changes_no_picture(karla: FlaskClient) -> None:
    bring(karla, photograph(60, 40))
    answer = bring(karla, b"")
    assert answer.status_code == 422
    assert "Diese Datei ist leer." in errors_in(answer.text)
    assert "foto-" in karla.get("/veranstaltung/fest/").text
