"""A desk with a year's tables in its store, and the questions that tests of the reading pages ask of a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import tinyhtml5
from starlette.requests import Request

from dagster_project.intake import Intake, State
from dagster_project.portal.desk import Desk
from dagster_project.portal.guard import Visitor
from dagster_project.sample import write_sample
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.periods import Month

TODAY = datetime(2025, 5, 28, 4, tzinfo=UTC)


class Trusting:
    """A guard who knows one reader and lets her do anything: who may do what is tested elsewhere."""

    def visitor(self, request: Request) -> Visitor | None:
        return Visitor("li", "李敏")

    def allows(
        self, request: Request, visitor: Visitor | None, action: str, dataset: str | None, *, own: bool = False
    ) -> bool:
        return True

    def form_token(self, request: Request) -> str:
        return "token"

    async def require_genuine(self, request: Request) -> None:
        return None


def fill(catalogue: Catalogue, home: Path) -> None:
    """Hand in everything through April, with a revision of April's trade."""
    settings = Settings(home=home)
    home.mkdir(parents=True, exist_ok=True)
    files = write_sample(catalogue, year=2025, through=Month(2025, 4), folder=home / "sample")
    with Store.open(settings.store_url) as store:
        intake = Intake(catalogue, store, Archive(settings.archive), settings)
        for file in files:
            outcome = intake.submit(file.read_bytes(), file.name, by="wang", now=TODAY)
            assert outcome.state is State.ACCEPTED, outcome.report


@contextmanager
def reading_desk(catalogue: Catalogue, home: Path, **settings: Any) -> Iterator[Desk]:
    """The desk of a home, whose clock stands at TODAY and whose guard trusts everybody."""
    chosen = Settings(home=home, **settings)
    with Store.open(chosen.store_url) as store:
        yield Desk.of(chosen, catalogue, store, now=lambda: TODAY, guard=Trusting())


def copied(home: Path, to: Path) -> Path:
    """A home of one's own to write in."""
    return Path(shutil.copytree(home, to))


def document(page: str) -> ElementTree.Element:
    """The page as browsers parse it."""
    found: ElementTree.Element = tinyhtml5.parse(page, namespace_html_elements=False)
    for element in found.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]  # pictures are of a namespace of their own
    return found


def words(page: str) -> str:
    """The text of a page as it is read: without markup, blanks as one."""
    main = document(page).find(".//main")
    assert main is not None
    return text_of(main)


def by_id(page: str, name: str) -> ElementTree.Element:
    """The element with an id."""
    found = document(page).find(f".//*[@id='{name}']")
    assert found is not None, name
    return found


def text_of(element: ElementTree.Element) -> str:
    """What an element says."""
    return " ".join("".join(element.itertext()).split())
