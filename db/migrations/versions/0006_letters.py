# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""Messages to somebody who is no subscriber; digests that could not be made."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    count = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'digest'")).scalar()
    # Written out: what a batch alter reflects comes in another order each time, and without AUTOINCREMENT.
    op.create_table(
        "digest_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("covers_from", sa.DateTime(), nullable=False),
        sa.Column("covers_to", sa.DateTime(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("mime", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_digest_subscriber_id_subscriber", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_digest"),
        sa.UniqueConstraint("subscriber_id", "window", name="uq_digest_subscriber_id_window"),
        sqlite_autoincrement=True,
    )
    columns = "id, subscriber_id, kind, window, covers_from, covers_to, created_at, mime"
    op.execute(f"INSERT INTO digest_new ({columns}) SELECT {columns} FROM digest")  # noqa: S608 - words of ours
    op.drop_table("digest")
    op.rename_table("digest_new", "digest")
    if count is not None:
        # The copy counts from the highest id that is left; ids of deleted rows are not given out again.
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'digest'"))
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('digest', :seq)"), {"seq": count})
    op.create_table(
        "set_aside",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_set_aside_subscriber_id_subscriber", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "kind", name="pk_set_aside"),
    )


def downgrade() -> None:
    raise NotImplementedError("older programs are given the copy made before the migration")
