# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""Documents behind the entries of lists."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'kept', 'given_up', 'passed_over')", name="state"),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name="fk_document_change_id_change"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_document_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("source_id", "url", name="uq_document_source_id_url"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_document_change_id", "document", ["change_id"])
    op.create_index("ix_document_state", "document", ["state", "due_at"])
    op.create_index("ix_document_tried_at", "document", ["tried_at"])


def downgrade() -> None:
    raise NotImplementedError("older programs are given the copy made before the migration")
