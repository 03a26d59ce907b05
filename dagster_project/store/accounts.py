"""People who may sign in, what they may do, and the one-time links that let them set a password.

Every change is entered in the audit log in the same transaction. Belongs here: rows and their queries. Does not belong
here: what a role means, how a password is hashed, how long a link is good (`identity`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update

from dagster_project.store import audit
from dagster_project.store.account_models import (
    AccountGrantRow,
    AccountRow,
    OneTimeLinkRow,
    PortalSessionRow,
)
from dagster_project.store.audit import Note
from dagster_project.store.engine import reading, writing
from validators.errors import IdentityError

GrantPair = tuple[str, str]  # role, dataset ('' for all)


@dataclass(frozen=True)
class Account:
    """A person who may sign in; `grants` are (role, dataset) pairs, sorted."""

    id: int
    name: str
    display_name: str
    password_hash: str | None
    issuer: str | None
    subject: str | None
    created_at: datetime
    disabled_at: datetime | None
    grants: tuple[GrantPair, ...]


@dataclass(frozen=True)
class LinkRow:
    """A one-time link that has not been used: of whom, what for, until when."""

    account: Account
    purpose: str
    expires_at: datetime


class Accounts:
    """The accounts of one database; `Store.accounts` gives it. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str, display_name: str, grants: Iterable[GrantPair], note: Note) -> Account:
        """A new account without a password; IdentityError when the name is taken."""
        with writing(self._engine) as connection:
            if _one(connection, AccountRow.name == name) is not None:
                raise IdentityError(f"用户名已被使用：{name}", f"the name {name} is taken")
            connection.execute(insert(AccountRow).values(name=name, display_name=display_name, created_at=note.at))
            account = _named(connection, name)
            _add_grants(connection, account.id, grants)
            audit.append(connection, note)
            return _named(connection, name)

    def all(self) -> list[Account]:
        """Every account, disabled ones too, by name."""
        with reading(self._engine) as connection:
            return _many(connection)

    def named(self, name: str) -> Account | None:
        """The account of a name."""
        with reading(self._engine) as connection:
            return _one(connection, AccountRow.name == name)

    def of_subject(self, issuer: str, subject: str) -> Account | None:
        """The account bound to a subject of an identity provider."""
        with reading(self._engine) as connection:
            return _one(connection, (AccountRow.issuer == issuer) & (AccountRow.subject == subject))

    def change_grants(self, name: str, add: Sequence[GrantPair], remove: Sequence[GrantPair], note: Note) -> Account:
        """Give and take roles; those that are there, or not there, already are left alone."""
        with writing(self._engine) as connection:
            account = _named(connection, name)
            for role, dataset in remove:
                connection.execute(
                    delete(AccountGrantRow).where(
                        AccountGrantRow.account_id == account.id,
                        AccountGrantRow.role == role,
                        AccountGrantRow.dataset == dataset,
                    )
                )
            _add_grants(connection, account.id, set(add) - set(account.grants))
            audit.append(connection, note)
            return _named(connection, name)

    def set_disabled(self, name: str, disabled_at: datetime | None, note: Note) -> Account:
        """Disable an account, which ends its sessions and links, or (None) enable it again."""
        with writing(self._engine) as connection:
            account = _named(connection, name)
            connection.execute(update(AccountRow).where(AccountRow.id == account.id).values(disabled_at=disabled_at))
            if disabled_at is not None:
                _end_sessions(connection, account.id)
                _end_links(connection, account.id)
            audit.append(connection, note)
            return _named(connection, name)

    def set_password(self, name: str, password_hash: str | None, note: Note) -> None:
        """Set (or with None remove) a password; ends all sessions and links of the account."""
        with writing(self._engine) as connection:
            account = _named(connection, name)
            _set_password(connection, account.id, password_hash)
            audit.append(connection, note)

    def rehash(self, account_id: int, old_hash: str, new_hash: str) -> None:
        """The same password in a newer hash, unless it was changed in between."""
        with writing(self._engine) as connection:
            connection.execute(
                update(AccountRow)
                .where(AccountRow.id == account_id, AccountRow.password_hash == old_hash)
                .values(password_hash=new_hash)
            )

    def bind(self, name: str, issuer: str, subject: str, note: Note) -> Account:
        """Let a subject of an identity provider sign in as this account; IdentityError when it is somebody else's."""
        with writing(self._engine) as connection:
            account = _named(connection, name)
            _bind(connection, account, issuer, subject)
            audit.append(connection, note)
            return _named(connection, name)

    def add_link(self, name: str, sha256: str, purpose: str, expires_at: datetime, note: Note) -> None:
        """Keep a new link, in place of all others of the account and of those that have expired."""
        with writing(self._engine) as connection:
            account = _named(connection, name)
            connection.execute(delete(OneTimeLinkRow).where(OneTimeLinkRow.expires_at <= note.at))
            _end_links(connection, account.id)
            connection.execute(
                insert(OneTimeLinkRow).values(
                    sha256=sha256, account_id=account.id, purpose=purpose, created_at=note.at, expires_at=expires_at
                )
            )
            audit.append(connection, note)

    def link(self, sha256: str, at: datetime) -> LinkRow | None:
        """The link, while it is good and its account is not disabled."""
        with reading(self._engine) as connection:
            return _link(connection, sha256, at)

    def use_link(self, sha256: str, note: Note, *, password_hash: str | None, subject: tuple[str, str] | None) -> bool:
        """Set the password, or bind the (issuer, subject), with a link, which is used up; False when it is no good.

        Two who use one link at the same time: the second gets False.
        """
        with writing(self._engine) as connection:
            link = _link(connection, sha256, note.at)
            if link is None:
                return False
            if subject is not None:
                _bind(connection, link.account, *subject)
                _end_links(connection, link.account.id)
            else:
                _set_password(connection, link.account.id, password_hash)
            audit.append(connection, note)
            return True


