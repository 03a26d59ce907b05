"""Bring a database to the newest schema, and tell whether the schema is what the models say.

Alembic is used from here, without an alembic.ini: migrations travel inside the package.
Belongs here: upgrade and check. Does not belong here: any change of the schema (`migrations/versions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine

from dagster_project.store import account_models  # noqa: F401 - its tables belong to Base.metadata
from dagster_project.store.engine import connect, exists, reading, rebuilding, safe_text
from dagster_project.store.models import Base
from validators.errors import StoreError

_MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


@cache
def newest_revision() -> str:
    """The revision that this version of the program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise StoreError("程序包缺少数据库迁移脚本，请重新安装 / the package lacks its migrations; install it anew")
    return head


def revision(engine: Engine) -> str | None:
    """The revision of the database; None when it is empty."""
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> bool:
    """Bring the database to the newest schema in one transaction; whether there was anything to do.

    Two processes that start at the same time do not meet: the second waits, and then finds nothing to do.
    StoreError when the database was made by a newer version of the program.
    """
    if revision(engine) == newest_revision():
        return False
    with rebuilding(engine) as connection:
        try:
            command.upgrade(_config(connection), "head")
        except CommandError as error:
            raise StoreError(
                f"数据库由更新版本的程序建立，请升级程序（{safe_text(engine.url)}） / "
                f"the database comes from a newer version of the program; upgrade the program: {error}"
            ) from error
    return True


def require_newest(engine: Engine) -> None:
    """StoreError unless the database is at the newest revision."""
    found = revision(engine)
    if found != newest_revision():
        raise StoreError(
            f"数据库结构版本为 {found}，需要 {newest_revision()}，请运行 xushi store migrate / "
            f"the schema is at {found} and {newest_revision()} is needed; run `xushi store migrate`"
        )


class View(NamedTuple):
    """A view for those who query by SQL: what it is, and what the columns are that need a word."""

    name: str
    about: str
    columns: Mapping[str, str]


def views() -> list[View]:
    """The views of the newest schema, as the migrations that made them describe them."""
    found: dict[str, View] = {}
    for step in reversed(list(ScriptDirectory.from_config(_config()).walk_revisions())):
        for name, (about, _, columns) in getattr(step.module, "VIEWS", {}).items():
            found[name] = View(name, about, columns)
    return list(found.values())


def upgrade_schema(url: str) -> bool:
    """Make the database at this URL, or bring it to the newest schema; whether there was anything to do."""
    engine = connect(url, wait_seconds=30)
    try:
        return upgrade(engine)
    finally:
        engine.dispose()


def check_schema(url: str) -> list[str]:
    """What is amiss with the schema, one line each: the migrations make something else than the models say, or the
    database, where there is one, is not what they make. Nothing is changed."""
    engine = connect("sqlite://", wait_seconds=1)
    try:
        upgrade(engine)
        problems = [f"迁移脚本与模型不符 migrations and models differ: {line}" for line in drift(engine)]
    finally:
        engine.dispose()
    if exists(url):
        engine = connect(url, wait_seconds=10)
        try:
            require_newest(engine)
            problems += [f"数据库与模型不符 {safe_text(engine.url)} differs: {line}" for line in drift(engine)]
        except StoreError as error:
            problems.append(str(error))
        finally:
            engine.dispose()
    return problems


def drift(engine: Engine) -> list[str]:
    """Where the database's schema differs from the models, one line each; empty when they agree."""
    with reading(engine) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": Base.metadata}
        )
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]
