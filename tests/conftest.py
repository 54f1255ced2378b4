import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kombu.pools
import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from campaign.celery import app as celery_app
from letters.models import Coalition, User
from tests import factories
from tests.parts import MissingPart, chromium
from tests.parts.postgresql import PostgreSQL
from tests.parts.redis import Redis
from tests.parts.site import Server, Worker
from tests.parts.smtp import MailServer
from tests.settings import DATABASE, POSTGRESQL_SOCKETS


def pytest_configure() -> None:
    # So that what is brought up is also stopped when the tests are told to end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for folder in ("messages", "control"):
        Path(django_settings.QUEUE_DIR, folder).mkdir(parents=True, exist_ok=True)


def pytest_report_header() -> str:
    return f"database: {django_settings.DATABASES['default']['ENGINE']}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for message in MissingPart.told:
        terminalreporter.section("a real part is missing", red=True)
        terminalreporter.line(message)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Brings PostgreSQL up when it is the database asked for (TEST_DATABASE=postgresql)."""
    if DATABASE != "postgresql":
        yield
        return
    server = PostgreSQL(POSTGRESQL_SOCKETS)
    try:
        server.start()
        yield
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """What a test leaves in the process: pages in caches, and the language of the last reader of the desk."""
    yield
    translation.deactivate()
    for cache in caches.all(initialized_only=True):
        cache.clear()


# --- Redis, SMTP, the worker -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[Redis]:
    server = Redis()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def redis_server(_redis_server: Redis) -> Iterator[Redis]:
    """A real Redis, empty; stop(), start(), restart() (which loses all it held) and clear()."""
    _redis_server.clear()
    yield _redis_server
    if not _redis_server.answers():
        _redis_server.restart()


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    return redis_server.url


@pytest.fixture
def redis_queue(redis_url: str) -> Iterator[str]:
    """Celery in the tests' own process publishes to Redis, as with REDIS_URL set; gives the URL."""
    before = {name: celery_app.conf[name] for name in ("broker_url", "broker_transport_options")}
    _use_broker({"broker_url": redis_url, "broker_transport_options": {"socket_connect_timeout": 1}})
    yield redis_url
    _use_broker(before)


def _use_broker(conf: dict[str, Any]) -> None:
    # Kombu keeps its pools for the whole process, by the broker they lead to.
    kombu.pools.reset()
    celery_app.conf.update(conf)
    celery_app._pool = celery_app.amqp._producer_pool = None


@pytest.fixture(scope="session")
def _smtp_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp(_smtp_server: MailServer, settings: Any) -> MailServer:
    """A real SMTP server to which the tests' own process sends; .messages, .wait_for(), .script(), .clear()."""
    _smtp_server.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _smtp_server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return _smtp_server


@pytest.fixture
def new_worker(
    request: pytest.FixtureRequest, transactional_db: None, smtp: MailServer
) -> Iterator[Callable[..., Worker]]:
    """Makes workers that are not yet started: new_worker(embedded=False, name="worker", **environment)."""
    # Its mails' links lead to the site under test, whichever of the two is asked for first.
    if "site" in request.fixturenames:
        request.getfixturevalue("site")
    workers: list[Worker] = []

    def make(*, embedded: bool = False, name: str = "worker", **env: str) -> Worker:
        workers.append(Worker(embedded=embedded, name=name, EMAIL_URL=smtp.url, **env))
        return workers[-1]

    yield make
    for worker in workers:
        worker.stop()


@pytest.fixture
def worker(new_worker: Callable[..., Worker], redis_queue: str) -> Worker:
    """A real Celery worker with beat, on Redis, the test database and the SMTP server; kill(), restart(), output()."""
    return new_worker(REDIS_URL=redis_queue).start()


@pytest.fixture
def embedded_worker(new_worker: Callable[..., Worker]) -> Worker:
    """`manage.py work` on the queue of files."""
    return new_worker(embedded=True).start()


@pytest.fixture
def mailbox(mailoutbox: list[EmailMessage]) -> list[EmailMessage]:
    """The mails that the tests' own process sent, where no server is needed."""
    return mailoutbox


# --- The site and the browser ------------------------------------------------------------------------------------


@pytest.fixture
def site(live_server: LiveServer, settings: Any) -> LiveServer:
    """The site on the test database, in a thread of the tests' own process; `.url`, which SITE_URL follows."""
    settings.SITE_URL = live_server.url
    return live_server


@pytest.fixture
def served(transactional_db: None, settings: Any) -> Iterator[Server]:
    """The site as granian serves it, static files collected and compressed, in a process of its own; `.url`."""
    server = Server()
    settings.SITE_URL = server.url
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(_playwright: Playwright) -> Iterator[Browser]:
    """Chromium."""
    browser = chromium.launch(_playwright)
    yield browser
    browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """new_page(width=1280, height=800, language="en", javascript=True, **playwright's context options) -> Page.

    A request to another host, an error in a script or a breach of the Content-Security-Policy fails the test.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(
        *, width: int = 1280, height: int = 800, language: str = "en", javascript: bool = True, **options: Any
    ) -> Page:
        viewport = ViewportSize(width=width, height=height)
        context = browser.new_context(
            viewport=viewport, locale=language, java_script_enabled=javascript, **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: faults.extend(_foreign(request.url)))
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("console", lambda said: faults.extend(_breaches(said.text)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults, faults


def _foreign(url: str) -> list[str]:
    own = urlsplit(url).hostname in ("127.0.0.1", "localhost") or url.startswith(("data:", "blob:", "about:"))
    return [] if own else [f"request to another host: {url}"]


def _breaches(said: str) -> list[str]:
    return [said] if "Content Security Policy" in said or "Content-Security-Policy" in said else []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page of 1280 by 800 in English."""
    return new_page()


# --- People ------------------------------------------------------------------------------------------------------


class MemberClient(Client):
    """A client that is signed in as `user`, an owner of `coalition`."""

    user: User
    coalition: Coalition


@pytest.fixture
def member_client(db: None) -> MemberClient:
    """Signed in as `.user`, an owner of `.coalition`."""
    member = factories.make_member()
    client = MemberClient()
    client.user, client.coalition = member.user, member.coalition
    client.force_login(member.user)
    return client


@pytest.fixture
def stranger_client(db: None) -> MemberClient:
    """Signed in as an owner of another coalition than everybody else's."""
    member = factories.make_member()
    client = MemberClient()
    client.user, client.coalition = member.user, member.coalition
    client.force_login(member.user)
    return client
