"""A desk with users, and browsers that sign in at it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import httpx
import uvicorn

from dagster_project.identity.identity import Identity
from dagster_project.identity.permissions import Grant
from dagster_project.portal.app import create_app
from dagster_project.portal.desk import Desk
from dagster_project.portal.security.session_guard import SessionGuard
from dagster_project.settings import Settings
from dagster_project.store import Store
from tests.identity.conftest import cheap_passwords
from validators.catalogue import Catalogue

PASSWORD = "correct horse battery staple"
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading who is to be trusted takes a browser longer than a page


def _today() -> datetime:
    return datetime.now(UTC)


@contextmanager
def opened_desk(
    home: Path, catalogue: Catalogue, *, now: Callable[[], datetime] = _today, wait_seconds: float = 30, **settings: Any
) -> Iterator[Desk]:
    """A desk on SQLite in `home`, whose passwords cost little to check. `now` is its clock; `wait_seconds` is how long
    those who write wait for each other."""
    chosen = Settings(home=home, **settings)
    with Store.open(chosen.store_url, wait_seconds=wait_seconds) as store:
        guard = SessionGuard(Identity(store, now, cheap_passwords()), chosen)
        desk = Desk.of(chosen, catalogue, store, now=now, guard=guard)
        yield desk


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """A real server of the desk on a free port, and its address."""
    config = uvicorn.Config(create_app(desk), port=0, log_level="error", lifespan="on", access_log=False)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the portal did not start")
            sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def browser(address: str, **headers: str) -> httpx.Client:
    """A browser of its own, which follows no redirect by itself."""
    return httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=60, verify=_NO_TLS)


def add_user(desk: Desk, name: str, *roles: str, display: str = "王芳") -> None:
    """A user with PASSWORD and roles such as uploader:trade."""
    guard = desk.guard
    assert isinstance(guard, SessionGuard)
    guard.identity.users.add(name, display, [Grant.parse(role) for role in roles], by="test")
    link = guard.identity.invite(name, by="test")
    assert guard.identity.links.set_password(link.secret, PASSWORD) is not None


def sign_in(client: httpx.Client, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
    """Fill in the form and send it."""
    form = {"form_token": token_in(client.get("/sign-in").text), "name": name, "password": password, **fields}
    return client.post("/sign-in", data=form)


def token_in(page: str) -> str:
    """What the first form of a page carries."""
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]
