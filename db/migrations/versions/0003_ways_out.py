# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""Webhooks and chats beside mail; what came back, and who is suspended; messages that came in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN: nothing is copied, and what SQLite keeps about the tables (AUTOINCREMENT) stays.
    for column in (
        sa.Column("channel", sa.String(), nullable=False, server_default="mail"),
        sa.Column("url", sa.String(), nullable=False, server_default=""),
        sa.Column("bounces", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("bounced_at", sa.DateTime(), nullable=True),
        sa.Column("suspended_at", sa.DateTime(), nullable=True),
        sa.Column("suspended_reason", sa.String(), nullable=False, server_default=""),
    ):
        op.add_column("subscriber", column)
    op.add_column("delivery", sa.Column("channel", sa.String(), nullable=False, server_default="mail"))
    with op.batch_alter_table("channel") as channel:
        channel.add_column(sa.Column("subscriber_id", sa.Integer(), nullable=True))
        channel.create_foreign_key(
            "fk_channel_subscriber_id_subscriber", "subscriber", ["subscriber_id"], ["id"], ondelete="CASCADE"
        )
    _inbox()


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_inbox_subscriber_id_subscriber", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_inbox"),
    )
    op.create_index("ix_inbox_subscriber_id", "inbox", ["subscriber_id"])
    op.create_index("ix_inbox_taken_at", "inbox", ["taken_at"])


def downgrade() -> None:
    raise NotImplementedError("older programs are given the copy made before the migration")
