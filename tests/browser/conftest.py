"""A served site with its letters, and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.mail.smtp import Handler, free_port, smtp_server

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


@dataclass
class Site:
    """A running `ikw serve`."""

    url: str
    database_url: str
    process: subprocess.Popen[bytes]
    letters: Handler
    #: For further commands on the same database.
    env: dict[str, str]


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("IKW_", "MAIL_"))}
    return {
        **kept,
        "IKW_INSTANCE": str(folder),
        "IKW_NOW": "2023-01-20T12:00",
        "PORT": str(port),
        **more,
    }


def ikw(env: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "ikw", *arguments]
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


def wait_for(url: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Start sites, each with a programme of its own, and stop them at the end."""
    running: list[subprocess.Popen[bytes]] = []
    with smtp_server() as (mail_port, letters):

        def start(programme: str, **settings: str) -> Site:
            port = free_port()
            folder = tmp_path_factory.mktemp("site")
            mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(mail_port)}
            env = environment(folder, port, **mail, **settings)
            ikw(env, "migrate")
            translations = sorted(Path("ikw/programmes", programme).with_suffix("").glob("*.po"))
            ikw(env, "load", f"ikw/programmes/{programme}", *map(str, translations))
            process = subprocess.Popen([sys.executable, "-m", "ikw", "serve"], env=env)
            running.append(process)
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            return Site(url, f"sqlite:///{folder}/ikw.sqlite", process, letters, env)

        yield start
        for process in running:
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0


@pytest.fixture(scope="session")
def rheine(serve: Callable[..., Site]) -> Site:
    return serve("rheine-2023.toml")


@pytest.fixture(scope="session")
def example(serve: Callable[..., Site]) -> Site:
    return serve("beispiel-60.toml")


@pytest.fixture(scope="session")
def desk(serve: Callable[..., Site]) -> Site:
    """A site where Karla coordinates and news leave at once."""
    site = serve("rheine-2023.toml", IKW_QUIET_MINUTES="0")
    ikw(site.env, "organiser", "add", "Karla", "karla@example.org")
    return site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Debian's chromium is needed: tests/install-system-packages"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A small telephone."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="de-DE")
    context.set_default_timeout(10_000)
    yield context
    context.close()
