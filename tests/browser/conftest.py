"""A served site with its letters, and a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.mail.smtp import free_port, smtp_server
from tests.sites import Site, environment, ikw, start, stock

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)

#: Milliseconds that a page may take, on a machine where all tests run at once.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Start sites, each with a programme of its own, and stop them at the end."""
    with ExitStack() as sites:
        mail_port, letters = sites.enter_context(smtp_server())

        def serve_one(programme: str, **settings: str) -> Site:
            port = free_port()
            folder = tmp_path_factory.mktemp("site")
            mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(mail_port)}
            env = environment(folder, port, **mail, **settings)
            stock(env, programme)
            process = sites.enter_context(start(env))
            url = f"http://127.0.0.1:{port}"
            return Site(url, f"sqlite:///{folder}/ikw.sqlite", process, letters, env)

        yield serve_one


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


def chromium(*, whole: bool = False) -> str:
    """Return where Debian's browser is, the shell of it that draws pages alone if there is one."""
    shell = None if whole else shutil.which("chromium-headless-shell")
    found = shell or shutil.which("chromium")
    assert found, "Debian's chromium is needed: tests/install-system-packages"
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A small telephone."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="de-DE")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def office(browser: Browser) -> Iterator[BrowserContext]:
    """A computer in the town hall."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()
