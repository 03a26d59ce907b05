"""Asking a web server, for every connector that does: tries again what may pass, ends what would not.

Belongs here: tries and waits, limits of time and size, redirects, and which failure is of which kind. Does not belong
here: what an answer means (`http.py`, `nbs.py`, `sdmx.py`). Certificates are always verified; an authority of one's own
is added with `ca_bundle`. Nothing raised here holds a credential, nor does its cause: the errors of the HTTP library
may repeat headers and addresses, so none of them is chained.
"""

from __future__ import annotations

import logging
import ssl
import threading
from contextlib import suppress
from types import TracebackType
from typing import NoReturn, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from dagster_project.sources import web_words
from dagster_project.sources.web_connections import Connections, Timing, retry_after, same_server, trust
from dagster_project.sources.web_request import Answer, Ask, WebOptions
from validators.errors import SourceRefusedError, SourceUnavailableError

# These write whole addresses and headers of answers into whatever log there is; a query may hold a token.
for _talker in ("httpx", "httpcore"):
    logging.getLogger(_talker).setLevel(logging.WARNING)

_LATER = frozenset({408, 425, 429})
_ERROR_PAGE_BYTES = 65536
_ADVICE = {
    401: ("，请核对令牌或密码", ": check the token or password"),
    403: ("，没有权限或被防火墙拦截", ": no permission, or a firewall's rule"),
    404: ("，请核对网址", ": check the URL"),
}


class _AgainError(Exception):
    """A try that failed in a way that may pass."""

    def __init__(self, zh: str, en: str, retry_after: float | None = None) -> None:
        self.zh, self.en, self.retry_after = zh, en, retry_after
        super().__init__(en)


