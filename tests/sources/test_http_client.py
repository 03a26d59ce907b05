"""What becomes of a request when the server, the network or what stands between them misbehaves."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from dagster_project.sources.http_client import HttpClient
from dagster_project.sources.web_connections import Timing
from dagster_project.sources.web_request import Answer, Ask, WebOptions
from tests.servers.mail import wait_until
from tests.servers.ports import free_port
from tests.servers.web import (
    Behaviour,
    Exchange,
    Web,
    answer,
    drip,
    drip_headers,
    end_half_way,
    endless,
    redirect,
    reset_half_way,
    silence,
    web,
)
from validators.errors import SourceError, SourceOptionsError, SourceRefusedError, SourceUnavailableError

TOKEN = "tok-5f2a9c81d7"
SECRETS = (("Authorization", f"Bearer {TOKEN}"), ("Accept", "application/json"))


class Waits:
    """Notes the waits instead of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    @property
    def timing(self) -> Timing:
        return Timing(sleep=self.seconds.append, now=lambda: datetime(2026, 4, 1, 12, tzinfo=UTC))


def fetch(ask: Ask, waits: Waits | None = None, max_bytes: int = 100_000, **options: object) -> Answer:
    given = WebOptions.model_validate(options)
    with HttpClient("retail_sales/bureau", given, max_bytes=max_bytes, timing=(waits or Waits()).timing) as client:
        return client.fetch(ask)


def failure(ask: Ask, waits: Waits | None = None, max_bytes: int = 100_000, **options: object) -> SourceError:
    """The error that the request ends in; no secret is in it, nor in anything that a traceback would show."""
    with pytest.raises(SourceError) as caught:
        fetch(ask, waits, max_bytes, **options)
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in str(error) + repr(error)
        error = error.__cause__ or error.__context__
    assert str(caught.value).startswith("retail_sales/bureau: ")
    return caught.value


def test_an_answer_has_its_bytes_its_origin_and_the_headers_worth_keeping(server: Web) -> None:
    url = server.tell("/data", answer(b'{"a": 1}', ETag='"v1"', Set_Cookie=f"session={TOKEN}", X_Request="17"))
    found = fetch(Ask(url, params=(("year", "2026"), ("access_token", TOKEN)), headers=SECRETS))
    assert (found.status, found.content) == (200, b'{"a": 1}')
    assert found.origin == f"{url}?year=2026&access_token=***"
    assert set(found.headers) == {"Content-Type", "Date", "ETag"}
    assert server.asked[0].query == {"year": "2026", "access_token": TOKEN}


def test_a_refused_connection_is_tried_again_and_then_unavailable() -> None:
    waits = Waits()
    error = failure(Ask(f"http://user:{TOKEN}@127.0.0.1:{free_port()}/data"), waits)
    assert isinstance(error, SourceUnavailableError)
    assert "Connection refused" in error.en
    assert len(waits.seconds) == 3
    assert 1 <= waits.seconds[0] < waits.seconds[1] < waits.seconds[2]


@pytest.mark.parametrize("broken", [reset_half_way, end_half_way])
def test_what_breaks_off_half_way_is_tried_again_and_the_whole_answer_taken(server: Web, broken: Behaviour) -> None:
    waits = Waits()
    url = server.tell("/data", broken, answer(b"[1]"))
    assert fetch(Ask(url), waits).content == b"[1]"
    assert len(waits.seconds) == 1


def test_resets_without_end_are_unavailable_and_nothing_half_is_handed_over(server: Web) -> None:
    error = failure(Ask(server.tell("/data", reset_half_way), headers=SECRETS))
    assert isinstance(error, SourceUnavailableError)
    assert "连接中断" in error.zh
    assert len(server.asked) == 4


def test_three_errors_of_the_server_then_an_answer_is_an_answer(server: Web) -> None:
    waits = Waits()
    url = server.tell("/data", *[answer(b"oops", status=500)] * 3, answer(b"[2]"))
    assert fetch(Ask(url), waits).content == b"[2]"
    assert len(waits.seconds) == 3


def test_a_server_that_keeps_failing_is_unavailable(server: Web) -> None:
    page = answer(f"<html><title>502 {TOKEN} </title></html>", status=502, media_type="text/html")
    error = failure(Ask(server.tell("/data", page), headers=SECRETS))
    assert isinstance(error, SourceUnavailableError)
    assert "HTTP 502" in error.zh
    assert "502 ***" in error.en


