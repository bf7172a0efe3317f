# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""What a person said of a difference: this was news, this is noise."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saying",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("held_id", sa.Integer(), nullable=True),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('news', 'quiet')", name="kind"),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name="fk_saying_change_id_change"),
        sa.ForeignKeyConstraint(["held_id"], ["held.id"], name="fk_saying_held_id_held"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_saying_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_saying"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_saying_source_id", "saying", ["source_id"])
    in_force = sa.text("undone_at IS NULL")
    op.create_index("uq_saying_in_force", "saying", ["kind", "change_id"], unique=True, sqlite_where=in_force)


def downgrade() -> None:
    raise NotImplementedError("older programs are given the copy made before the migration")
