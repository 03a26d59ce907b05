"""Signing in with an identity provider: a real one on this machine, its pages filled in as a browser would."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from dagster_project.identity.audit import Deed
from dagster_project.portal.desk import Desk
from dagster_project.portal.security.provider import Provider
from dagster_project.settings import Settings
from tests.portal.signing import add_user, browser, opened_desk, served
from tests.servers.ports import free_port
from validators.catalogue import Catalogue
from validators.errors import XushiError


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider in a process of its own."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 60
            while not _answers(address):
                assert process.poll() is None, "the provider did not start"
                assert time.monotonic() < deadline, "the provider does not answer"
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/.well-known/openid-configuration", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def desk(issuer: str, tmp_path_factory: pytest.TempPathFactory, small_catalogue: Catalogue) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("provider")
    secret = home / "secret"
    secret.write_text("s3cret/with:signs\n")
    settings = {"oidc_issuer": issuer, "oidc_client_id": "xushi", "oidc_client_secret_file": secret}
    with opened_desk(home, small_catalogue, **settings) as opened:
        add_user(opened, "wang", "viewer")
        opened.identity.users.bind("wang", issuer, "subject-of-wang", by="test")
        yield opened


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with browser(address) as opened:
        yield opened


def _consent(asked: str, subject: str) -> str:
    """Fill in the provider's own page as `subject`; where it sends the browser then."""
    with httpx.Client(trust_env=False, timeout=60) as provider:
        assert provider.get(asked).status_code == 200
        return str(provider.post(asked, data={"sub": subject}).headers["location"])


def _through(client: httpx.Client, subject: str, start: str = "/sign-in/provider") -> httpx.Response:
    asked = client.get(start)
    assert asked.status_code == 303, asked.text
    return client.get(_consent(asked.headers["location"], subject))


def test_a_bound_subject_signs_in_and_gets_to_the_page_that_was_asked_for(desk: Desk, client: httpx.Client) -> None:
    assert "用统一身份登录" in client.get("/sign-in").text
    entered = _through(client, "subject-of-wang", "/sign-in/provider?next=/account")
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    cookie = next(one for one in entered.headers.get_list("set-cookie") if one.startswith("xushi_session="))
    assert "samesite=lax" in cookie.casefold(), "a strict one would not come along from the provider's page"
    assert "王芳" in client.get("/account").text
    entry = desk.identity.audit.entries(action=Deed.SIGN_IN)[0]
    assert (entry.actor, '"way":"provider"' in entry.details) == ("wang", True)


def test_an_unbound_subject_is_told_its_number_and_gets_no_further(client: httpx.Client) -> None:
    refused = _through(client, "wang")
    assert refused.status_code == 403
    assert "告诉管理员：wang" in refused.text
    assert client.get("/account").status_code == 303


def test_the_request_carries_a_state_a_nonce_and_a_challenge_and_no_secret(client: httpx.Client) -> None:
    asked = parse_qs(urlsplit(client.get("/sign-in/provider").headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert "s3cret" not in str(asked)
    again = parse_qs(urlsplit(client.get("/sign-in/provider").headers["location"]).query)
    assert asked["state"] != again["state"]


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(client: httpx.Client, address: str) -> None:
    asked = client.get("/sign-in/provider").headers["location"]
    answer = _consent(asked, "subject-of-wang")
    with browser(address) as victim:
        assert victim.get(answer).status_code == 400, "no sign-in was begun there"
        victim.get("/sign-in/provider")
        assert victim.get(answer).status_code == 400, "another one was"
        assert victim.get("/account").status_code == 303
    assert client.get(answer).status_code == 303
    assert client.get(answer).status_code == 400, "an answer is good once"


def test_a_wrong_code_and_a_refusal_of_the_provider_are_said_in_words(client: httpx.Client) -> None:
    for query in ("code=made-up", "error=access_denied", ""):
        state = parse_qs(urlsplit(client.get("/sign-in/provider").headers["location"]).query)["state"][0]
        answer = client.get(f"/sign-in/provider/back?state={state}&{query}")
        assert answer.status_code == 502
        assert "统一身份平台未能完成登录" in answer.text


def test_a_one_time_link_binds_the_identity_instead_of_a_password(desk: Desk, client: httpx.Client) -> None:
    desk.identity.users.add("li", "李敏", [], by="test")
    secret = desk.identity.invite("li", by="test").secret
    assert f"/sign-in/provider?link={secret}" in client.get(f"/link/{secret}").text
    entered = _through(client, "subject-of-li", f"/sign-in/provider?link={secret}")
    assert entered.status_code == 303
    assert "李敏" in client.get("/account").text
    assert client.get(f"/link/{secret}").status_code == 410
    account = desk.identity.users.find("li")
    assert account is not None
    assert (account.subject, account.password_hash) == ("subject-of-li", None)
    assert _through(client, "subject-of-li").status_code == 303


def test_a_link_does_not_take_over_an_identity_that_is_somebody_elses(desk: Desk, client: httpx.Client) -> None:
    desk.identity.users.add("zhao", "", [], by="test")
    secret = desk.identity.invite("zhao", by="test").secret
    refused = _through(client, "subject-of-wang", f"/sign-in/provider?link={secret}")
    assert refused.status_code == 403
    assert "已绑定另一用户" in refused.text
    assert client.get(f"/link/{secret}").status_code == 200, "it can still be used"


def test_a_provider_that_is_away_leaves_the_password_form(tmp_path: Path, small_catalogue: Catalogue) -> None:
    settings = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "xushi"}
    with (
        opened_desk(tmp_path, small_catalogue, **settings) as desk,
        served(desk) as address,
        browser(address) as client,
    ):
        away = client.get("/sign-in/provider")
        assert away.status_code == 502
        assert 'name="password"' in away.text


def test_a_provider_that_calls_itself_otherwise_is_not_trusted(issuer: str) -> None:
    other = issuer + "/"  # another issuer, letter by letter, as the standard compares them
    with pytest.raises(XushiError, match="calls itself"):
        Provider(other, "xushi", None).address(back="http://x/", state="s", nonce="n", verifier="v" * 43)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"oidc_issuer": "https://id.example"}, "XUSHI_OIDC_CLIENT_ID"),
        ({"oidc_issuer": "http://id.example", "oidc_client_id": "x"}, "https"),
        (
            {"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_client_secret_file": "/none"},
            "XUSHI_OIDC_CLIENT_SECRET_FILE",
        ),
    ],
)
def test_settings_that_can_not_work_are_refused_at_the_start(settings: dict[str, str], says: str) -> None:
    with pytest.raises(XushiError, match=says):
        Provider.of(Settings(**settings))
    assert Provider.of(Settings()) is None