def test_retry_after_in_seconds_is_waited_for(server: Web) -> None:
    waits = Waits()
    url = server.tell("/data", answer(b"", status=429, Retry_After="7"), answer(b"[3]"))
    assert fetch(Ask(url), waits).content == b"[3]"
    assert waits.seconds == [7.0]


def test_retry_after_as_a_date_is_measured_by_the_servers_own_clock(server: Web) -> None:
    waits = Waits()

    def busy(exchange: Exchange) -> None:
        exchange.write(
            b"HTTP/1.1 503 Busy\r\nDate: Wed, 01 Apr 2020 00:00:00 GMT\r\n"
            b"Retry-After: Wed, 01 Apr 2020 00:00:30 GMT\r\nContent-Length: 0\r\n\r\n"
        )

    assert fetch(Ask(server.tell("/data", busy, answer(b"[4]"))), waits).content == b"[4]"
    assert waits.seconds == [30.0]


def test_a_longer_retry_after_than_the_limit_is_handed_on_without_waiting(server: Web) -> None:
    waits = Waits()
    error = failure(Ask(server.tell("/data", answer(b"", status=429, Retry_After="3600"))), waits)
    assert isinstance(error, SourceUnavailableError)
    assert error.retry_after == 3600
    assert "3600" in error.zh
    assert (waits.seconds, len(server.asked)) == ([], 1)


@pytest.mark.parametrize("slow", [drip, drip_headers], ids=["body", "headers"])
def test_a_slow_drip_ends_with_the_time_limit(server: Web, slow: Behaviour) -> None:
    url = server.tell("/data", slow)
    error = failure(Ask(url, headers=SECRETS), total_seconds=0.4, read_seconds=5)
    assert isinstance(error, SourceUnavailableError)
    assert "0.4 秒内未传完" in error.zh


def test_a_time_limit_that_is_over_before_the_connection_is_there_ends_it_all_the_same(server: Web) -> None:
    late = iter([0.0])
    timing = Timing(sleep=lambda seconds: None, monotonic=lambda: next(late, 1000.0))
    url, options = server.tell("/data", drip), WebOptions(total_seconds=5)
    with (
        HttpClient("retail_sales/bureau", options, max_bytes=1000, timing=timing) as client,
        pytest.raises(SourceUnavailableError, match="5 秒内未传完"),
    ):
        client.fetch(Ask(url))


def test_silence_is_a_time_out_that_is_tried_again(server: Web) -> None:
    error = failure(Ask(server.tell("/data", silence)), tries=2, read_seconds=0.2)
    assert isinstance(error, SourceUnavailableError)
    assert "超时" in error.zh
    wait_until(lambda: len(server.asked) == 2, "the second try, which a busy server may read late")


def test_a_page_that_grows_for_ever_is_refused_at_the_limit(server: Web) -> None:
    error = failure(Ask(server.tell("/data", endless)), max_bytes=50_000)
    assert isinstance(error, SourceRefusedError)
    assert "50,000" in error.zh
    assert len(server.asked) == 1


def test_an_announced_size_beyond_the_limit_is_refused_before_it_is_read(server: Web) -> None:
    error = failure(Ask(server.tell("/data", answer(b"x" * 2000))), max_bytes=1000)
    assert isinstance(error, SourceRefusedError)


def test_a_small_answer_that_unpacks_beyond_the_limit_is_refused(server: Web) -> None:
    packed = gzip.compress(b"0" * 5_000_000)
    assert len(packed) < 50_000
    error = failure(Ask(server.tell("/data", answer(packed, Content_Encoding="gzip"))), max_bytes=50_000)
    assert isinstance(error, SourceRefusedError)
    assert fetch(Ask(server.tell("/data", answer(gzip.compress(b"[8]"), Content_Encoding="gzip")))).content == b"[8]"


def test_a_login_page_instead_of_data_is_unavailable_and_named(server: Web) -> None:
    page = answer(
        f"<!DOCTYPE html><html><title>统一\n 登录 {TOKEN}</title>".encode("gb18030"),
        media_type="text/html; charset=gbk",
    )
    error = failure(Ask(server.tell("/data", page), headers=SECRETS))
    assert isinstance(error, SourceUnavailableError)
    assert "“统一 登录 ***”" in error.zh


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_what_the_server_refuses_is_not_tried_again(server: Web, status: int) -> None:
    error = failure(Ask(server.tell("/data", answer(b"", status=status)), headers=SECRETS))
    assert isinstance(error, SourceRefusedError)
    assert f"HTTP {status}" in error.zh
    assert len(server.asked) == 1


def test_a_status_that_counts_as_an_answer_is_one(server: Web) -> None:
    assert fetch(Ask(server.tell("/data", answer(b"no", status=404)), answers=(404,))).status == 404