def grouped(pairs: Iterable[tuple[int, str, str]]) -> dict[int, tuple[GrantPair, ...]]:
    """(owner, role, dataset) rows as each owner's grants, sorted."""
    found: dict[int, list[GrantPair]] = {}
    for owner, role, dataset in pairs:
        found.setdefault(owner, []).append((role, dataset))
    return {owner: tuple(sorted(grants)) for owner, grants in found.items()}


def one_account(connection: Connection, account_id: int) -> Account | None:
    """The account of an id, within a transaction."""
    return _one(connection, AccountRow.id == account_id)


def _many(connection: Connection, *conditions: ColumnElement[bool]) -> list[Account]:
    rows = connection.execute(
        select(
            AccountRow.id,
            AccountRow.name,
            AccountRow.display_name,
            AccountRow.password_hash,
            AccountRow.issuer,
            AccountRow.subject,
            AccountRow.created_at,
            AccountRow.disabled_at,
        )
        .where(*conditions)
        .order_by(AccountRow.name)
    ).all()
    pairs = connection.execute(
        select(AccountGrantRow.account_id, AccountGrantRow.role, AccountGrantRow.dataset).where(
            AccountGrantRow.account_id.in_(select(AccountRow.id).where(*conditions))
        )
    )
    grants = grouped((owner, role, dataset) for owner, role, dataset in pairs)
    return [Account(*row, grants=grants.get(row.id, ())) for row in rows]


def _one(connection: Connection, condition: ColumnElement[bool]) -> Account | None:
    found = _many(connection, condition)
    return found[0] if found else None


def _named(connection: Connection, name: str) -> Account:
    account = _one(connection, AccountRow.name == name)
    if account is None:
        raise IdentityError(
            f"没有这个用户：{name}（xushi user list 列出全部）", f"there is no user {name}; see xushi user list"
        )
    return account


def _add_grants(connection: Connection, account_id: int, grants: Iterable[GrantPair]) -> None:
    rows = [{"account_id": account_id, "role": role, "dataset": dataset} for role, dataset in sorted(set(grants))]
    if rows:
        connection.execute(insert(AccountGrantRow), rows)


def _set_password(connection: Connection, account_id: int, password_hash: str | None) -> None:
    connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(password_hash=password_hash))
    _end_sessions(connection, account_id)
    _end_links(connection, account_id)


def _bind(connection: Connection, account: Account, issuer: str, subject: str) -> None:
    holder = _one(connection, (AccountRow.issuer == issuer) & (AccountRow.subject == subject))
    if holder is not None and holder.id != account.id:
        raise IdentityError(
            "这个统一身份已绑定另一用户", "this identity is bound to another user already; unbind it there first"
        )
    connection.execute(update(AccountRow).where(AccountRow.id == account.id).values(issuer=issuer, subject=subject))


def _end_sessions(connection: Connection, account_id: int) -> None:
    connection.execute(delete(PortalSessionRow).where(PortalSessionRow.account_id == account_id))


def _end_links(connection: Connection, account_id: int) -> None:
    connection.execute(delete(OneTimeLinkRow).where(OneTimeLinkRow.account_id == account_id))


def _link(connection: Connection, sha256: str, at: datetime) -> LinkRow | None:
    row = connection.execute(
        select(OneTimeLinkRow.account_id, OneTimeLinkRow.purpose, OneTimeLinkRow.expires_at).where(
            OneTimeLinkRow.sha256 == sha256, OneTimeLinkRow.expires_at > at
        )
    ).first()
    account = None if row is None else one_account(connection, row.account_id)
    if row is None or account is None or account.disabled_at is not None:
        return None
    return LinkRow(account, row.purpose, row.expires_at)
