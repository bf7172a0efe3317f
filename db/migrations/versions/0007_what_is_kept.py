# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""Texts as chains of differences, bodies in longer ones; what neighbours of a page said, with the poll."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _texts_as_chains()
    _what_neighbours_said()


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


def downgrade() -> None:
    raise NotImplementedError("older programs are given the copy made before the migration")