def test_a_redirect_loop_ends_and_is_refused(server: Web) -> None:
    url = server.tell("/data", redirect("/data"))
    error = failure(Ask(url), redirects=3)
    assert isinstance(error, SourceRefusedError)
    assert "3" in error.zh
    assert len(server.asked) == 4


def test_credentials_stay_behind_when_another_server_is_redirected_to(server: Web) -> None:
    with web(host="localhost") as other:
        to = other.tell("/elsewhere", answer(b"[5]"))
        url = server.tell("/data", redirect(to)).replace("http://", f"http://user:{TOKEN}@")
        headers = (*SECRETS, ("X-Api-Key", TOKEN), ("Cookie", f"sid={TOKEN}"))
        found = fetch(Ask(url, headers=headers, params=(("token", TOKEN),)))
    assert found.content == b"[5]"
    assert found.origin.endswith(f" -> {to}")
    assert TOKEN not in found.origin
    assert TOKEN in str(server.asked[0].headers)
    assert TOKEN not in str(other.asked[0])
    assert other.asked[0].headers["accept"] == "application/json"


def test_a_body_is_not_sent_on_to_another_server(server: Web) -> None:
    with web(host="localhost") as other:
        url = server.tell("/data", redirect(other.tell("/elsewhere", answer(b"[5]")), status=307))
        error = failure(Ask(url, method="POST", body=TOKEN.encode()))
    assert isinstance(error, SourceRefusedError)
    assert "localhost" in error.zh
    assert other.asked == []


def test_cookies_of_a_firewall_are_given_back_on_the_redirect_that_sets_them(server: Web) -> None:
    def challenge(exchange: Exchange) -> None:
        exchange.head(307, {"Location": "/data", "Set-Cookie": "waf=1", "Content-Length": "0"})

    found = fetch(Ask(server.tell("/data", challenge, answer(b"[6]")), method="POST", body=b"{}"))
    assert found.content == b"[6]"
    assert server.asked[1].headers["cookie"] == "waf=1"
    assert (server.asked[1].method, server.asked[1].body) == ("POST", b"{}")


def test_a_token_that_can_not_stand_in_a_header_is_refused_without_being_shown(server: Web) -> None:
    for token in (f"{TOKEN}\nX-Other: 1", f"{TOKEN}–"):
        error = failure(Ask(server.tell("/data", answer(b"[]")), headers=(("Authorization", token),)))
        assert isinstance(error, SourceRefusedError)


@pytest.mark.parametrize("url", ["ftp://host/file", "host/file", "http://host:port/"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    assert isinstance(failure(Ask(url)), SourceRefusedError)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Web]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with web(tls=context, host="localhost") as state:
        yield state


def test_a_certificate_of_an_unknown_authority_is_refused_at_once(secure: Web) -> None:
    error = failure(Ask(secure.tell("/data", answer(b"[]")), headers=SECRETS))
    assert isinstance(error, SourceRefusedError)
    assert "证书不可信" in error.zh
    assert "ca_bundle" in error.en
    assert secure.asked == []


def test_a_certificate_of_an_authority_of_ones_own_is_trusted_for_its_name_alone(
    secure: Web, authority: trustme.CA, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    url = secure.tell("/data", answer(b"[7]"))
    assert fetch(Ask(url), ca_bundle=bundle).content == b"[7]"
    error = failure(Ask(url.replace("localhost", "127.0.0.1")), ca_bundle=bundle)
    assert isinstance(error, SourceRefusedError)
    assert "证书不可信" in error.zh


def test_a_redirect_from_https_to_http_is_refused(
    secure: Web, server: Web, authority: trustme.CA, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    url = secure.tell("/data", redirect(server.tell("/data", answer(b"[]"))))
    error = failure(Ask(url, headers=SECRETS), ca_bundle=bundle)
    assert isinstance(error, SourceRefusedError)
    assert "不加密" in error.zh
    assert server.asked == []


def test_a_slow_drip_over_tls_ends_too(secure: Web, authority: trustme.CA, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    error = failure(Ask(secure.tell("/data", drip)), ca_bundle=bundle, total_seconds=0.5)
    assert isinstance(error, SourceUnavailableError)
    assert "0.5 秒内未传完" in error.zh


def test_a_bundle_that_can_not_be_read_is_a_wrong_option(tmp_path: Path) -> None:
    with pytest.raises(SourceOptionsError, match="ca_bundle"):
        fetch(Ask("https://localhost/"), ca_bundle=tmp_path / "none.pem")
