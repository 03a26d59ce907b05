"""Tokens of systems that use the API.

Belongs here: the rows. Does not belong here: what a token looks like, or what its roles mean (`identity`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update

from dagster_project.store import audit
from dagster_project.store.account_models import ApiTokenRow as Row
from dagster_project.store.account_models import TokenGrantRow
from dagster_project.store.accounts import GrantPair, grouped
from dagster_project.store.audit import Note
from dagster_project.store.engine import reading, writing
from validators.errors import IdentityError


@dataclass(frozen=True)
class Token:
    """A system's token, without the token."""

    id: int
    name: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    grants: tuple[GrantPair, ...]


class Tokens:
    """The tokens of one database; `Store.tokens` gives it. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self, name: str, sha256: str, grants: Iterable[GrantPair], expires_at: datetime | None, note: Note
    ) -> Token:
        """Keep a new token by its hash; IdentityError when the name was ever used."""
        with writing(self._engine) as connection:
            if _many(connection, Row.name == name):
                raise IdentityError(f"令牌名已被使用：{name}", f"the token name {name} is taken, or was once")
            values = {"name": name, "sha256": sha256, "created_at": note.at, "created_by": note.actor}
            connection.execute(insert(Row).values(**values, expires_at=expires_at))
            token = _many(connection, Row.name == name)[0]
            rows = [{"token_id": token.id, "role": role, "dataset": dataset} for role, dataset in sorted(set(grants))]
            if rows:
                connection.execute(insert(TokenGrantRow), rows)
            audit.append(connection, note)
            return _many(connection, Row.name == name)[0]

    def all(self) -> list[Token]:
        """Every token, revoked and expired ones too, by name."""
        with reading(self._engine) as connection:
            return _many(connection)

    def find(self, sha256: str, at: datetime) -> Token | None:
        """The token of a hash, while it is good."""
        with reading(self._engine) as connection:
            expired = Row.expires_at.is_not(None) & (Row.expires_at <= at)
            found = _many(connection, Row.sha256 == sha256, Row.revoked_at.is_(None), ~expired)
            return found[0] if found else None

    def used(self, token_id: int, at: datetime) -> None:
        """Keep when a token was last used."""
        with writing(self._engine) as connection:
            connection.execute(update(Row).where(Row.id == token_id).values(used_at=at))

    def revoke(self, name: str, note: Note) -> None:
        """Revoke a token for good; IdentityError when there is none of this name that is not revoked."""
        with writing(self._engine) as connection:
            query = update(Row).where(Row.name == name, Row.revoked_at.is_(None)).values(revoked_at=note.at)
            if not connection.execute(query).rowcount:
                raise IdentityError(
                    f"没有这个有效令牌：{name}（xushi token list 列出全部）",
                    f"there is no token {name} to be revoked; see xushi token list",
                )
            audit.append(connection, note)


def _many(connection: Connection, *conditions: ColumnElement[bool]) -> list[Token]:
    columns = (Row.id, Row.name, Row.created_at, Row.created_by, Row.expires_at, Row.revoked_at, Row.used_at)
    rows = connection.execute(select(*columns).where(*conditions).order_by(Row.name)).all()
    pairs = connection.execute(
        select(TokenGrantRow.token_id, TokenGrantRow.role, TokenGrantRow.dataset).where(
            TokenGrantRow.token_id.in_(select(Row.id).where(*conditions))
        )
    )
    grants = grouped((owner, role, dataset) for owner, role, dataset in pairs)
    return [Token(*row, grants=grants.get(row.id, ())) for row in rows]
