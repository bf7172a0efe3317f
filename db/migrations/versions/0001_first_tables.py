# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _meta()
    _section()
    _source()
    _memory()
    _host()
    _poll()
    _body()
    _snapshot()
    _text()
    _change()
    _event()
    _held()
    _finding()
    _subscriber()
    _channel()
    _digest()
    _digest_item()
    _delivery()


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first tables")


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )


def _section() -> None:
    op.create_table(
        "section",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_section"),
    )


def _source() -> None:
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(), nullable=True),
        sa.Column("next_trigger", sa.String(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("health", sa.String(), nullable=False),
        sa.Column("health_since", sa.DateTime(), nullable=True),
        sa.Column("last_poll_at", sa.DateTime(), nullable=True),
        sa.Column("last_good_at", sa.DateTime(), nullable=True),
        sa.Column("last_outcome", sa.String(), nullable=False),
        sa.Column("last_reason", sa.Text(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("robots", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("validators_url", sa.String(), nullable=False),
        sa.Column("last_sha256", sa.String(), nullable=False),
        sa.Column("last_snapshot", sa.Integer(), nullable=False),
        sa.Column("told_snapshot", sa.Integer(), nullable=False),
        sa.Column("told_text", sa.String(), nullable=False),
        sa.Column("current_text", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
    )
    op.create_index("ix_source_lease_until", "source", ["lease_until"])
    op.create_index("ix_source_next_poll_at", "source", ["next_poll_at"])


def _memory() -> None:
    op.create_table(
        "memory",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_memory_source_id_source"),
        sa.PrimaryKeyConstraint("source_id", name="pk_memory"),
    )


def _host() -> None:
    op.create_table(
        "host",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=True),
        sa.Column("robots_status", sa.Integer(), nullable=True),
        sa.Column("robots_body", sa.LargeBinary(), nullable=False),
        sa.Column("robots_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("host", name="pk_host"),
    )
    op.create_index("ix_host_not_before", "host", ["not_before"])


def _poll() -> None:
    op.create_table(
        "poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("looks", sa.LargeBinary(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_poll_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_poll"),
        sa.UniqueConstraint("source_id", "token", name="uq_poll_source_id_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_poll_finished_at", "poll", ["finished_at"])


def _body() -> None:
    op.create_table(
        "body",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("base_sha256", sa.String(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("zstd", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(base_sha256 IS NULL) = (depth = 0) AND depth BETWEEN 0 AND 19", name="chain"),
        sa.ForeignKeyConstraint(["base_sha256"], ["body.sha256"], name="fk_body_base_sha256_body"),
        sa.PrimaryKeyConstraint("sha256", name="pk_body"),
    )
    op.create_index("ix_body_base_sha256", "body", ["base_sha256"])


def _snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("final_url", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("charset", sa.String(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("first_seen", sa.DateTime(), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["body.sha256"], name="fk_snapshot_sha256_body"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_snapshot_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
        sa.UniqueConstraint("source_id", "url", "sha256", name="uq_snapshot_source_id_url_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_snapshot_sha256", "snapshot", ["sha256"])


def _text() -> None:
    op.create_table(
        "text",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_text"),
    )


def _change() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("first_seen", sa.DateTime(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=False),
        sa.Column("old_snapshot", sa.Integer(), nullable=False),
        sa.Column("new_snapshot", sa.Integer(), nullable=False),
        sa.Column("old_sha256", sa.String(), nullable=False),
        sa.Column("new_sha256", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name="fk_change_poll_id_poll"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_change_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_confirmed_at", "change", ["confirmed_at"])
    op.create_index("ix_change_poll_id", "change", ["poll_id"])
    op.create_index("ix_change_source_id", "change", ["source_id", "id"])


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name="fk_event_poll_id_poll"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_event_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_at", "event", ["at"])
    op.create_index("ix_event_poll_id", "event", ["poll_id"])
    op.create_index("ix_event_source_id", "event", ["source_id", "id"])


def _held() -> None:
    op.create_table(
        "held",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name="fk_held_poll_id_poll"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_held_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_held"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_held_at", "held", ["at"])
    op.create_index("ix_held_poll_id", "held", ["poll_id"])
    op.create_index("ix_held_source_id", "held", ["source_id", "id"])


def _finding() -> None:
    op.create_table(
        "finding",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name="fk_finding_poll_id_poll"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_finding_source_id_source"),
        sa.PrimaryKeyConstraint("source_id", name="pk_finding"),
    )
    op.create_index("ix_finding_poll_id", "finding", ["poll_id"])


def _subscriber() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("sign_of_life", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("address", name="uq_subscriber_address"),
        sqlite_autoincrement=True,
    )


def _channel() -> None:
    op.create_table(
        "channel",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=True),
        sa.Column("next_probe", sa.DateTime(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_channel"),
    )


def _digest() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
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


def _digest_item() -> None:
    op.create_table(
        "digest_item",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digest.id"], name="fk_digest_item_digest_id_digest", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_digest_item_subscriber_id_subscriber", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "item", name="pk_digest_item"),
    )
    op.create_index("ix_digest_item_digest_id", "digest_item", ["digest_id"])


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed', 'dead')", name="state"),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name="fk_delivery_digest_id_digest", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("digest_id", name="uq_delivery_digest_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_state", "delivery", ["state", "next_try_at"])
