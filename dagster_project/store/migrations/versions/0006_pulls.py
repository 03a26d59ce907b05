"""What was asked of the sources, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "pull",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("connector", KEY, nullable=False),
        sa.Column("period_first", KEY, nullable=False),
        sa.Column("period_last", KEY, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("outcome", KEY, nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("headers", DOCUMENT, nullable=False),
        sa.Column("form", DOCUMENT, nullable=False),
        sa.Column("keep", DOCUMENT, nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=True),
        sa.Column("retry_after", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('stored', 'pending', 'unchanged', 'nothing', 'rejected', 'form_changed', 'unavailable', "
            "'refused')",
            name=op.f("ck_pull_outcome"),
        ),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_pull_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull")),
    )
    op.create_index("ix_pull_of_source", "pull", ["dataset", "source", "period_last"])
    op.create_index(op.f("ix_pull_upload_id"), "pull", ["upload_id"])


def downgrade() -> None:
    op.drop_table("pull")
