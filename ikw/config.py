"""Settings: read once from the environment and instance/config.toml, checked, handed to Flask."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

#: Bytes of a request; a sign-up with all its answers is far below.
MAX_REQUEST = 64 * 1024

#: Bytes of a picture or workbook that organisers bring, with the form around it.
MAX_UPLOAD = 9 * 1024 * 1024

#: Bytes on the disk without which nothing should be promised any more.
LEAST_DISK = 50 * 1024 * 1024

ROOT = Path(__file__).resolve().parent.parent


class BadSetting(ValueError):
    """A setting that cannot be used; its message names the setting and says what is expected."""


def _text(value: str) -> str:
    return value.strip()


def _words(value: str) -> frozenset[str]:
    return frozenset(value.split())


def _moment(value: str) -> str:
    datetime.fromisoformat(value.strip() or "2000-01-01")
    return value.strip()


def _time(value: str) -> time:
    return time.fromisoformat(value.strip())


def _port(value: str) -> int:
    if not 0 < int(value) < 65_536:
        raise ValueError("ports are between 1 and 65535")
    return int(value)


def _database(value: str) -> str:
    if value.strip():
        make_url(value.strip())
    return value.strip()


def _yes(value: str) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "on", "ja"}


def _country(value: str) -> str:
    if not re.fullmatch("[A-Z]{2}", code := value.strip().upper()):
        raise ValueError("two letters such as DE")
    return code


def _url(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("an address such as https://ikw.example.org, without a path")
    return value.strip().rstrip("/")


@dataclass(frozen=True)
class Setting:
    """One setting: its name, its default as it would be typed, how it is read, what it is for."""

    name: str
    default: str
    read: Callable[[str], Any]
    purpose: str
    #: Whether a coordinator may change it at the desk, where nobody sets it here.
    at_desk: bool = False


#: All settings; the table in README.md lists the same names (a test compares them).
SETTINGS = [
    Setting("PORT", "8000", _port, "port the web server listens on"),
    Setting("IKW_HOST", "127.0.0.1", _text, "address the web server listens on"),
    Setting("IKW_WORKERS", "2", int, "web server processes"),
    Setting("IKW_BASE_URL", "", _text, "public address, used in letters and calendars"),
    Setting("IKW_DATABASE_URL", "", _database, "database; default: SQLite in instance/"),
    Setting("IKW_SECRET_KEY", "", _text, "key for links and forms; default: instance/secret_key"),
    Setting("IKW_NOW", "", _moment, "start the clock here, e.g. 2023-01-20T12:00 (demonstration)"),
    Setting("IKW_TOWN", "Rheine", _text, "name of the town"),
    Setting("IKW_COUNTRY", "DE", _country, "its country (ISO 3166), for telephone numbers"),
    Setting("IKW_CONTACT_NAME", "Stadt Rheine", _text, "who answers questions", True),
    Setting("IKW_CONTACT_PHONE", "05971 939-0", _text, "their telephone number", True),
    Setting("IKW_CONTACT_EMAIL", "", _text, "their e-mail address", True),
    Setting(
        "IKW_SENDER_NAME",
        "",
        _text,
        "name from which letters come; default: that in MAIL_DEFAULT_SENDER, or who answers",
        True,
    ),
    Setting("IKW_KEEP_DAYS", "28", int, "days after an event until its sign-ups are deleted", True),
    Setting(
        "IKW_REVIEWED",
        "de en",
        _words,
        "languages whose texts somebody has checked who grew up with them",
        True,
    ),
    Setting(
        "IKW_BACKUP_DAYS", "90", int, "days that backups are kept, and who was erased is known"
    ),
    Setting("IKW_QUIET_MINUTES", "10", int, "minutes that news wait for further changes"),
    Setting("IKW_REMIND_DAYS", "1", int, "days before an event to remind of it"),
    Setting("IKW_REMIND_AT", "10:00", _time, "time of day to remind"),
    Setting("IKW_TRUSTED_PROXIES", "0", int, "reverse proxies in front whose headers are believed"),
    Setting(
        "IKW_RATE_LIMIT_STORAGE",
        "",
        _text,
        "where counts live; default: beside the database; or redis://…",
    ),
    Setting("IKW_RATE_LIMITS", "on", _yes, "limit sign-ups per network and per address"),
    Setting("IKW_SECOND_FACTOR", "off", _yes, "ask coordinators for a passkey as well"),
    Setting("MAIL_SERVER", "", _text, "SMTP server; empty: letters wait in the outbox"),
    Setting("MAIL_PORT", "25", int, "its port"),
    Setting("MAIL_USERNAME", "", _text, "user name, if it asks for one"),
    Setting("MAIL_PASSWORD", "", _text, "password, if it asks for one"),
    Setting("MAIL_USE_TLS", "off", _yes, "STARTTLS"),
    Setting("MAIL_USE_SSL", "off", _yes, "TLS from the first byte"),
    Setting("MAIL_DEFAULT_SENDER", "", _text, "From address of all letters"),
    Setting("MAIL_TIMEOUT", "30", int, "seconds to wait for the SMTP server"),
]


#: Those that the desk may change.
AT_THE_DESK = [setting for setting in SETTINGS if setting.at_desk]


def read_settings(instance: Path, environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return all settings by name; the environment wins over instance/config.toml.

    Raises BadSetting for an unknown name in the file or a value that cannot be read.
    """
    environ = os.environ if environ is None else environ
    file = instance / "config.toml"
    written = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    if unknown := set(written) - {setting.name for setting in SETTINGS}:
        raise BadSetting(f"{file}: unknown setting {', '.join(sorted(unknown))}")
    given = frozenset(
        setting.name for setting in SETTINGS if setting.name in environ or setting.name in written
    )
    settings: dict[str, Any] = {"IKW_FIXED": given}
    for setting in SETTINGS:
        raw = environ.get(setting.name, str(written.get(setting.name, setting.default)))
        try:
            settings[setting.name] = setting.read(raw)
        except (ValueError, ArgumentError) as error:
            raise BadSetting(f"{setting.name}={raw!r} cannot be read: {error}") from error
    return _complete(settings, instance)


