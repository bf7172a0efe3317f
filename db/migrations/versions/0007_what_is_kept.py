# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""Texts as chains of differences, bodies in longer ones; what neighbours of a page said; times without looks."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _texts_as_chains()
    _what_neighbours_said()
    _gaps()


def _what_neighbours_said() -> None:
    op.execute("ALTER TABLE poll ADD COLUMN testimonies BLOB")
    op.execute("ALTER TABLE poll ADD COLUMN asked INTEGER DEFAULT '0' NOT NULL")


def _texts_as_chains() -> None:
    """What is there stays as it is: full copies of texts, on which later ones are built, and short chains of bodies."""
    op.execute("ALTER TABLE body ADD COLUMN place INTEGER DEFAULT '0' NOT NULL")
    # Written out: SQLite adds a column with its check in place, and a batch alter would copy every text.
    op.execute("ALTER TABLE text ADD COLUMN base_hash VARCHAR CONSTRAINT fk_text_base_hash_text REFERENCES text (hash)")
    op.execute(
        "ALTER TABLE text ADD COLUMN place INTEGER DEFAULT '0' NOT NULL CONSTRAINT ck_text_chain "
        "CHECK ((base_hash IS NULL) = (place = 0) AND place BETWEEN 0 AND 63)"
    )


def _gaps() -> None:
    """Gaps are noted from now on, the one that ends with the first look of this program too."""
    op.execute("ALTER TABLE source ADD COLUMN planned_at DATETIME")
    op.execute("UPDATE source SET planned_at = next_poll_at WHERE last_poll_at IS NOT NULL")
    op.create_table(
        "gap",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "since", name=op.f("pk_gap")),
    )


def downgrade() -> None:
    raise NotImplementedError("older programs are given the copy made before the migration")
