"""What the commands about users, tokens and the audit log open, and how they read roles and say times.

Belongs here: what these commands share. Does not belong here: any command.
"""

from __future__ import annotations

import difflib
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.commands.opening import now
from dagster_project.identity.identity import CONSOLE, Identity
from dagster_project.identity.links import NewLink
from dagster_project.identity.permissions import Grant
from dagster_project.settings import Settings
from dagster_project.store import Store
from validators.catalogue_file import load_catalogue
from validators.errors import IdentityError


@dataclass(frozen=True)
class Doorkeeper:
    """An installation's identity, open; `by` is who runs the command."""

    settings: Settings
    identity: Identity
    by: str

    def grants(self, texts: list[str] | None) -> list[Grant]:
        """Roles as written on the command line; IdentityError names the nearest dataset for an unknown one."""
        found = [Grant.parse(text) for text in texts or []]
        if any(grant.dataset for grant in found):
            known = [*load_catalogue(self.settings.catalogue).datasets]
            for grant in found:
                if grant.dataset and grant.dataset not in known:
                    near = ", ".join(difflib.get_close_matches(grant.dataset, known, n=3, cutoff=0.3) or known)
                    raise IdentityError(
                        f"没有这个数据集：{grant.dataset}；相近：{near}",
                        f"there is no dataset {grant.dataset}; nearest: {near}",
                    )
        return found

    def print_link(self, link: NewLink) -> None:
        """The link, for whoever runs the command to pass on."""
        typer.echo(
            f"用户 user: {link.account.name}\n"
            f"一次性链接，{_time(link.expires_at, self.settings.zone)} 前有效，请亲手转交\n"
            "one-time link to set a password; hand it to nobody else:"
        )
        typer.echo(link_url(self.settings, link.secret))

    def time(self, moment: datetime | None) -> str:
        """A moment in the installation's time zone; '' for none."""
        return "" if moment is None else _time(moment, self.settings.zone)


@contextmanager
def doorkeeper() -> Iterator[Doorkeeper]:
    """The identity of the installation that the XUSHI_* variables name."""
    settings = Settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.store_url) as store:
        yield Doorkeeper(settings, Identity(store, now), f"{CONSOLE}:{_account()}")


def link_url(settings: Settings, secret: str) -> str:
    """The address of a one-time link, as the person's browser reaches the portal."""
    base = settings.portal_url or f"http://{settings.portal_host}:{settings.portal_port}"
    return f"{base.rstrip('/')}/link/{secret}"


def print_rows(heads: list[str], rows: list[list[str]]) -> None:
    """A table for a terminal."""
    table = Table()
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console().print(table)


def _account() -> str:
    """Who runs the command, by name; in a container the number may have none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
