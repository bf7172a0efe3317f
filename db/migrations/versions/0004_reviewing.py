# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""Reviewing: the timeline, reviews, full-text search, saved searches, visits, withheld copies, users, the audit log.

The timeline is filled here by one statement per table; what it and the search need from inside packed values is read
afterwards, in small steps, while the program runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = "state IN ('check', 'relevant', 'routine', 'noise')"
TOKENS = "tokenize = 'unicode61 remove_diacritics 2'"


def upgrade() -> None:
    _timeline()
    _review()
    _people()
    _search()
    _indexes()
    _fill()


def _timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(STATES, name="state"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_timeline_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_timeline"),
        sa.UniqueConstraint("item", name="uq_timeline_item"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_timeline_at", "timeline", ["at", "id"])
    op.create_index("ix_timeline_source_id", "timeline", ["source_id", "at", "id"])
    to_check, unread = sa.text("state = 'check' AND told"), sa.text("topics IS NULL")
    op.create_index("ix_timeline_to_check", "timeline", ["at", "id"], sqlite_where=to_check)
    op.create_index("ix_timeline_unread", "timeline", ["id"], sqlite_where=unread)


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(STATES, name="state"),
        sa.ForeignKeyConstraint(["item"], ["timeline.item"], name="fk_review_item_timeline"),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_item", "review", ["item", "id"])
    op.create_table(
        "visit",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("before", sa.DateTime(), nullable=True),
        sa.Column("latest", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("who", name="pk_visit"),
    )
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_search"),
        sa.UniqueConstraint("name", name="uq_saved_search_name"),
        sqlite_autoincrement=True,
    )


def _people() -> None:
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'reviewer', 'reader')", name="role"),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("name", name="uq_user_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    for table in ("review", "audit"):
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_stays_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.create_table(
        "withheld",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_withheld_snapshot_id_snapshot"),
        sa.PrimaryKeyConstraint("id", name="pk_withheld"),
        sqlite_autoincrement=True,
    )
    in_force = sa.text("lifted_at IS NULL")
    op.create_index("uq_withheld_in_force", "withheld", ["snapshot_id"], unique=True, sqlite_where=in_force)


def _search() -> None:
    op.add_column("snapshot", sa.Column("words", sa.Integer(), nullable=True))
    op.create_index("ix_snapshot_unread", "snapshot", ["id"], sqlite_where=sa.text("good AND words IS NULL"))
    op.create_table(
        "passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.DateTime(), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=True),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_passage_snapshot_id_snapshot"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_passage_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_passage"),
        sa.UniqueConstraint("source_id", "hash", name="uq_passage_source_id_hash"),
    )
    op.create_index("ix_passage_snapshot_id", "passage", ["snapshot_id"])
    op.create_index("ix_passage_there", "passage", ["source_id"], sqlite_where=sa.text("last_seen IS NULL"))
    op.execute(
        "CREATE VIRTUAL TABLE passage_words USING fts5"
        f"(text, source_id, content = 'passage', content_rowid = 'id', {TOKENS})"
    )
    op.execute(f"CREATE VIRTUAL TABLE change_words USING fts5(added, removed, source_id, content = '', {TOKENS})")


def _indexes() -> None:
    # A source's polls in order, without sorting them; the held-back list counted by rule without reading its values.
    op.create_index("ix_poll_source_id", "poll", ["source_id", "id"])
    op.drop_index("ix_held_at", "held")
    op.create_index("ix_held_at", "held", ["at", "source_id", "rule"])


def _fill() -> None:
    # How much events mattered when this was written; an urgent one was critical.
    op.execute(
        "INSERT INTO timeline (item, at, source_id, kind, severity, told, topics, state) "
        "SELECT item, at, source_id, kind, severity, told, topics, 'check' FROM ("
        " SELECT 'change:' || id AS item, confirmed_at AS at, source_id, kind, severity, told, NULL AS topics, id"
        " FROM change UNION ALL"
        " SELECT 'event:' || id, at, source_id, kind,"
        " CASE WHEN urgent OR kind IN ('gone', 'status_notice', 'quote_lost', 'replaced') THEN 4"
        " WHEN kind IN ('added', 'fault') THEN 2 ELSE 3 END, told, '', id"
        " FROM event"
        ") ORDER BY at, id"
    )


def downgrade() -> None:
    raise NotImplementedError("older programs are given the copy made before the migration")
