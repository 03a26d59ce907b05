"""The tables of who may do what, and of what was done.

    account          one row per person: name, password hash or none, subject at the identity provider or none
    account_grant    what an account may do: a role, for one dataset or ('') all of them
    api_token        a system's token, by its SHA-256; never the token itself
    token_grant      what a token may do
    portal_session   who is signed in, by the SHA-256 of the cookie
    one_time_link    invitations, the first administrator, forgotten passwords, by the SHA-256 of the secret
    provider_visit   a browser that was sent to the identity provider and has not come back yet
    sign_in_attempt  failures by account and by address, for slowing down who guesses
    audit            what was done, in a chain of hashes; the database refuses to change or delete a row
    audit_head       the number and hash of the newest audit row, moved on with each one

Belongs here: columns, keys, constraints. Does not belong here: queries, or what a role means (`identity`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dagster_project.store.column_types import Key
from dagster_project.store.models import Base

_ROLES = "role IN ('viewer', 'uploader', 'approver', 'admin')"


class AccountRow(Base):
    """A person who may sign in. Accounts are disabled, never deleted: uploads and the audit name them."""

    __tablename__ = "account"
    __table_args__ = (
        Index("ix_account_name", "name", unique=True),
        Index("ix_account_subject", "issuer", "subject", unique=True),
        CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Key)
    display_name: Mapped[str]
    password_hash: Mapped[str | None]
    issuer: Mapped[str | None] = mapped_column(Key)
    subject: Mapped[str | None] = mapped_column(Key)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class AccountGrantRow(Base):
    """A role of an account, for a dataset ('' all)."""

    __tablename__ = "account_grant"
    __table_args__ = (CheckConstraint(_ROLES, name="role"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Key, primary_key=True)
    dataset: Mapped[str] = mapped_column(Key, primary_key=True)


class ApiTokenRow(Base):
    """A system that uses the API. A revoked token keeps its row and its name."""

    __tablename__ = "api_token"
    __table_args__ = (
        Index("ix_api_token_name", "name", unique=True),
        Index("ix_api_token_sha256", "sha256", unique=True),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Key)
    sha256: Mapped[str] = mapped_column(Key)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class TokenGrantRow(Base):
    """A role of a token, for a dataset ('' all)."""

    __tablename__ = "token_grant"
    __table_args__ = (CheckConstraint(_ROLES, name="role"),)

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Key, primary_key=True)
    dataset: Mapped[str] = mapped_column(Key, primary_key=True)


class PortalSessionRow(Base):
    """A browser that is signed in."""

    __tablename__ = "portal_session"
    __table_args__ = (Index(None, "account_id"), CheckConstraint("length(sha256) = 64", name="sha256"))

    sha256: Mapped[str] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class OneTimeLinkRow(Base):
    """A secret that lets its holder set the password of an account, once."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        Index(None, "account_id"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("purpose IN ('first_admin', 'invitation', 'reset')", name="purpose"),
    )

    sha256: Mapped[str] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    purpose: Mapped[str] = mapped_column(Key)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ProviderVisitRow(Base):
    """What must be known again when the identity provider sends a browser back."""

    __tablename__ = "provider_visit"

    sha256: Mapped[str] = mapped_column(Key, primary_key=True)
    state: Mapped[str]
    nonce: Mapped[str]
    verifier: Mapped[str]
    link: Mapped[str | None]
    return_to: Mapped[str]
    expires_at: Mapped[datetime]


class SignInAttemptRow(Base):
    """Failed sign-ins of one account or from one address; `key` is a hash, since people type passwords as names."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[str] = mapped_column(Key, primary_key=True)
    failures: Mapped[int]
    refusals: Mapped[int]
    last_at: Mapped[datetime]


class AuditRow(Base):
    """One thing that was done. `details` is the JSON text that was hashed, letter by letter."""

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "actor"),
        CheckConstraint("length(hash) = 64 AND length(previous_hash) = 64", name="hash"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Key)
    action: Mapped[str] = mapped_column(Key)
    object: Mapped[str]
    details: Mapped[str]
    previous_hash: Mapped[str] = mapped_column(Key)
    hash: Mapped[str] = mapped_column(Key)


class AuditHeadRow(Base):
    """The one row that says where the chain ends, so that rows missing from its end are missed."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(Key)
