"""When the jobs last ended, by outcome."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "run_end",
        sa.Column("job", KEY, nullable=False),
        sa.Column("outcome", KEY, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.CheckConstraint("outcome IN ('success', 'failure')", name=op.f("ck_run_end_outcome")),
        sa.PrimaryKeyConstraint("job", "outcome", name=op.f("pk_run_end")),
    )


def downgrade() -> None:
    op.drop_table("run_end")
