"""Uploads that wait for a second person or for a date, and uploads that are withdrawn.

PostgreSQL alters the table. SQLite can't change a CHECK, so the table is copied, as its manual says to
(https://www.sqlite.org/lang_altertable.html#otheralter); `migrate.upgrade` has foreign keys off meanwhile.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

STATES = "state IN ('received', 'pending', 'rejected', 'accepted', 'superseded', 'withdrawn')"
STATES_BEFORE = "state IN ('received', 'rejected', 'accepted', 'superseded')"
WITHDRAWN = "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_upload_sha256", "upload")
        _copy([*_columns_before(), *_columns()], [STATES, WITHDRAWN])
    else:
        for column in _columns():
            op.add_column("upload", column)
        op.drop_constraint("ck_upload_state", "upload")
        op.create_check_constraint(op.f("ck_upload_state"), "upload", STATES)
        op.create_check_constraint(op.f("ck_upload_withdrawn"), "upload", WITHDRAWN)
    op.create_index(op.f("ix_upload_state"), "upload", ["state"])
    op.create_index(op.f("ix_upload_withdrawn_at"), "upload", ["withdrawn_at"])


def downgrade() -> None:
    """What waits becomes received, and is processed again. Refused by the database while anything is withdrawn: the
    program of before would believe it again."""
    op.execute("UPDATE upload SET state = 'received', decided_at = NULL WHERE state = 'pending'")
    op.drop_index("ix_upload_withdrawn_at", "upload")
    op.drop_index("ix_upload_state", "upload")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_upload_sha256", "upload")
        _copy(_columns_before(), [STATES_BEFORE])
        return
    op.drop_constraint("ck_upload_withdrawn", "upload")
    op.drop_constraint("ck_upload_state", "upload")
    op.create_check_constraint(op.f("ck_upload_state"), "upload", STATES_BEFORE)
    for column in _columns():
        op.drop_column("upload", column.name)


def _copy(columns: list[sa.Column[object]], rules: list[str]) -> None:
    """SQLite's way: a new table, the rows, the old name."""
    names = ", ".join(column.name for column in _columns_before())
    checks = [sa.CheckConstraint(rules[0], name=op.f("ck_upload_state"))]
    checks += [sa.CheckConstraint(rule, name=op.f("ck_upload_withdrawn")) for rule in rules[1:]]
    op.create_table(
        "upload_copy",
        *columns,
        *checks,
        sa.CheckConstraint("state = 'received' OR decided_at IS NOT NULL", name=op.f("ck_upload_decided")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_upload_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.execute(f"INSERT INTO upload_copy ({names}) SELECT {names} FROM upload")  # noqa: S608  # names from this file
    op.drop_table("upload")
    op.rename_table("upload_copy", "upload")
    op.create_index(op.f("ix_upload_sha256"), "upload", ["sha256"])


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("hints", DOCUMENT, nullable=True),
        sa.Column("embargo_until", INSTANT, nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
    ]


def _columns_before() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("dataset", KEY, nullable=False),
        sa.Column("region", KEY, nullable=False),
        sa.Column("period_first", KEY, nullable=False),
        sa.Column("period_last", KEY, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("known_from", INSTANT, nullable=True),
        sa.Column("state", KEY, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("report", DOCUMENT, nullable=True),
        sa.Column("figures_new", sa.Integer(), nullable=True),
        sa.Column("figures_revised", sa.Integer(), nullable=True),
        sa.Column("figures_unchanged", sa.Integer(), nullable=True),
        sa.Column("figures_older", sa.Integer(), nullable=True),
    ]
