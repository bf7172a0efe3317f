# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""What is kept from now on: texts as chains of differences, bodies in longer ones; what went over the wire, and what
neighbours of a page said, with the poll; times without looks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _texts_as_chains()
    _gaps()
    _what_travelled()


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


def _what_travelled() -> None:
    """Polls in half their size, with room for what went over the wire.

    Of polls and copies from before it is not known: `base_id`, `status`, `snapshot` and `snapshot.poll_id` are NULL,
    and their looks stay as they were kept, without hops.
    """
    connection = op.get_bind()
    op.create_table(
        "certificate",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_certificate"),
    )
    op.create_table(
        "received",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_received"),
    )
    op.create_table(
        "look_base",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_look_base_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_look_base"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_look_base_source_id", "look_base", ["source_id", "kind", "id"])
    op.create_table(
        "polled_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=False),
        sa.Column("took", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("snapshot", sa.Integer(), nullable=True),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("looks", sa.LargeBinary(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("testimonies", sa.LargeBinary(), nullable=True),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["base_id"], ["look_base.id"], name="fk_polled_base_id_look_base"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_polled_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_polled"),
        sa.UniqueConstraint("source_id", "token", name="uq_polled_source_id_token"),
        sqlite_autoincrement=True,
    )
    count = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'poll'")).scalar()
    finished, started = _microseconds("finished_at"), _microseconds("started_at")
    op.execute(
        "INSERT INTO polled_new (id, source_id, token, trigger, finished_at, took, outcome, reason, looks, used, good) "  # noqa: S608 - words of ours
        f"SELECT id, source_id, token, trigger, {finished}, {finished} - ({started}), outcome, "
        "CASE WHEN json_extract(reason, '$.values') = '{}' AND json_extract(reason, '$.code') NOT LIKE '{%' "
        "THEN json_extract(reason, '$.code') ELSE reason END, looks, used, good FROM poll ORDER BY id"
    )
    # Renamed first: so that changes, events and what was held back refer to the new name.
    op.rename_table("poll", "polled")
    op.drop_table("polled")
    op.rename_table("polled_new", "polled")
    op.create_index("ix_polled_finished_at", "polled", ["finished_at"])
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'polled'"))
    if count is not None:
        # Ids of deleted rows are not given out again.
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('polled', :seq)"), {"seq": count})
    op.execute(
        "ALTER TABLE snapshot ADD COLUMN poll_id INTEGER CONSTRAINT fk_snapshot_poll_id_polled REFERENCES polled (id)"
    )
    op.execute(_POLL)


def _microseconds(column: str) -> str:
    """A date as the program wrote it, `2026-11-22 07:00:00.000000`, in microseconds since 1970."""
    return (
        f"CAST(strftime('%s', substr({column}, 1, 19)) AS INTEGER) * 1000000 + CAST(substr({column}, 21, 6) AS INTEGER)"
    )


_POLL = """\
CREATE VIEW poll AS
SELECT p.id, p.source_id, p.token, p.trigger,
	strftime('%Y-%m-%d %H:%M:%S', (p.finished_at - p.took) / 1000000, 'unixepoch')
		|| printf('.%06d', (p.finished_at - p.took) % 1000000) AS started_at,
	strftime('%Y-%m-%d %H:%M:%S', p.finished_at / 1000000, 'unixepoch')
		|| printf('.%06d', p.finished_at % 1000000) AS finished_at,
	p.outcome,
	iif(p.reason LIKE '{%', p.reason, json_object('code', p.reason, 'values', json('{}'))) AS reason,
	iif(p.base_id IS NULL, p.looks, json_array(json_object(
		'url', coalesce(s.url, ''),
		'status', coalesce(p.status, 0),
		'error_kind', coalesce(iif(p.status IS NULL AND p.reason LIKE '{%', p.reason ->> '$.values.kind', ''), ''),
		'error_detail', coalesce(iif(p.status IS NULL AND p.reason LIKE '{%', p.reason ->> '$.values.detail', ''), ''),
		'sha256', coalesce(s.sha256, ''),
		'snapshot', coalesce(p.snapshot, 0)))) AS looks,
	p.used, p.good
FROM polled AS p LEFT JOIN snapshot AS s ON s.id = p.snapshot"""
"""Polls as a person reads them; of each the look that was judged. (`looks` has all that is kept, packed.)"""


def downgrade() -> None:
    raise NotImplementedError("older programs are given the copy made before the migration")
