"""The first tables: runs, and the marks of each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import LONGBLOB, LONGTEXT

revision = "0001"
down_revision = None

BYTES = sa.LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")
TEXT = sa.Text().with_variant(LONGTEXT(), "mysql", "mariadb")
INDEXED = (
    *("started_at", "status", "label", "mode", "endpoint", "requests"),
    *("pool", "total_seconds", "batches", "limit_word", "deleted_at", "pinned"),
)


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "history_run",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("deleted_at", sa.Double),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("mode", sa.String(40), nullable=False),
        sa.Column("endpoint", sa.String(40), nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("pool", sa.Integer),
        sa.Column("total_seconds", sa.Double, nullable=False),
        sa.Column("batches", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("limit_word", sa.String(40), nullable=False),
        sa.Column("sentence", TEXT, nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("waterfall", sa.JSON, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    for name in INDEXED:
        op.create_index(f"ix_history_run_{name}", "history_run", [name])
    op.create_table(
        "history_marks",
        sa.Column(
            "number",
            sa.Integer,
            sa.ForeignKey("history_run.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("marks", BYTES, nullable=False),
        sa.Column("gauges", BYTES, nullable=False),
        sa.Column("facts", TEXT, nullable=False),
    )
