"""`ikw doctor`: what is not as it should be where a town runs the site, and what to do about it."""

from __future__ import annotations

import shutil
import smtplib
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from ikw import clock, migrations, sqlite_files
from ikw.cli.base import address_of, cli, make_app
from ikw.cli.database import BACKUP
from ikw.config import LEAST_DISK
from ikw.mail import Connection
from ikw.model import Heartbeat
from ikw.names import InExtensions, Route

#: A backup that is older belongs to a timer that does not run.
BACKUP_IS_OLD = timedelta(hours=36)

#: Where in the folders of fonts a font with Arabic letters is known by its name.
ARABIC_FONTS = "Noto*Arabic*"


@dataclass(frozen=True)
class Finding:
    """What one check says: that all is well, or what is wrong and what to do."""

    name: str
    found: str
    #: None where there is nothing to do.
    advice: str | None = None
    #: Whether something does not work, and not only could be better.
    is_fault: bool = False

    def __str__(self) -> str:
        mark = "FAULT" if self.is_fault else "note " if self.advice else "ok   "
        advice = f"\n               -> {self.advice}" if self.advice else ""
        return f"{mark}  {self.name:8} {self.found}{advice}"


def fault(name: str, found: str, advice: str) -> Finding:
    """Return that something does not work."""
    return Finding(name, found, advice, is_fault=True)


@cli.command(
    "doctor", help="Check how the site is set up, and say what to do; ends with 1 at faults."
)
def doctor_command() -> None:
    app = make_app()
    with app.app_context():
        findings = [one for check in CHECKS for one in check(app)]
    app.extensions[InExtensions.ENGINE].dispose()
    for finding in findings:
        click.echo(finding)
    if any(finding.is_fault for finding in findings):
        raise SystemExit(1)


def check_address(app: Flask) -> Iterator[Finding]:
    """Check that the public address is one, and leads here."""
    base = app.config["IKW_BASE_URL"]
    parts = urlsplit(base)
    if parts.hostname in {"127.0.0.1", "localhost"}:
        yield Finding("address", base, "letters name this address: set IKW_BASE_URL for a town")
    elif parts.scheme != "https":
        yield fault("address", base, "names and links pass readable: use https, see README")
    try:
        with urllib.request.urlopen(f"{base}{Route.HEALTH}", timeout=10) as answer:  # noqa: S310
            is_ours = answer.read(10) == b"ok\n"
    except urllib.error.HTTPError as error:
        found = f"{base} answers {error.code}"
        yield fault(
            "address", found, "the proxy must pass Host on: proxy_set_header Host $http_host"
        )
        return
    except OSError as error:
        yield fault("address", f"{base} does not answer: {error}", "start the site, or the proxy")
        return
    if is_ours:
        yield Finding("address", f"{base} answers")
    else:
        yield fault("address", f"{base} is another site", "let the proxy lead to this port")


def check_proxy(app: Flask) -> Iterator[Finding]:
    """Check that visitors have addresses of their own."""
    is_https = app.config["IKW_BASE_URL"].startswith("https://")
    proxies = app.config["IKW_TRUSTED_PROXIES"]
    if is_https and not proxies:
        advice = "IKW_TRUSTED_PROXIES = 1, or all visitors count as one network"
        yield fault("proxy", "https without a trusted proxy", advice)
    elif proxies and not is_https:
        advice = "with no proxy in front, anybody can claim any address: set it to 0"
        yield Finding("proxy", f"{proxies} trusted, and no https", advice)
    else:
        yield Finding("proxy", f"{proxies} trusted")


def check_mail(app: Flask) -> Iterator[Finding]:
    """Check that the mail server lets us in, and explain what makes letters arrive."""
    config = app.config
    if not config["MAIL_SERVER"]:
        yield Finding("mail", "no MAIL_SERVER", "letters wait in the outbox until there is one")
        return
    try:
        host = Connection(app).configure_host()
        host.noop()
        host.quit()
        yield Finding("mail", f"{config['MAIL_SERVER']} lets us in")
    except (smtplib.SMTPException, OSError) as error:
        found = f"{config['MAIL_SERVER']}: {type(error).__name__}"
        yield fault("mail", found, "compare MAIL_* with what the provider says")
    if not (config["MAIL_USE_TLS"] or config["MAIL_USE_SSL"]):
        advice = "letters hold secret links: MAIL_USE_TLS = true, unless the server is this machine"
        yield Finding("mail", "without TLS", advice)
    domain = parseaddr(config["MAIL_DEFAULT_SENDER"])[1].rpartition("@")[2]
    yield Finding(
        "mail",
        f"letters come from {domain}",
        f"SPF: the TXT record of {domain} has to name the mail server (v=spf1 …). DKIM: the mail "
        "server has to sign. Send yourself a letter and look for spf=pass and dkim=pass in it",
    )


