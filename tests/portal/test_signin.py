"""Signing in, out, by a one-time link; the cookies, the forms, and what another site can't do. A real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dagster_project.identity.audit import Deed
from dagster_project.identity.permissions import Grant, Role
from dagster_project.identity.throttle import FREE_PER_ACCOUNT
from dagster_project.portal.desk import Desk
from dagster_project.portal.security.addresses import local_path
from tests.portal.signing import PASSWORD, add_user, browser, opened_desk, served, sign_in, token_in
from validators.catalogue import Catalogue

TLS = "https://portal.example.cn"
WRONG = "not the right password"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, small_catalogue: Catalogue) -> Iterator[Desk]:
    with opened_desk(tmp_path_factory.mktemp("signin"), small_catalogue) as opened:
        add_user(opened, "wang", "viewer")
        yield opened


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with browser(address) as opened:
        yield opened


def _set_cookies(answer: httpx.Response) -> dict[str, str]:
    """The attributes of the cookies that an answer sets, by name."""
    pairs = [header.partition("=") for header in answer.headers.get_list("set-cookie")]
    return {name: rest for name, _, rest in pairs}


def test_nobody_sees_a_page_before_signing_in_and_is_brought_back_to_it_after(client: httpx.Client) -> None:
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
    assert client.get("/sign-in?next=/account").headers["location"] == "/account"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: httpx.Client) -> None:
    answers = [sign_in(client, "wang", WRONG), sign_in(client, "nobody", WRONG)]
    assert [answer.status_code for answer in answers] == [401, 401]
    texts = [re.sub('value="[^"]*"', "", answer.text) for answer in answers]
    assert texts[0] == texts[1]
    assert "用户名或密码不对" in texts[0]
    assert "xushi_session" not in client.cookies


def test_who_guesses_is_told_to_wait(client: httpx.Client) -> None:
    for _ in range(FREE_PER_ACCOUNT):
        assert sign_in(client, "guessed", WRONG).status_code == 401
    refused = sign_in(client, "guessed", WRONG)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 15
    assert "1 分钟后再试" in refused.text


def test_the_session_cookie_is_for_the_server_alone_and_ends_with_the_browser(client: httpx.Client) -> None:
    cookies = _set_cookies(sign_in(client, "wang"))
    attributes = cookies["xushi_session"].casefold()
    assert "httponly" in attributes
    assert "samesite=strict" in attributes
    assert "path=/" in attributes
    assert "max-age" not in attributes
    assert "expires" not in attributes
    assert "secure" not in attributes, "a browser on the same machine has no TLS"


def test_signing_in_ends_the_session_that_somebody_may_have_planted(client: httpx.Client, address: str) -> None:
    with browser(address) as attacker:
        sign_in(attacker, "wang")
        planted = attacker.cookies["xushi_session"]
    token = token_in(client.get("/sign-in").text)
    client.cookies.set("xushi_session", planted)
    form = {"form_token": token_in(client.get("/account").text), "name": "wang", "password": PASSWORD}
    assert token
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 303
    new = _set_cookies(answer)["xushi_session"].partition(";")[0]
    assert new != planted
    with browser(address) as attacker:
        attacker.cookies.set("xushi_session", planted)
        assert attacker.get("/account").status_code == 303


def test_signing_out_ends_the_session_on_the_server(client: httpx.Client, address: str) -> None:
    sign_in(client, "wang")
    kept = client.cookies["xushi_session"]
    out = client.post("/sign-out", data={"form_token": token_in(client.get("/account").text)})
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    with browser(address) as thief:
        thief.cookies.set("xushi_session", kept)
        assert thief.get("/account").status_code == 303


@pytest.mark.parametrize("token", [None, "", "x", "é"])
def test_a_form_without_the_token_of_this_session_changes_nothing(client: httpx.Client, token: str | None) -> None:
    sign_in(client, "wang")
    form = {} if token is None else {"form_token": token}
    refused = client.post("/sign-out", data=form)
    assert refused.status_code == 403
    assert client.get("/account").status_code == 200


def test_a_form_of_another_session_or_from_before_the_sign_in_is_refused(client: httpx.Client, address: str) -> None:
    before = token_in(client.get("/sign-in").text)
    sign_in(client, "wang")
    with browser(address) as other:
        sign_in(other, "wang")
        theirs = token_in(other.get("/account").text)
    for token in (before, theirs):
        assert client.post("/sign-out", data={"form_token": token}).status_code == 403


def test_signing_in_needs_a_form_of_ours_too(client: httpx.Client) -> None:
    """Or another site could sign somebody in as somebody else, and see what they hand in."""
    form = {"name": "wang", "password": PASSWORD, "form_token": "x"}
    assert client.post("/sign-in", data=form).status_code == 403
    assert "xushi_session" not in client.cookies


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_what_another_site_sends_is_refused_before_it_is_read(client: httpx.Client, headers: dict[str, str]) -> None:
    sign_in(client, "wang")
    form = {"form_token": token_in(client.get("/account").text)}
    refused = client.post("/sign-out", data=form, headers=headers)
    assert refused.status_code == 403
    assert client.get("/account").status_code == 200


def test_what_our_own_pages_send_is_taken(client: httpx.Client, address: str) -> None:
    sign_in(client, "wang")
    form = {"form_token": token_in(client.get("/account").text)}
    headers = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/sign-out", data=form, headers=headers).status_code == 303


def test_a_large_body_of_nobody_is_refused(client: httpx.Client) -> None:
    said = client.post("/sign-in", data={"name": "x" * 100_000})
    assert said.status_code == 413

    def parts() -> Iterator[bytes]:
        yield b"name="
        for _ in range(20):
            yield b"x" * 10_000

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/sign-in", content=parts(), headers=headers).status_code == 413


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/\\evil.example", "https://evil.example", "evil", "", "/a\nb", "/sign-in", "/link/x"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(path: str) -> None:
    assert local_path(path) == "/"
    assert local_path("/uploads?state=pending") == "/uploads?state=pending"


def test_passwords_never_come_back_in_a_page(client: httpx.Client) -> None:
    assert WRONG not in sign_in(client, "wang2", WRONG).text
    named = sign_in(client, '"><script>alert(1)</script>', WRONG).text
    assert "<script>alert" not in named


def test_odd_fields_are_refused_politely(client: httpx.Client) -> None:
    token = token_in(client.get("/sign-in").text)
    for form in (
        {"form_token": token},
        {"form_token": token, "name": "a\0b", "password": "\0"},
        {"form_token": token, "name": "x" * 3000, "password": "y" * 3000},
        {"form_token": token, "name": "x" * 5000, "password": "y"},
    ):
        assert client.post("/sign-in", data=form).status_code in (400, 401)
    file = {"password": ("p.txt", b"bytes")}
    assert client.post("/sign-in", data={"form_token": token}, files=file).status_code == 400


# One-time links


def test_a_link_sets_the_password_and_signs_in_once(desk: Desk, client: httpx.Client, address: str) -> None:
    desk.identity.users.add("invited", "李敏", [], by="test")
    link = f"/link/{desk.identity.invite('invited', by='test').secret}"
    page = client.get(link)
    assert page.status_code == 200
    assert "李敏" in page.text
    assert page.headers["cache-control"] == "no-store"

    def send(password: str, again: str) -> httpx.Response:
        token = token_in(client.get(link).text)
        return client.post(link, data={"form_token": token, "password": password, "again": again})

    short, differ = send("short", "short"), send(PASSWORD, PASSWORD + "x")
    assert (short.status_code, differ.status_code) == (400, 400)
    assert "至少 12 个字符" in short.text
    assert "两次输入" in differ.text
    entered = send(PASSWORD, PASSWORD)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert client.get("/sign-in").status_code == 303
    with browser(address) as other:
        gone = other.get(link)
        assert gone.status_code == 410
        assert "已用过" in gone.text
        assert sign_in(other, "invited").status_code == 303


def test_a_made_up_link_says_no_more_than_an_old_one(client: httpx.Client) -> None:
    for secret in ("x", "x" * 43, "%00", "%F0%9F%98%80"):
        assert client.get(f"/link/{secret}").status_code == 410


# One's own account


def test_changing_the_password_signs_out_every_other_browser(desk: Desk, client: httpx.Client, address: str) -> None:
    add_user(desk, "changing", "uploader:trade")
    sign_in(client, "changing")
    with browser(address) as other:
        sign_in(other, "changing")

        def change(old: str, new: str) -> httpx.Response:
            form = {"form_token": token_in(client.get("/account").text), "old": old, "password": new, "again": new}
            return client.post("/account/password", data=form)

        assert "当前密码不对" in change(WRONG, "another good password").text
        assert change(PASSWORD, "changing2025").status_code == 400
        changed = change(PASSWORD, "another good password")
        assert changed.status_code == 303
        page = client.get(changed.headers["location"])
        assert "密码已修改" in page.text
        assert "报送" in page.text
        assert other.get("/account").status_code == 303
    deeds = [entry.action for entry in desk.identity.audit.entries(actor="changing")]
    assert deeds[:2] == [Deed.SIGN_IN, Deed.PASSWORD_CHANGED]


def test_pages_come_in_english(client: httpx.Client) -> None:
    assert "User name" in client.get("/sign-in?lang=en").text
    assert "The user name or the password is wrong" in sign_in(client, "wang3", WRONG).text


# Over TLS, and not


def test_over_tls_cookies_are_secure_and_no_other_host_can_set_them(tmp_path: Path, small_catalogue: Catalogue) -> None:
    with opened_desk(tmp_path, small_catalogue, portal_url=TLS) as desk, served(desk) as address:
        add_user(desk, "wang", "viewer")
        proxied = {"X-Forwarded-Proto": "https", "Host": "portal.example.cn", "Origin": TLS}
        with browser(address, **proxied) as client:
            page = client.get("/sign-in")
            form = _set_cookies(page)["__Host-xushi_form"]
            assert "secure" in form.casefold()
            assert "domain" not in form.casefold()
            fields = {"form_token": token_in(page.text), "name": "wang", "password": PASSWORD}
            # An own header, since httpx keeps secure cookies off this connection, as a browser would.
            cookie = {"Cookie": f"__Host-xushi_form={form.partition(';')[0]}"}
            entered = client.post("/sign-in", data=fields, headers=cookie)
            assert entered.status_code == 303
            session = _set_cookies(entered)["__Host-xushi_session"].casefold()
            assert all(word in session for word in ("secure", "httponly", "samesite=strict", "path=/"))
            assert "max-age" in entered.headers["strict-transport-security"]


def test_without_tls_nobody_on_another_machine_can_sign_in_unless_the_setting_says_so(
    tmp_path: Path, small_catalogue: Catalogue
) -> None:
    elsewhere = {"Host": "10.1.2.3:8300"}
    with (
        opened_desk(tmp_path / "a", small_catalogue) as desk,
        served(desk) as address,
        browser(address, **elsewhere) as client,
    ):
        page = client.get("/sign-in")
        assert page.status_code == 400
        assert "XUSHI_PORTAL_URL" in page.text
        assert "<form" not in page.text.partition("<main")[2]
    with (
        opened_desk(tmp_path / "b", small_catalogue, portal_url="http://10.1.2.3:8300") as desk,
        served(desk) as address,
        browser(address, **elsewhere) as client,
    ):
        add_user(desk, "wang", "viewer")
        client.cookies.jar.clear()
        page = client.get("/sign-in")
        assert page.status_code == 200
        assert "secure" not in _set_cookies(page)["xushi_form"].casefold()


# Tokens


def test_a_token_opens_the_api_and_forms_of_others_do_not_ride_on_it(desk: Desk, client: httpx.Client) -> None:
    made = desk.identity.tokens.add("erp", [Grant(Role.VIEWER)], by="test")
    bearer = {"Authorization": f"Bearer {made.secret}"}
    assert client.get("/api/v1/openapi.json").status_code == 401
    assert client.get("/api/v1/openapi.json", headers=bearer).status_code == 200
    assert client.get("/account", headers=bearer).status_code == 403, "a system has no account"
    sign_in(client, "wang")
    for wrong in ("Bearer nonsense", f"Basic {made.secret}", "Bearer", f"Bearer {made.secret}x"):
        answer = client.get("/api/v1/openapi.json", headers={"Authorization": wrong})
        assert answer.status_code == 401, "a session does not stand in for a wrong token"
        assert answer.headers["www-authenticate"].startswith("Bearer")
    desk.identity.tokens.revoke("erp", by="test")
    assert client.get("/api/v1/openapi.json", headers=bearer).status_code == 401


def test_the_audit_log_is_whole_after_all_that(desk: Desk) -> None:
    assert desk.identity.audit.verify().broken is None
