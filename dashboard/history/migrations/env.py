"""What Alembic runs for a migration: on the connection that the history gives it."""

from alembic import context

from dashboard.history.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table="history_version",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