def check_clock(app: Flask) -> Iterator[Finding]:
    """Check that the time is right."""
    if app.config["IKW_NOW"]:
        advice = "a demonstration: unset IKW_NOW for a town"
        yield Finding("clock", f"shows {clock.in_town(clock.now()):%d.%m.%Y %H:%M}", advice)
        return
    timedatectl = shutil.which("timedatectl")
    if timedatectl is None:
        yield Finding("clock", f"{clock.in_town(clock.now()):%d.%m.%Y %H:%M} in the town")
        return
    command = [timedatectl, "show", "-p", "NTPSynchronized", "--value"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if asked.stdout.strip() == "no":
        yield Finding("clock", "not kept right", "timedatectl set-ntp true")
    else:
        yield Finding("clock", f"{clock.in_town(clock.now()):%d.%m.%Y %H:%M} in the town")


def check_files(app: Flask) -> Iterator[Finding]:
    """Check that nobody else can read what is personal, and that there is room for more."""
    folder = Path(app.instance_path)
    mine = [path for path in folder.iterdir() if path.is_file()]
    open_to_all = [path.name for path in mine if path.stat().st_mode & 0o077]
    # The settings may be shared; they hold a password only if MAIL_PASSWORD stands there.
    secret = [name for name in open_to_all if name.partition(".")[2] != "md"]
    if secret:
        advice = f"chmod 600 {' '.join(str(folder / name) for name in secret)}"
        yield fault("files", f"others can read {', '.join(secret)}", advice)
    else:
        yield Finding("files", f"{folder} is closed to others")
    free = shutil.disk_usage(folder).free
    found = f"{free // 1024**2} MB free"
    if free < LEAST_DISK:
        yield fault("disk", found, "make room: with a full disk nobody can sign up")
    elif free < 20 * LEAST_DISK:
        yield Finding("disk", found, "make room soon")
    else:
        yield Finding("disk", found)


def check_database(app: Flask) -> Iterator[Finding]:
    """Check that the database is ours and new, and that there is a copy of it."""
    engine = app.extensions[InExtensions.ENGINE]
    try:
        migrations.require_newest(engine)
    except DatabaseError:
        advice = "ikw restore the last backup, or start the database server"
        yield fault("schema", f"{address_of(app)} cannot be read", advice)
        return
    except migrations.OldDatabase:
        yield fault("schema", address_of(app), "ikw backup FILE, then ikw migrate")
        return
    except migrations.ForeignDatabase as error:
        yield fault("schema", str(error), "IKW_DATABASE_URL names another database")
        return
    yield Finding("schema", f"{address_of(app)} has the newest")
    if sqlite_files.database_file(app.config["IKW_DATABASE_URL"]) is None:
        yield Finding("backup", "PostgreSQL", "a timer of its own with pg_dump; see README")
        return
    with Session(engine) as session:
        made_at = session.scalar(select(Heartbeat.seen_at).where(Heartbeat.name == BACKUP))
    yield _age_of_backup(made_at)


def _age_of_backup(made_at: datetime | None) -> Finding:
    if made_at is None:
        return Finding("backup", "none yet", "a timer with ikw backup every night; see README")
    age = clock.real() - made_at
    found = f"the last one is {age.days} days and {age.seconds // 3600} hours old"
    return (
        fault("backup", found, "look after the timer")
        if age > BACKUP_IS_OLD
        else Finding("backup", found)
    )


def check_fonts(_app: Flask) -> Iterator[Finding]:
    """Check that PDF and pictures have letters for all our languages."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    if any(next(folder.rglob(ARABIC_FONTS), None) for folder in folders if folder.exists()):
        yield Finding("fonts", "Noto with Arabic letters")
    else:
        advice = "apt-get install fonts-noto-core, or PDF in Arabic and Persian has no letters"
        yield Finding("fonts", "no Noto", advice)


CHECKS: list[Callable[[Flask], Iterator[Finding]]] = [
    check_address,
    check_proxy,
    check_mail,
    check_clock,
    check_files,
    check_database,
    check_fonts,
]
