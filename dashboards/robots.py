"""Robots of DingTalk (钉钉) and Feishu (飞书) groups: what they want to be sent, and what their answers mean.

Belongs here: bodies, signatures, answers, sending once. Does not belong here: texts (`relay_text.py`), who is sent what
(`relay.py`). An error here never says the robot's URL: whoever has it can write to the group.

Sources: DingTalk open platform, custom robots (text messages, HMAC-SHA256 signature, errcode); Feishu open platform,
custom bots (text messages, signature, code).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote_plus, urlsplit

from validators.errors import RobotRefusedError, RobotUnavailableError

Way = Literal["dingtalk", "feishu"]
# Both refuse texts above 20,000 bytes or so.
MOST_BYTES = 18_000
_TIMEOUT_SECONDS = 15.0
# Too many messages a minute, or busy: the only answers that pass by waiting.
_PASSING = {"dingtalk": {-1, 130101, 410100}, "feishu": {9499, 11232}}


@dataclass(frozen=True)
class Address:
    """A robot with its secrets, which stay out of its repr."""

    way: Way
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


def send(to: Address, text: str, *, seconds: float) -> None:
    """Send a text; `seconds` is the time now, since 1970. Raises RobotUnavailableError where trying again can help,
    RobotRefusedError where it can't."""
    url, body = dingtalk(to, text, seconds) if to.way == "dingtalk" else feishu(to, text, seconds)
    if urlsplit(url).scheme not in ("http", "https"):
        raise RobotRefusedError(to.way, "its URL is no http(s) URL")
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        url, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json; charset=utf-8"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
            said = answer.read(10_000)
    except urllib.error.HTTPError as error:
        with error:
            refused = error.code < 500 and error.code != 429
        kind = RobotRefusedError if refused else RobotUnavailableError
        raise kind(to.way, f"HTTP {error.code}") from None
    except urllib.error.URLError as error:
        raise RobotUnavailableError(to.way, type(error.reason).__name__) from None
    except (OSError, http.client.HTTPException) as error:
        raise RobotUnavailableError(to.way, type(error).__name__) from None
    _check(to.way, said)


def dingtalk(to: Address, text: str, seconds: float) -> tuple[str, dict[str, Any]]:
    """URL and body for DingTalk; the signature goes into the URL."""
    url = to.url
    if to.secret is not None:
        stamp = str(round(seconds * 1000))
        made = hmac.new(to.secret.encode(), f"{stamp}\n{to.secret}".encode(), hashlib.sha256).digest()
        joint = "&" if urlsplit(url).query else "?"
        url += f"{joint}timestamp={stamp}&sign={quote_plus(base64.b64encode(made))}"
    return url, {"msgtype": "text", "text": {"content": text}}


def feishu(to: Address, text: str, seconds: float) -> tuple[str, dict[str, Any]]:
    """URL and body for Feishu; the signature goes into the body, and its key is what is signed elsewhere."""
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if to.secret is not None:
        stamp = str(int(seconds))
        made = hmac.new(f"{stamp}\n{to.secret}".encode(), b"", hashlib.sha256).digest()
        body |= {"timestamp": stamp, "sign": base64.b64encode(made).decode()}
    return to.url, body


def _check(way: Way, said: bytes) -> None:
    """Both answer 200 whatever happened; the code in the body says it."""
    try:
        answer = json.loads(said)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise RobotRefusedError(way, "its answer is no JSON: is the URL that of a robot?")
    code = next((answer[key] for key in ("errcode", "code", "StatusCode") if key in answer), None)
    if code == 0:
        return
    words = str(answer.get("errmsg") or answer.get("msg") or "")[:200]
    kind = RobotUnavailableError if code in _PASSING[way] else RobotRefusedError
    raise kind(way, f"{code} {words}".strip())