def _complete(settings: dict[str, Any], instance: Path) -> dict[str, Any]:
    base = settings["IKW_BASE_URL"] or f"http://127.0.0.1:{settings['PORT']}"
    try:
        settings["IKW_BASE_URL"] = _url(base)
    except ValueError as error:
        raise BadSetting(f"IKW_BASE_URL={base!r} is not {error}") from error
    if not settings["IKW_DATABASE_URL"]:
        settings["IKW_DATABASE_URL"] = f"sqlite:///{instance / 'ikw.sqlite'}"
    settings["SECRET_KEY"] = settings.pop("IKW_SECRET_KEY") or _kept_key(instance)
    host = urlsplit(settings["IKW_BASE_URL"]).hostname or "localhost"
    settings["MAIL_DEFAULT_SENDER"] = (
        settings["MAIL_DEFAULT_SENDER"] or settings["IKW_CONTACT_EMAIL"] or f"ikw@{host}"
    )
    if "@" not in parseaddr(settings["MAIL_DEFAULT_SENDER"])[1]:
        raise BadSetting(
            f"MAIL_DEFAULT_SENDER={settings['MAIL_DEFAULT_SENDER']!r} is not an address such as "
            "ikw@example.org or Stadt Musterstadt <ikw@example.org>"
        )
    settings["TRUSTED_HOSTS"] = sorted({host, "127.0.0.1", "localhost"})
    return settings


def _kept_key(instance: Path) -> str:
    """Return the key in instance/secret_key, made at the first start and readable by us alone."""
    file = instance / "secret_key"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("ascii").strip()
    with os.fdopen(descriptor, "w") as opened:
        opened.write(key := secrets.token_urlsafe(32))
    return key
