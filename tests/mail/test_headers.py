"""Whatever a letter is called, in whatever language: each mail program reads it as it was meant."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import shutil
import subprocess
from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.mail import Message
from ikw.mail.compose import compose
from ikw.mail.news import OPENINGS, news_of
from ikw.model import Event, Letter, Plan, Registration
from ikw.text.languages import LANGUAGES, speaking
from tests.actions.cast import BEN, new_link, sign_up
from tests.conftest import MakeApp
from tests.sites import environment, stock

pytestmark = pytest.mark.system

HERE = Path(__file__).parent / "readers"

#: Besides those of the programme: what folds badly, and what nobody thinks of.
TITLES = [
    "Fest",
    "Ein sehr langer Titel, der über eine Zeile hinausgeht, mit Umlauten äöüß und “Zeichen”",
    "مهرجان الثقافات في ساحة المدينة مع الموسيقى والطعام من كل العالم",
    "Свято сусідів: музика, їжа, танці та розмови до пізнього вечора на площі",
    "Kurdî û Türkçe: şîn, ğ, ı, İ – şarkılar ve hikâyeler",
    "a" * 190,
    "ü" * 190,
    "= ?utf-8?Q?kein=20Code?= ",
    "Zwei  Leerzeichen und ein \u00a0geschütztes",
    "🎉🎊 " * 20,
]


@pytest.fixture
def site(make_app: MakeApp, tmp_path: Path) -> Iterator[Flask]:
    """The programme of Rheine with its translations."""
    env = environment(tmp_path, 8000)
    stock(env)
    app = make_app(f"sqlite:///{tmp_path}/ikw.sqlite", IKW_CONTACT_EMAIL="stadt@example.org")
    with app.app_context():
        yield app


def as_python(raw: bytes) -> str:
    return str(email.message_from_bytes(raw, policy=email.policy.default)["Subject"])


def as_old_python(raw: bytes) -> str:
    """By RFC 2047 alone, which joins encoded words that follow each other."""
    subject = email.message_from_bytes(raw)["Subject"]
    return str(make_header(decode_header(str(subject).replace("\r\n", ""))))


def through_node(mails: list[bytes]) -> list[dict[str, Any]]:
    node = shutil.which("node")
    assert node, "Node is needed: tests/install-system-packages"
    assert (HERE / "node_modules/postal-mime").exists(), "postal-mime is missing: make readers"
    body = json.dumps([base64.b64encode(mail).decode() for mail in mails]).encode()
    command = [node, str(HERE / "read.mjs")]
    done = subprocess.run(command, input=body, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    read: list[dict[str, Any]] = json.loads(done.stdout)
    return read


def subjects(registration: Registration, event: Event) -> Iterator[str]:
    """Give the subject of every kind of letter, in every language, with every title."""
    facts = {"places": 1, "seats": 1, "position": 1, "before": Plan.of(event).facts()}
    titles = [*db.session().scalars(select(Event.title)), *TITLES]
    for language in LANGUAGES:
        with speaking(language):
            for kind in OPENINGS:
                letter = Letter(party=registration, kind=kind, facts=facts, language=language)
                for title in titles:
                    event.title = title
                    yield " ".join(news_of(letter).subject.split())


def test_three_readers_read_every_subject_as_it_was_written(site: Flask) -> None:
    event = db.session().scalars(select(Event).where(Event.key == "infoabend")).one()
    registration = sign_up(event, BEN)
    # Titles that are tried and never stored.
    with db.session().no_autoflush:
        written = sorted(set(subjects(registration, event)))
    db.session().rollback()
    assert len(written) > 1000
    mails = [
        Message(subject=subject, recipients=["a@example.org"], body="-").as_bytes()
        for subject in written
    ]
    for mail in mails:
        head = mail.partition(b"\r\n\r\n")[0]
        assert head.isascii()
        assert max(map(len, head.split(b"\r\n"))) <= 998, "RFC 5322, 2.1.1"
    for reader, read in {
        "email.policy.default": [as_python(mail) for mail in mails],
        "decode_header": [as_old_python(mail) for mail in mails],
        "postal-mime": [one["subject"] for one in through_node(mails)],
    }.items():
        wrong = [(w, r) for w, r in zip(written, read, strict=True) if w != " ".join(r.split())]
        assert wrong == [], f"{reader}: {len(wrong)}, first {wrong[0]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_headers_of_a_letter_hold_as_well(site: Flask, language: str) -> None:
    """A sender with a long name, an answer to somewhere else, a list to leave."""
    site.config["MAIL_DEFAULT_SENDER"] = "Stadt Rheine – Fachbereich für Soziales <ikw@example.org>"
    site.extensions["mail"].default_sender = site.config["MAIL_DEFAULT_SENDER"]
    event = db.session().scalars(select(Event).where(Event.key == "infoabend")).one()
    link = new_link()
    registration = sign_up(event, BEN, link=link, language=language)
    letter = Letter(
        party=registration,
        kind="waiting",
        to="ben@example.org",
        language=language,
        facts={
            "places": 2,
            "seats": 0,
            "position": 3,
            "seed": link.seed,
            "name": "Ben",
            "companions": ["Çağrı Öztürk-Łukaszewicz"],
        },
        message_id="9154d17a-32da-4b74-895c-ecc5d49bac4b",
    )
    mail = compose(letter).as_bytes()
    read = email.message_from_bytes(mail, policy=email.policy.default)
    assert read["From"].addresses[0].display_name == "Stadt Rheine – Fachbereich für Soziales"
    assert read["Reply-To"].addresses[0].addr_spec == "stadt@example.org"
    assert str(read["List-Unsubscribe"]).strip("<>").endswith(f"/anmeldung/{link.token}/absage")
    assert read["Auto-Submitted"] == "auto-generated"
    names = [line.partition(b":")[0] for line in mail.partition(b"\r\n\r\n")[0].split(b"\r\n")]
    heads = [name for name in names if not name.startswith((b" ", b"\t"))]
    assert len(heads) == len(set(heads)), "each header once"
    (seen,) = through_node([mail])
    assert seen["from"] == "Stadt Rheine – Fachbereich für Soziales"
    assert seen["subject"] == str(read["Subject"])
