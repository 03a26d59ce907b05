"""Alembic's entry: run the migrations on the connection that `store.migrate` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from dagster_project.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
