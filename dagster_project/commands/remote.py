"""The desk of another machine: handing in by its API, with a token.

Belongs here: one request for one file, and what each way of failing means. Does not belong here: what is printed of an
outcome (`upload.py`), the API itself (`portal.api`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from dagster_project.intake import Outcome, State
from dagster_project.portal.api.answers import ChangeAnswer, FindingAnswer, OutcomeAnswer, PartAnswer, Refusal
from dagster_project.settings import Settings
from dagster_project.store import Change
from validators.errors import PortalRefusedError, PortalUnavailableError
from validators.findings import Finding, Report, Severity

TOKEN, TOKEN_FILE = "XUSHI_TOKEN", "XUSHI_TOKEN_FILE"
_PATH = "/api/v1/uploads"
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_TIMEOUT = httpx.Timeout(10.0, read=300.0, write=60.0)  # a large table takes its time to be read there


@dataclass(frozen=True)
class Portal:
    """A portal that answers at `address`."""

    address: str
    client: httpx.Client

    def submit(self, file: Path, name: str, said: Mapping[str, str], *, dry_run: bool) -> Outcome:
        """Hand in one file; `said` are fields of the API's form. PortalRefusedError, PortalUnavailableError."""
        fields = {**said, "dry_run": "true" if dry_run else "false"}
        try:
            with file.open("rb") as content:
                answer = self.client.post(_PATH, data=fields, files={"file": (name, content)})
        except httpx.TimeoutException as error:
            raise PortalUnavailableError(
                self.address,
                "没有按时应答；文件可能已收到，可放心重试",
                "no answer in time; the file may have arrived all the same, and trying again is safe",
            ) from error
        except httpx.TransportError as error:
            raise PortalUnavailableError(self.address, *_no_connection(error)) from error
        if answer.status_code in (200, 201):
            try:
                return outcome_of(OutcomeAnswer.model_validate_json(answer.content))
            except ValidationError as error:
                raise _stranger(self.address, answer) from error
        raise self._refusal(name, answer)

    def _refusal(self, name: str, answer: httpx.Response) -> PortalRefusedError | PortalUnavailableError:
        status = answer.status_code
        if answer.is_redirect:
            place = answer.headers.get("Location", "?")
            return PortalRefusedError(
                self.address,
                f"要求转到 {place}；请直接给出该地址",
                f"it sends us on to {place}; give that address itself",
                whole=True,
            )
        try:
            words = Refusal.model_validate_json(answer.content).message
        except ValidationError:
            if status in (502, 503, 504):
                return PortalUnavailableError(self.address, f"HTTP {status}", "what stands before it says it is away")
            return _stranger(self.address, answer)
        if status == 401:
            return PortalRefusedError(
                self.address,
                f"令牌无效、已过期或已撤销（{TOKEN}、{TOKEN_FILE}）；请管理员用 xushi token add 另发",
                f"the token in {TOKEN} or {TOKEN_FILE} is no good (any more); an administrator makes one with "
                "`xushi token add`",
                whole=True,
            )
        if status == 403:
            return PortalRefusedError(
                self.address,
                f"{name}：令牌没有报送这份表所含数据集的权限",
                f"{name}: the token may not hand in (all of) the datasets in this file. It says: {words}",
            )
        if status in (429, 503):
            return PortalUnavailableError(self.address, f"HTTP {status}", words)
        return PortalRefusedError(self.address, f"{name}：HTTP {status}", f"{name}: {words}")


@contextmanager
def portal(server: str) -> Iterator[Portal]:
    """The portal at an address, with the token that the environment names. PortalRefusedError, before anything is sent,
    where there is no token, or it would travel readable for everybody on the way."""
    address = server.rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PortalRefusedError(
            server, "不是网址，应写作 https://主机:端口", "no address; write https://host:port", whole=True
        )
    if parts.username or parts.password:
        raise PortalRefusedError(
            f"{parts.scheme}://{parts.hostname}",
            f"网址中不要写用户或密码；令牌放在 {TOKEN} 或 {TOKEN_FILE}",
            f"no user or password in the address; the token is read from {TOKEN} or {TOKEN_FILE}",
            whole=True,
        )
    expected = (Settings().portal_url or "").rstrip("/")
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE and address != expected:
        raise PortalRefusedError(
            address,
            "http 不加密，令牌会被途中看到；请用 https，或把 XUSHI_PORTAL_URL 设为此地址以示知晓",
            "http is not encrypted, and anybody on the way could read the token; use https, or set XUSHI_PORTAL_URL "
            "to this address to say that this is known",
            whole=True,
        )
    headers = {"Authorization": f"Bearer {_token(address)}", "Accept": "application/json"}
    with httpx.Client(base_url=address, headers=headers, timeout=_TIMEOUT) as client:
        yield Portal(address, client)


def outcome_of(answer: OutcomeAnswer) -> Outcome:
    """The outcome that the API told."""
    findings = tuple(_finding(one) for one in answer.findings)
    return Outcome(
        file=answer.file,
        state=State(answer.state),
        report=Report(answer.file, findings),
        dataset=answer.dataset,
        period_first=answer.period_first,
        period_last=answer.period_last,
        upload=answer.upload,
        change=_change(answer.change),
        waits_for=tuple(answer.waits_for),
        parts=tuple(_part(answer.file, part) for part in answer.parts) if len(answer.parts) > 1 else (),
    )


def _part(file: str, part: PartAnswer) -> Outcome:
    return Outcome(
        file=file,
        state=State(part.state),
        report=Report(file),
        dataset=part.dataset,
        period_first=part.period_first,
        period_last=part.period_last,
        upload=part.upload,
        change=_change(part.change),
    )


def _change(told: ChangeAnswer | None) -> Change | None:
    return None if told is None else Change(told.new, told.revised, told.unchanged, told.older)


def _finding(told: FindingAnswer) -> Finding:
    return Finding(**{**told.model_dump(), "severity": Severity(told.severity)})


def _token(address: str) -> str:
    """Never an option: everybody on the machine sees the options of a running command."""
    token = os.environ.get(TOKEN, "").strip()
    place = os.environ.get(TOKEN_FILE)
    if not token and place:
        try:
            token = Path(place).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise PortalRefusedError(
                address, f"读不到令牌文件 {place}", f"cannot read the token's file {place}: {error}", whole=True
            ) from error
    if not token or not token.isascii() or not token.isprintable():
        raise PortalRefusedError(
            address,
            f"没有可用的令牌：用环境变量 {TOKEN}，或用 {TOKEN_FILE} 指明文件",
            f"no token to be used: set {TOKEN}, or {TOKEN_FILE} to the file that holds it",
            whole=True,
        )
    return token


def _stranger(address: str, answer: httpx.Response) -> PortalRefusedError:
    return PortalRefusedError(
        address,
        f"应答的不是序时门户（HTTP {answer.status_code}）；请核对地址",
        f"what answers there is not the portal (HTTP {answer.status_code}); check the address",
        whole=True,
    )


def _no_connection(error: httpx.TransportError) -> tuple[str, str]:
    said = str(error) or type(error).__name__
    if "CERTIFICATE" in said.upper():
        return (
            "无法核实服务器证书；内部证书机构的证书用 SSL_CERT_FILE 指明",
            f"its certificate can't be verified ({said}); name the certificate of an authority of your own in "
            "SSL_CERT_FILE",
        )
    return "连接不上；请核对地址和网络", f"cannot be reached ({said}); check the address and the network"