class HttpClient:
    """Asks on behalf of one source, one request after the other; keeps its connections and cookies until closed.

    `source` is how errors name it. SourceOptionsError where the CA bundle can't be read."""

    def __init__(self, source: str, options: WebOptions, *, max_bytes: int, timing: Timing | None = None) -> None:
        self._source, self._options, self._max_bytes = source, options, max_bytes
        self._timing = timing or Timing()
        self._connections = Connections()
        self._client = httpx.Client(
            verify=trust(options.ca_bundle),
            timeout=httpx.Timeout(options.read_seconds, connect=min(options.read_seconds, 15.0)),
            headers={"User-Agent": "xushi", "Accept-Encoding": "gzip, deflate"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def fetch(self, ask: Ask) -> Answer:
        """The answer. SourceUnavailableError for what may pass: no connection, time-out, reset, 429, 5xx, an HTML page
        of a firewall or a login. SourceRefusedError for what won't: other 4xx, a certificate that can't be trusted, too
        many bytes, a redirect that is not followed."""
        deadline = self._timing.monotonic() + self._options.total_seconds
        backoff = wait_exponential_jitter(initial=1, max=30, jitter=1)
        enough = stop_after_attempt(self._options.tries)

        def wait(state: RetryCallState) -> float:
            failed = state.outcome.exception() if state.outcome else None
            asked = failed.retry_after if isinstance(failed, _AgainError) else None
            return backoff(state) if asked is None else asked

        def stop(state: RetryCallState) -> bool:
            return enough(state) or self._timing.monotonic() + state.upcoming_sleep >= deadline

        tries = Retrying(
            sleep=self._timing.sleep, wait=wait, stop=stop, retry=retry_if_exception_type(_AgainError), reraise=True
        )
        try:
            return tries(self._try, ask, deadline)
        except _AgainError as error:
            zh, en, after = error.zh, error.en, error.retry_after
        raise SourceUnavailableError(self._source, zh, en, retry_after=after)

    def _try(self, ask: Ask, deadline: float) -> Answer:
        """One try, ended when it takes longer. What the HTTP library raises becomes an error of our own, raised once
        the handling of it has ended, so that it is no context."""
        where = web_words.place(ask.url)
        self._connections.ended = False
        timer = threading.Timer(max(deadline - self._timing.monotonic(), 0.001), self._connections.end)
        timer.daemon = True
        timer.start()
        raised: Exception
        try:
            return self._follow(ask)
        except (httpx.InvalidURL, UnicodeError, httpx.UnsupportedProtocol, httpx.LocalProtocolError):
            raised = SourceRefusedError(
                self._source,
                f"{where} 的网址或请求头含有不合法的字符，请核对选项与密钥",
                "the URL or a header holds characters that are not allowed; check the options and the secrets",
            )
        except (httpx.HTTPError, OSError) as error:
            raised = self._failed(error, where)
        finally:
            timer.cancel()
        raise raised

    def _follow(self, ask: Ask) -> Answer:
        """One try, through its redirects."""
        url = httpx.URL(ask.url).copy_merge_params(dict(ask.params)) if ask.params else httpx.URL(ask.url)
        if url.scheme not in ("http", "https") or not url.host:
            raise SourceRefusedError(
                self._source, f"网址 {web_words.place(url)} 不是 http(s) 地址", "the URL is no http(s) address"
            )
        asked, method, body, headers = url, ask.method, ask.body, dict(ask.headers)
        for _ in range(self._options.redirects + 1):
            request = self._client.build_request(
                method, url, content=body, headers=headers, extensions={"trace": self._connections.note}
            )
            response = self._client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return self._answer(ask, asked, request, response)
                target = url.join(response.headers["Location"])
                if not same_server(url, target):
                    self._check_foreign(url, target, body)
                    headers = {
                        name: value for name, value in headers.items() if name.lower() in web_words.PLAIN_HEADERS
                    }
                    target = target.copy_with(username=None, password=None)
                if response.status_code == 303 or (response.status_code in (301, 302) and method == "POST"):
                    method, body = "GET", None
                url = target
            finally:
                response.close()
        raise SourceRefusedError(
            self._source,
            f"{web_words.place(asked)} 跳转超过 {self._options.redirects} 次，请核对网址",
            f"it redirects more than {self._options.redirects} times; check the URL",
        )

    def _check_foreign(self, url: httpx.URL, target: httpx.URL, body: bytes | None) -> None:
        """SourceRefusedError for a redirect to another server that is not to be followed."""
        there = web_words.place(target)
        if target.scheme not in ("http", "https") or (url.scheme == "https" and target.scheme != "https"):
            zh, en = "不加密的地址", "an address without TLS"
        elif body is not None:
            zh, en = "其他服务器（请求带有内容，不转发）", "another server, to which the request's body is not sent"
        else:
            return
        raise SourceRefusedError(
            self._source,
            f"{web_words.place(url)} 跳转到{zh}：{there}，未跟随；如确属该来源，请改用新网址",
            f"it redirects to {en}: not followed; if that is where the source has moved, change the URL",
        )

    def _answer(self, ask: Ask, asked: httpx.URL, request: httpx.Request, response: httpx.Response) -> Answer:
        status = response.status_code
        kept = {name: response.headers[name] for name in web_words.KEPT_HEADERS if name in response.headers}
        origin = web_words.origin(asked)
        if web_words.place(request.url) != web_words.place(asked):
            origin += f" -> {web_words.place(request.url)}"
        if status == 304 or status in ask.answers:
            return Answer(status, b"", origin, kept)
        if not response.is_success:
            self._refuse(request, response)
        content = self._body(request, response)
        if not ask.page and web_words.is_page(content, kept.get("Content-Type", "")):
            zh, en = _titled(web_words.title(content, kept.get("Content-Type", "")), _secrets(request))
            raise SourceUnavailableError(
                self._source,
                f"{web_words.place(request.url)} 返回网页而非数据{zh}，可能是防火墙或登录页，稍后重试",
                f"it answered with a web page instead of data{en}: a firewall or a login page",
            )
        return Answer(status, content, origin, kept)

    def _body(self, request: httpx.Request, response: httpx.Response) -> bytes:
        """The whole body; SourceRefusedError as soon as it is more than the limit."""
        said = response.headers.get("Content-Length", "")
        parts: list[bytes] = []
        size = int(said) if said.isdigit() else 0
        if size <= self._max_bytes:
            size = 0
            for part in response.iter_bytes():
                size += len(part)
                if size > self._max_bytes:
                    break
                parts.append(part)
            else:
                if self._connections.ended:  # without a length, a connection that was broken off looks complete
                    raise httpx.ReadTimeout("ended")
                return b"".join(parts)
        raise SourceRefusedError(
            self._source,
            f"{web_words.place(request.url)} 的内容超过 {self._max_bytes:,} 字节上限，已中止下载",
            f"the answer is larger than the limit of {self._max_bytes:,} bytes; the download was ended",
        )

    def _refuse(self, request: httpx.Request, response: httpx.Response) -> NoReturn:
        status, where = response.status_code, web_words.place(request.url)
        page = b""
        with suppress(httpx.HTTPError):
            for part in response.iter_bytes():
                page += part
                if len(page) >= _ERROR_PAGE_BYTES:
                    break
        named_zh, named_en = _titled(web_words.title(page), _secrets(request))
        if status in _LATER or status >= 500:
            after = retry_after(response, self._timing.now())
            zh, en = f"{where} 暂不可用（HTTP {status}）{named_zh}", f"it is not available (HTTP {status}){named_en}"
            if after is not None and after > self._options.longest_wait_seconds:
                raise SourceUnavailableError(
                    self._source,
                    f"{zh}，对方要求 {after:.0f} 秒后再来",
                    f"{en} and wants to be asked again in {after:.0f} s",
                    retry_after=after,
                )
            raise _AgainError(zh, en, after)
        zh, en = _ADVICE.get(status, ("，请核对请求", ": check the request"))
        raise SourceRefusedError(
            self._source, f"{where} 拒绝了请求（HTTP {status}）{named_zh}{zh}", f"refused (HTTP {status}){named_en}{en}"
        )

    def _failed(self, error: Exception, where: str) -> Exception:
        if self._connections.ended:
            return SourceUnavailableError(
                self._source,
                f"{where} 在 {self._options.total_seconds:g} 秒内未传完",
                f"not complete after {self._options.total_seconds:g} s; it is too slow",
            )
        cause: BaseException | None = error
        reason = ""
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return SourceRefusedError(
                    self._source,
                    f"{where} 的证书不可信（{cause.verify_message}）；若为自建证书，请用 ca_bundle 指定根证书",
                    f"its certificate can't be trusted ({cause.verify_message}); give a private authority as ca_bundle",
                )
            if isinstance(cause, OSError) and cause.strerror:
                reason = cause.strerror
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.TimeoutException):
            return _AgainError(f"{where} 超时未响应", "no answer in time")
        if isinstance(error, httpx.ConnectError):
            return _AgainError(f"无法连接 {where}（{reason}）", f"can't connect ({reason or 'no reason given'})")
        return _AgainError(f"{where} 的连接中断", f"the connection broke off ({reason or type(error).__name__})")


def _secrets(request: httpx.Request) -> list[str]:
    return web_words.secrets_of(request.url, request.headers)


def _titled(title: str, secrets: list[str]) -> tuple[str, str]:
    clean = web_words.scrubbed(title, secrets)
    return (f"“{clean}”", f" {clean!r}") if clean else ("", "")
