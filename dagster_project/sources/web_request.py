"""A request to a web server and what came of it, as values.

Belongs here: what is asked, what is answered, the options of every connector that asks. Does not belong here: asking
(`http_client.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from dagster_project.sources.connector import Options
from dagster_project.sources.web_words import place


class WebOptions(Options):
    """Options of every connector that asks a web server."""

    tries: int = Field(default=4, ge=1, le=10)
    """尝试次数 how often a request is tried"""
    total_seconds: float = Field(default=300, gt=0, le=3600)
    """总时限（秒） seconds for a request with all its tries and waits"""
    read_seconds: float = Field(default=30, gt=0, le=600)
    """读取时限（秒） seconds that may pass without a byte"""
    longest_wait_seconds: float = Field(default=60, ge=0, le=900)
    """最长等待（秒） longest Retry-After that is waited for; beyond it the pull ends and is tried again later"""
    redirects: int = Field(default=5, ge=0, le=20)
    """最多跳转次数 redirects that are followed"""
    ca_bundle: Path | None = None
    """附加的根证书文件 PEM file of certificate authorities trusted beside the usual ones"""


@dataclass(frozen=True, repr=False)
class Ask:
    """A request; its parts may be secret, what is printed of it is not. `params` are added to the query of `url`.
    `answers`: statuses of failure that are an answer all the same, such as 404 for what is not there yet. `page`: an
    HTML page is what is expected."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    answers: tuple[int, ...] = ()
    page: bool = False

    def __repr__(self) -> str:
        return f"Ask({self.method} {place(self.url)})"


@dataclass(frozen=True)
class Answer:
    """What came: status (2xx, 304 for nothing new, or one of `Ask.answers`), bytes ('' unless 2xx), where it came from
    without secrets, and the headers worth keeping."""

    status: int
    content: bytes
    origin: str
    headers: Mapping[str, str]

    @property
    def media_type(self) -> str:
        """Content-Type without its parameters, in lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
