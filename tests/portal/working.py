"""A desk at which people work: tables to hand in, a clock that tests turn, and browsers that hand in without a script.

Belongs here: what the tests of handing in, of roles and in Chromium share. Does not belong here: users and sessions
(`signing.py`), desks for reading alone (`reading.py`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from dagster_project.portal.desk import Desk
from dagster_project.sample import write_sample
from tests.end_to_end.workbooks import rows
from tests.portal.signing import add_user, opened_desk, token_in
from tests.tables.files import xlsx
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.periods import Month

SMALL = Path(__file__).parent.parent / "data" / "small_catalogue.yaml"


class Clock:
    """It is the morning of 20 June 2025, and time goes by; `on` lets much of it go by at once."""

    def __init__(self) -> None:
        self._start = datetime(2025, 6, 20, 1, 0, tzinfo=UTC)
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        """The moment."""
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def on(self, **step: float) -> None:
        """So much later."""
        self._start += timedelta(**step)


def careful_catalogue(folder: Path) -> Catalogue:
    """The small catalogue, with a second person for foreign trade."""
    text = SMALL.read_text(encoding="utf-8")
    path = folder / "catalogue.yaml"
    path.write_text(text.replace("  trade:\n", "  trade:\n    approval: true\n", 1), encoding="utf-8")
    return load_catalogue(path)


def tables(catalogue: Catalogue, folder: Path) -> dict[str, bytes]:
    """Workbooks through May by the beginning of their names: 2025-04_trade."""
    paths = write_sample(catalogue, year=2025, through=Month(2025, 5), folder=folder)
    return {"_".join(path.name.split("_")[:-2]): path.read_bytes() for path in paths if "修订" not in path.name}


def bulletin(found: dict[str, bytes], month: str) -> bytes:
    """The district's foreign trade and consumer market of a month in one workbook."""
    parts = {"外贸": "trade", "消费": "retail_sales"}
    return xlsx({sheet: rows(found[f"{month}_{dataset}"], "龙湾区") for sheet, dataset in parts.items()})


@contextmanager
def working_desk(home: Path, catalogue: Catalogue, clock: Callable[[], datetime], **settings: object) -> Iterator[Desk]:
    """A desk with 王芳, who hands in trade and retail sales, and 李敏, who releases everything."""
    home.mkdir(parents=True, exist_ok=True)
    with opened_desk(home, catalogue, now=clock, **settings) as desk:
        add_user(desk, "wangfang", "uploader:trade", "uploader:retail_sales", display="王芳")
        add_user(desk, "limin", "approver", display="李敏")
        yield desk


# Handing in over HTTP


def drop(client: httpx.Client, *files: tuple[str, bytes], **fields: str) -> httpx.Response:
    """Fill in the form and send it."""
    token = token_in(client.get("/hand-in").text)
    parts = [("files", file) for file in files]
    return client.post("/hand-in", data={"form_token": token, **fields}, files=parts)


def dropped(client: httpx.Client, *files: tuple[str, bytes], **fields: str) -> str:
    """The address of the batch that a form made."""
    answer = drop(client, *files, **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def preview(client: httpx.Client, batch: str, number: int = 0) -> str:
    """One file's part of the page, once it has been read."""
    end = time.monotonic() + 120
    while (part := client.get(f"{batch}/{number}")).status_code == 202:
        assert time.monotonic() < end, f"{batch}/{number} is not read"
        time.sleep(0.05)
    assert part.status_code == 200, part.text
    return part.text


def digest_in(page: str) -> str:
    """What a confirmation says that it was shown."""
    found = re.search(r'name="digest" value="([0-9a-f]+)"', page)
    assert found is not None, page
    return found[1]


def confirm(client: httpx.Client, batch: str, number: int = 0, digest: str | None = None) -> httpx.Response:
    """Confirm a file as it is shown now, or as it was."""
    page = preview(client, batch, number)
    form = {"form_token": token_in(page), "digest": digest or digest_in(page)}
    return client.post(f"{batch}/{number}/confirm", data=form)


def handed_in(client: httpx.Client, name: str, data: bytes, **fields: str) -> int:
    """Hand in and confirm one file; the number of its upload."""
    answer = confirm(client, dropped(client, (name, data), **fields))
    found = re.match(r"/uploads/(\d+)", answer.headers.get("Location", ""))
    assert found is not None, answer.text
    return int(found[1])


def post(client: httpx.Client, path: str, page: str, **fields: str) -> httpx.Response:
    """Send a form of a page."""
    return client.post(path, data={"form_token": token_in(client.get(page).text), **fields})
