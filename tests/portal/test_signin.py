"""Signing in, out, by a one-time link; the cookies, the forms, and what another site can't do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dagster_project.portal.desk import Desk
from tests.portal.signing import PASSWORD, add_user, browser, opened_desk, served, sign_in, token_in
from validators.catalogue import Catalogue


@pytest.fixture
def desk(tmp_path: Path, small_catalogue: Catalogue) -> Iterator[Desk]:
    with opened_desk(tmp_path, small_catalogue) as opened:
        add_user(opened, "wang", "viewer")
        yield opened


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with browser(address) as opened:
        yield opened


def test_nobody_sees_a_page_before_signing_in_and_is_brought_back_to_it_after(desk: Desk, client: httpx.Client) -> None:
    sent = client.get("/account?x=1")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/sign-in?next=/account%3Fx%3D1"
    page = client.get(sent.headers["location"])
    assert page.status_code == 200
    assert 'name="next" value="/account?x=1"' in page.text
    entered = sign_in(client, "wang", next="/account?x=1")
    assert (entered.status_code, entered.headers["location"]) == (303, "/account?x=1")
    account = client.get("/account")
    assert account.status_code == 200
    assert "王芳" in account.text


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(desk: Desk, client: httpx.Client) -> None:
    answers = [sign_in(client, "wang", "wrong password!"), sign_in(client, "nobody", "wrong password!")]
    assert [answer.status_code for answer in answers] == [401, 401]
    texts = [re.sub('value="[^"]*"', "", answer.text) for answer in answers]
    assert texts[0] == texts[1]
    assert "xushi_session" not in client.cookies
