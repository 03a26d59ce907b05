"""A page as PDF: HTML, set for paper by its own print rules, without a network.

Setting thirty pages takes ten seconds of a processor, so a process of its own does it (this module, run), one page
at a time; the last results are kept.

Belongs here: the renderer and what it may fetch. Does not belong here: what is printed.
"""

from __future__ import annotations

import mimetypes
import subprocess
import sys
import threading
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from validators.errors import TemporaryError, XushiError

# A name that leads nowhere: what a page refers to is looked up in the folder given, everything else is refused.
_BASE = "https://portal.invalid/"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-wqy-microhei"


_WITHOUT_LIBRARIES = 3  # exit code
_SECONDS = 180.0  # to set a page, and to wait for others'
_KEPT = 8


class NoTypesetterError(XushiError):
    """The libraries that set pages aren't installed; PACKAGES names them."""


class TypesetterError(XushiError):
    """The typesetter failed on a page."""


class BusyError(TemporaryError):
    """Others' pages are being set."""


class Press:
    """Sets pages, one at a time. Safe for several threads. `static`: the folder of the files that pages call
    /static/...; without one they refer to nothing."""

    def __init__(self, static: Path | None = None) -> None:
        self._static = static
        self._turn, self._shelf = threading.Lock(), threading.Lock()
        self._made: OrderedDict[bytes, bytes] = OrderedDict()

    def pdf(self, html: str) -> bytes:
        """The page as PDF. NoTypesetterError where libraries are missing, BusyError when it takes too long."""
        key = sha256(html.encode()).digest()
        found = self._kept(key)
        if found is not None:
            return found
        if not self._turn.acquire(timeout=_SECONDS):
            raise BusyError("正在为他人排版，请稍后再试 / other pages are being set; try again in a minute")
        try:
            found = self._kept(key) or _apart(html, self._static)
        finally:
            self._turn.release()
        with self._shelf:
            self._made[key] = found
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return found

    def _kept(self, key: bytes) -> bytes | None:
        with self._shelf:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)


def _apart(html: str, static: Path | None) -> bytes:
    command = [sys.executable, "-m", __name__, *([] if static is None else [str(static)])]
    try:
        # Our own interpreter with fixed words; the page comes by its standard input.
        done = subprocess.run(  # noqa: S603
            command, input=html.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BusyError(f"排版超过 {_SECONDS:.0f} 秒 / setting the page took more than {_SECONDS:.0f} s") from error
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode("utf-8", "replace")[-2000:]
    if done.returncode == _WITHOUT_LIBRARIES:
        raise NoTypesetterError(said)
    raise TypesetterError(f"排版程序出错 / the typesetter failed (exit code {done.returncode}): {said}")


def to_pdf(html: str, static: Path | None = None) -> bytes:
    """The page as PDF (paper by `@page` of its style), made in this process. NoTypesetterError where libraries are
    missing."""
    try:
        # It loads Pango when it is imported: a second, and an OSError where Pango is missing.
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise NoTypesetterError(f"缺少库 missing libraries: apt-get install {PACKAGES}\n{error}") from error

    class OwnFiles(URLFetcher):  # type: ignore[misc]  # the package has no types
        """Gives the static files and nothing else."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ARG002 - what it is called with
            file = own_file(url, static)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})

    made: bytes = HTML(string=html, base_url=_BASE, url_fetcher=OwnFiles()).write_pdf()
    return made


def main() -> int:
    """HTML from the standard input, PDF to the standard output; the folder of static files is the only argument."""
    static = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    try:
        document = to_pdf(sys.stdin.buffer.read().decode(), static)
    except NoTypesetterError as error:
        sys.stderr.write(str(error))
        return _WITHOUT_LIBRARIES
    sys.stdout.buffer.write(document)
    return 0


def own_file(url: str, static: Path | None) -> Path:
    """The static file that an address of the page names. ValueError for every other address."""
    parts = urlsplit(url)
    if static is not None and f"{parts.scheme}://{parts.netloc}/" == _BASE and parts.path.startswith("/static/"):
        file = (static / unquote(parts.path.removeprefix("/static/"))).resolve()
        if file.parent == static.resolve() and file.is_file():
            return file
    raise ValueError(f"not a file of the page: {url[:200]}")


if __name__ == "__main__":
    raise SystemExit(main())
