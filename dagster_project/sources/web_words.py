"""What may be said of a web address and of a page that stands where figures should: nothing that is a secret.

Belongs here: URLs without user-info and secret query values, the title of an HTML page, the texts of a request that no
message may repeat. Does not belong here: asking (`http_client.py`). Secrets inside a path are known to the settings
alone and are taken out by whoever filled them in (`secrets.py`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

import httpx

HIDDEN = "***"

# Names of headers that go along to wherever a server redirects to; any other one may hold a credential.
PLAIN_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})

# Headers of an answer that are archived with it.
KEPT_HEADERS = ("Content-Disposition", "Content-Language", "Content-Type", "Date", "ETag", "Last-Modified")

_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|sign|auth|sess|cookie|credential|ticket|jwt|sid$|api_?-?key|app_?-?key|access_?-?key|^key$"
    r"|^ak$|^sk$",
    re.IGNORECASE,
)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]+)", re.IGNORECASE)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|meta)\b",
    re.I | re.S,
)
_LONGEST_TITLE = 80
_SHORTEST_SECRET = 4


def place(url: httpx.URL | str) -> str:
    """Scheme, host, port and path: what an error says of an address."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return HIDDEN
    port = f":{parsed.port}" if parsed.port else ""
    return f"{parsed.scheme}://{parsed.host}{port}{parsed.path}" if parsed.host else HIDDEN


def origin(url: httpx.URL | str) -> str:
    """The address with its query, to be kept with what came from there: no user-info, no fragment, and `***` for the
    value of a parameter whose name says that it is a secret."""
    parsed = httpx.URL(url)
    query: list[tuple[str, str | int | float | bool | None]]
    query = [(name, HIDDEN if is_secret_name(name) else value) for name, value in parsed.params.multi_items()]
    text = str(httpx.QueryParams(query)).replace("%2A%2A%2A", HIDDEN)
    return place(parsed) + (f"?{text}" if text else "")


def is_secret_name(name: str) -> bool:
    """Whether a query parameter of this name holds a secret."""
    return _SECRET_NAME.search(name) is not None


def secrets_of(url: httpx.URL, headers: Mapping[str, str]) -> list[str]:
    """Texts of a request that no message may hold, the longest first: user-info, values of secret parameters, and of
    every header that is not a plain one (whole, and what follows `Bearer`)."""
    found = [url.username, url.password]
    found += [value for name, value in url.params.multi_items() if is_secret_name(name)]
    for name, value in headers.items():
        if name.lower() not in PLAIN_HEADERS:
            found += [value, value.partition(" ")[2]]
    return sorted({text for text in found if len(text) >= _SHORTEST_SECRET}, key=len, reverse=True)


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def is_page(content: bytes, media_type: str) -> bool:
    """Whether the bytes are an HTML page, by their beginning, or by what they are said to be where they begin as
    markup at all."""
    if _PAGE.match(content[:4096]):
        return True
    said = media_type.partition(";")[0].strip().lower() in {"text/html", "application/xhtml+xml"}
    return said and content.lstrip()[:1] == b"<" and not content.lstrip().startswith(b"<?xml")


def title(content: bytes, media_type: str = "") -> str:
    """The <title> of a page in one line, '' where it has none."""
    found = _TITLE.search(content[:65536])
    if found is None:
        return ""
    charset = _CHARSET.search(media_type.encode("ascii", "replace")) or _CHARSET.search(content[:4096])
    names = [charset[1].decode("ascii")] if charset else []
    for name in (*names, "utf-8", "gb18030"):
        try:
            text = found[1].decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        return " ".join(html.unescape(text).split())[:_LONGEST_TITLE]
    return ""
