"""First tables: uploads, what was found in them, what they stated, and how targets stood."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Types are spelt out here rather than imported: a migration must mean the same when the models have moved on.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
DECIMAL = sa.Numeric(30, 12).with_variant(sa.Text(), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "upload",
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
        sa.CheckConstraint("state IN ('received', 'rejected', 'accepted', 'superseded')", name=op.f("ck_upload_state")),
        sa.CheckConstraint("state = 'received' OR decided_at IS NOT NULL", name=op.f("ck_upload_decided")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_upload_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_sha256"), "upload", ["sha256"])
    op.create_table(
        "finding_count",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("severity", KEY, nullable=False),
        sa.Column("rule", KEY, nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_finding_count_upload_id")),
        sa.PrimaryKeyConstraint("upload_id", "severity", "rule", name=op.f("pk_finding_count")),
    )
    op.create_table(
        "observation",
        sa.Column("indicator", KEY, nullable=False),
        sa.Column("region", KEY, nullable=False),
        sa.Column("period", KEY, nullable=False),
        sa.Column("measure", KEY, nullable=False),
        sa.Column("known_from", INSTANT, nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("value", DECIMAL, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("status", KEY, nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('preliminary', 'revised', 'final')", name=op.f("ck_observation_status")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_observation_upload_id")),
        sa.PrimaryKeyConstraint(
            "indicator", "region", "period", "measure", "known_from", "upload_id", name=op.f("pk_observation")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_observation_upload_id"), "observation", ["upload_id"])
    op.create_table(
        "evaluation",
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("evaluated_at", INSTANT, nullable=False),
        sa.Column("target", KEY, nullable=False),
        sa.Column("indicator", KEY, nullable=False),
        sa.Column("region", KEY, nullable=False),
        sa.Column("as_of", KEY, nullable=False),
        sa.Column("period", KEY, nullable=False),
        sa.Column("measure", KEY, nullable=False),
        sa.Column("origin", KEY, nullable=False),
        sa.Column("status", KEY, nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("lag_months", sa.Integer(), nullable=True),
        sa.Column("due", KEY, nullable=False),
        sa.Column("target_value", sa.Double(), nullable=True),
        sa.Column("actual_value", sa.Double(), nullable=True),
        sa.Column("attainment_ratio", sa.Double(), nullable=True),
        sa.Column("expected_ratio", sa.Double(), nullable=True),
        sa.Column("seasonal_ratio", sa.Double(), nullable=True),
        sa.Column("pace_ratio", sa.Double(), nullable=True),
        sa.Column("expected_value", sa.Double(), nullable=True),
        sa.Column("gap_value", sa.Double(), nullable=True),
        sa.Column("gap_points", sa.Double(), nullable=True),
        sa.Column("band", sa.Double(), nullable=True),
        sa.Column("required_run_rate", sa.Double(), nullable=True),
        sa.Column("average_run_rate", sa.Double(), nullable=True),
        sa.Column("remaining_months", sa.Integer(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("light", KEY, nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "as_of", "target", name=op.f("pk_evaluation")),
    )
    op.create_index("ix_evaluation_latest", "evaluation", ["as_of", "evaluated_at"])


def downgrade() -> None:
    for table in ("evaluation", "observation", "finding_count", "upload"):
        op.drop_table(table)
