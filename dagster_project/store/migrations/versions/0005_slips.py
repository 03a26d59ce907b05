"""Forecasts of every run, and slips."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_index("ix_evaluation_made", "evaluation", ["evaluated_at"])
    op.create_table(
        "forecast",
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("evaluated_at", INSTANT, nullable=False),
        sa.Column("target", KEY, nullable=False),
        sa.Column("as_of", KEY, nullable=False),
        sa.Column("period", KEY, nullable=False),
        sa.Column("due", KEY, nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=True),
        sa.Column("method", KEY, nullable=False),
        sa.Column("reason", KEY, nullable=False),
        sa.Column("forecast_value", sa.Double(), nullable=True),
        sa.Column("low_80", sa.Double(), nullable=True),
        sa.Column("high_80", sa.Double(), nullable=True),
        sa.Column("low_95", sa.Double(), nullable=True),
        sa.Column("high_95", sa.Double(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("skill", sa.Double(), nullable=True),
        sa.Column("skill_unit", KEY, nullable=False),
        sa.Column("skill_years", sa.Integer(), nullable=True),
        sa.Column("skill_others", sa.Double(), nullable=True),
        sa.Column("history_years", sa.Integer(), nullable=True),
        sa.Column("unlikely", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "as_of", "target", name=op.f("pk_forecast")),
    )
    op.create_table(
        "slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("target", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("as_of", KEY, nullable=False),
        sa.Column("light_before", KEY, nullable=False),
        sa.Column("light_after", KEY, nullable=False),
        sa.Column("probability_before", sa.Double(), nullable=True),
        sa.Column("probability_after", sa.Double(), nullable=True),
        sa.Column("actual_before", sa.Double(), nullable=True),
        sa.Column("actual_after", sa.Double(), nullable=True),
        sa.Column("period_before", KEY, nullable=False),
        sa.Column("period_after", KEY, nullable=False),
        sa.Column("cause", KEY, nullable=False),
        sa.Column("changed", DOCUMENT, nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('light', 'probability')", name=op.f("ck_slip_kind")),
        sa.CheckConstraint(
            "cause IN ('plan', 'new_month', 'withdrawal', 'revision', 'time')", name=op.f("ck_slip_cause")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip")),
        sa.UniqueConstraint("target", "kind", "since", "light_after", "period_after", name="uq_slip_step"),
    )
    op.create_index(op.f("ix_slip_at"), "slip", ["at"])


def downgrade() -> None:
    op.drop_table("slip")
    op.drop_table("forecast")
    op.drop_index("ix_evaluation_made", "evaluation")
