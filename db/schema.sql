-- Schema 0007, generated from db/migrations (python -m monitor.store > db/schema.sql); do not edit.

PRAGMA application_id = 1179539284;

CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	at DATETIME NOT NULL,
	who VARCHAR NOT NULL,
	what VARCHAR NOT NULL,
	target VARCHAR NOT NULL,
	detail TEXT NOT NULL
);

CREATE INDEX ix_audit_at ON audit (at);

CREATE TRIGGER audit_stays_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TRIGGER audit_stays_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TABLE body (
	sha256 VARCHAR NOT NULL,
	base_sha256 VARCHAR,
	depth INTEGER NOT NULL,
	size INTEGER NOT NULL,
	zstd BLOB NOT NULL, place INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_body PRIMARY KEY (sha256),
	CONSTRAINT ck_body_chain CHECK ((base_sha256 IS NULL) = (depth = 0) AND depth BETWEEN 0 AND 19),
	CONSTRAINT fk_body_base_sha256_body FOREIGN KEY(base_sha256) REFERENCES body (sha256)
);

CREATE INDEX ix_body_base_sha256 ON body (base_sha256);

CREATE TABLE certificate (
	sha256 VARCHAR NOT NULL,
	der BLOB NOT NULL,
	CONSTRAINT pk_certificate PRIMARY KEY (sha256)
);

CREATE TABLE change (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source_id VARCHAR NOT NULL,
	poll_id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	severity INTEGER NOT NULL,
	told BOOLEAN NOT NULL,
	first_seen DATETIME NOT NULL,
	confirmed_at DATETIME NOT NULL,
	old_snapshot INTEGER NOT NULL,
	new_snapshot INTEGER NOT NULL,
	old_sha256 VARCHAR NOT NULL,
	new_sha256 VARCHAR NOT NULL,
	value BLOB NOT NULL,
	CONSTRAINT fk_change_poll_id_poll FOREIGN KEY(poll_id) REFERENCES "polled" (id),
	CONSTRAINT fk_change_source_id_source FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE INDEX ix_change_confirmed_at ON change (confirmed_at);

CREATE INDEX ix_change_poll_id ON change (poll_id);

CREATE INDEX ix_change_source_id ON change (source_id, id);

CREATE VIRTUAL TABLE change_words USING fts5(added, removed, source_id, content = '', tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE "channel" (
	name VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	since DATETIME,
	next_probe DATETIME,
	note VARCHAR NOT NULL,
	subscriber_id INTEGER,
	CONSTRAINT pk_channel PRIMARY KEY (name),
	CONSTRAINT fk_channel_subscriber_id_subscriber FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE
);

CREATE TABLE delivery (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	digest_id INTEGER NOT NULL,
	state VARCHAR NOT NULL,
	token INTEGER NOT NULL,
	lease_until DATETIME,
	recipient VARCHAR NOT NULL,
	sender VARCHAR NOT NULL,
	subject VARCHAR NOT NULL,
	message_id VARCHAR NOT NULL,
	attempts INTEGER NOT NULL,
	created_at DATETIME NOT NULL,
	next_try_at DATETIME,
	settled_at DATETIME,
	answer TEXT NOT NULL, channel VARCHAR DEFAULT 'mail' NOT NULL,
	CONSTRAINT ck_delivery_state CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'dead')),
	CONSTRAINT fk_delivery_digest_id_digest FOREIGN KEY(digest_id) REFERENCES digest (id) ON DELETE CASCADE,
	CONSTRAINT uq_delivery_digest_id UNIQUE (digest_id)
);

CREATE INDEX ix_delivery_state ON delivery (state, next_try_at);

CREATE TABLE "digest" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	subscriber_id INTEGER,
	kind VARCHAR NOT NULL,
	window VARCHAR NOT NULL,
	covers_from DATETIME NOT NULL,
	covers_to DATETIME NOT NULL,
	created_at DATETIME NOT NULL,
	mime BLOB,
	CONSTRAINT fk_digest_subscriber_id_subscriber FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE,
	CONSTRAINT uq_digest_subscriber_id_window UNIQUE (subscriber_id, window)
);

CREATE TABLE digest_item (
	subscriber_id INTEGER NOT NULL,
	item VARCHAR NOT NULL,
	digest_id INTEGER,
	skipped BOOLEAN NOT NULL,
	CONSTRAINT pk_digest_item PRIMARY KEY (subscriber_id, item),
	CONSTRAINT fk_digest_item_digest_id_digest FOREIGN KEY(digest_id) REFERENCES digest (id) ON DELETE CASCADE,
	CONSTRAINT fk_digest_item_subscriber_id_subscriber FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE
);

CREATE INDEX ix_digest_item_digest_id ON digest_item (digest_id);

CREATE TABLE document (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source_id VARCHAR NOT NULL,
	change_id INTEGER,
	url VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	due_at DATETIME,
	tried_at DATETIME,
	value BLOB NOT NULL,
	CONSTRAINT ck_document_state CHECK (state IN ('waiting', 'kept', 'given_up', 'passed_over')),
	CONSTRAINT fk_document_change_id_change FOREIGN KEY(change_id) REFERENCES change (id),
	CONSTRAINT fk_document_source_id_source FOREIGN KEY(source_id) REFERENCES source (id),
	CONSTRAINT uq_document_source_id_url UNIQUE (source_id, url)
);

CREATE INDEX ix_document_change_id ON document (change_id);

CREATE INDEX ix_document_state ON document (state, due_at);

CREATE INDEX ix_document_tried_at ON document (tried_at);

CREATE TABLE event (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source_id VARCHAR NOT NULL,
	poll_id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	told BOOLEAN NOT NULL,
	urgent BOOLEAN NOT NULL,
	at DATETIME NOT NULL,
	value BLOB NOT NULL,
	CONSTRAINT fk_event_poll_id_poll FOREIGN KEY(poll_id) REFERENCES "polled" (id),
	CONSTRAINT fk_event_source_id_source FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE INDEX ix_event_at ON event (at);

CREATE INDEX ix_event_poll_id ON event (poll_id);

CREATE INDEX ix_event_source_id ON event (source_id, id);

CREATE TABLE finding (
	source_id VARCHAR NOT NULL,
	poll_id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	value BLOB NOT NULL,
	CONSTRAINT pk_finding PRIMARY KEY (source_id),
	CONSTRAINT fk_finding_poll_id_poll FOREIGN KEY(poll_id) REFERENCES "polled" (id),
	CONSTRAINT fk_finding_source_id_source FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE INDEX ix_finding_poll_id ON finding (poll_id);

CREATE TABLE gap (
	source_id VARCHAR NOT NULL,
	since DATETIME NOT NULL,
	until DATETIME NOT NULL,
	CONSTRAINT pk_gap PRIMARY KEY (source_id, since)
);

CREATE TABLE held (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source_id VARCHAR NOT NULL,
	poll_id INTEGER NOT NULL,
	rule VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	value BLOB NOT NULL,
	CONSTRAINT fk_held_poll_id_poll FOREIGN KEY(poll_id) REFERENCES "polled" (id),
	CONSTRAINT fk_held_source_id_source FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE INDEX ix_held_at ON held (at, source_id, rule);

CREATE INDEX ix_held_poll_id ON held (poll_id);

CREATE INDEX ix_held_source_id ON held (source_id, id);

CREATE TABLE host (
	host VARCHAR NOT NULL,
	not_before DATETIME,
	robots_status INTEGER,
	robots_body BLOB NOT NULL,
	robots_at DATETIME,
	CONSTRAINT pk_host PRIMARY KEY (host)
);

CREATE INDEX ix_host_not_before ON host (not_before);

CREATE TABLE inbox (
	"key" VARCHAR NOT NULL,
	taken_at DATETIME NOT NULL,
	kind VARCHAR NOT NULL,
	subscriber_id INTEGER,
	CONSTRAINT pk_inbox PRIMARY KEY ("key"),
	CONSTRAINT fk_inbox_subscriber_id_subscriber FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE
);

CREATE INDEX ix_inbox_subscriber_id ON inbox (subscriber_id);

CREATE INDEX ix_inbox_taken_at ON inbox (taken_at);

CREATE TABLE look_base (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source_id VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	value BLOB NOT NULL,
	CONSTRAINT fk_look_base_source_id_source FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE INDEX ix_look_base_source_id ON look_base (source_id, kind, id);

CREATE TABLE memory (
	source_id VARCHAR NOT NULL,
	value BLOB NOT NULL,
	CONSTRAINT pk_memory PRIMARY KEY (source_id),
	CONSTRAINT fk_memory_source_id_source FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE TABLE meta (
	"key" VARCHAR NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_meta PRIMARY KEY ("key")
);

CREATE TABLE passage (
	id INTEGER NOT NULL,
	source_id VARCHAR NOT NULL,
	hash VARCHAR NOT NULL,
	text TEXT NOT NULL,
	page INTEGER NOT NULL,
	first_seen DATETIME NOT NULL,
	last_seen DATETIME,
	snapshot_id INTEGER NOT NULL,
	CONSTRAINT pk_passage PRIMARY KEY (id),
	CONSTRAINT fk_passage_snapshot_id_snapshot FOREIGN KEY(snapshot_id) REFERENCES snapshot (id),
	CONSTRAINT fk_passage_source_id_source FOREIGN KEY(source_id) REFERENCES source (id),
	CONSTRAINT uq_passage_source_id_hash UNIQUE (source_id, hash)
);

CREATE INDEX ix_passage_snapshot_id ON passage (snapshot_id);

CREATE INDEX ix_passage_there ON passage (source_id) WHERE last_seen IS NULL;

CREATE VIRTUAL TABLE passage_words USING fts5(text, source_id, content = 'passage', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');

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
FROM polled AS p LEFT JOIN snapshot AS s ON s.id = p.snapshot;

CREATE TABLE "polled" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source_id VARCHAR NOT NULL,
	token INTEGER NOT NULL,
	"trigger" VARCHAR NOT NULL,
	finished_at BIGINT NOT NULL,
	took INTEGER NOT NULL,
	outcome VARCHAR NOT NULL,
	reason TEXT NOT NULL,
	status INTEGER,
	snapshot INTEGER,
	base_id INTEGER,
	looks BLOB NOT NULL,
	used INTEGER NOT NULL,
	good BOOLEAN NOT NULL,
	testimonies BLOB,
	asked INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT fk_polled_base_id_look_base FOREIGN KEY(base_id) REFERENCES look_base (id),
	CONSTRAINT fk_polled_source_id_source FOREIGN KEY(source_id) REFERENCES source (id),
	CONSTRAINT uq_polled_source_id_token UNIQUE (source_id, token)
);

CREATE INDEX ix_polled_finished_at ON polled (finished_at);

CREATE TABLE received (
	sha256 VARCHAR NOT NULL,
	value BLOB NOT NULL,
	CONSTRAINT pk_received PRIMARY KEY (sha256)
);

CREATE TABLE review (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	item VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	note TEXT NOT NULL,
	who VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT ck_review_state CHECK (state IN ('check', 'relevant', 'routine', 'noise')),
	CONSTRAINT fk_review_item_timeline FOREIGN KEY(item) REFERENCES timeline (item)
);

CREATE INDEX ix_review_item ON review (item, id);

CREATE TRIGGER review_stays_delete BEFORE DELETE ON review BEGIN SELECT RAISE(ABORT, 'review is append-only'); END;

CREATE TRIGGER review_stays_update BEFORE UPDATE ON review BEGIN SELECT RAISE(ABORT, 'review is append-only'); END;

CREATE TABLE saved_search (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	name VARCHAR NOT NULL,
	page VARCHAR NOT NULL,
	"query" TEXT NOT NULL,
	who VARCHAR NOT NULL,
	created_at DATETIME NOT NULL,
	CONSTRAINT uq_saved_search_name UNIQUE (name)
);

CREATE TABLE saying (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source_id VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	rule VARCHAR NOT NULL,
	places TEXT NOT NULL,
	held_id INTEGER,
	change_id INTEGER NOT NULL,
	said_at DATETIME NOT NULL,
	undone_at DATETIME,
	CONSTRAINT ck_saying_kind CHECK (kind IN ('news', 'quiet')),
	CONSTRAINT fk_saying_change_id_change FOREIGN KEY(change_id) REFERENCES change (id),
	CONSTRAINT fk_saying_held_id_held FOREIGN KEY(held_id) REFERENCES held (id),
	CONSTRAINT fk_saying_source_id_source FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE INDEX ix_saying_source_id ON saying (source_id);

CREATE UNIQUE INDEX uq_saying_in_force ON saying (kind, change_id) WHERE undone_at IS NULL;

CREATE TABLE section (
	id VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	position INTEGER NOT NULL,
	CONSTRAINT pk_section PRIMARY KEY (id)
);

CREATE TABLE set_aside (
	subscriber_id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	window VARCHAR NOT NULL,
	version VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	fault VARCHAR NOT NULL,
	CONSTRAINT pk_set_aside PRIMARY KEY (subscriber_id, kind),
	CONSTRAINT fk_set_aside_subscriber_id_subscriber FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE
);

CREATE TABLE snapshot (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source_id VARCHAR NOT NULL,
	url VARCHAR NOT NULL,
	final_url VARCHAR NOT NULL,
	sha256 VARCHAR NOT NULL,
	status INTEGER NOT NULL,
	content_type VARCHAR NOT NULL,
	charset VARCHAR NOT NULL,
	headers TEXT NOT NULL,
	chain TEXT NOT NULL,
	good BOOLEAN NOT NULL,
	first_seen DATETIME NOT NULL,
	last_seen DATETIME NOT NULL, words INTEGER, poll_id INTEGER CONSTRAINT fk_snapshot_poll_id_polled REFERENCES polled (id),
	CONSTRAINT fk_snapshot_sha256_body FOREIGN KEY(sha256) REFERENCES body (sha256),
	CONSTRAINT fk_snapshot_source_id_source FOREIGN KEY(source_id) REFERENCES source (id),
	CONSTRAINT uq_snapshot_source_id_url_sha256 UNIQUE (source_id, url, sha256)
);

CREATE INDEX ix_snapshot_sha256 ON snapshot (sha256);

CREATE INDEX ix_snapshot_unread ON snapshot (id) WHERE good AND words IS NULL;

CREATE TABLE source (
	id VARCHAR NOT NULL,
	position INTEGER NOT NULL,
	host VARCHAR NOT NULL,
	definition TEXT NOT NULL,
	added_at DATETIME NOT NULL,
	retired_at DATETIME,
	next_poll_at DATETIME,
	next_trigger VARCHAR NOT NULL,
	token INTEGER NOT NULL,
	lease_until DATETIME,
	lease_owner VARCHAR,
	health VARCHAR NOT NULL,
	health_since DATETIME,
	last_poll_at DATETIME,
	last_good_at DATETIME,
	last_outcome VARCHAR NOT NULL,
	last_reason TEXT NOT NULL,
	looks INTEGER NOT NULL,
	robots VARCHAR NOT NULL,
	address VARCHAR NOT NULL,
	etag VARCHAR NOT NULL,
	last_modified VARCHAR NOT NULL,
	validators_url VARCHAR NOT NULL,
	last_sha256 VARCHAR NOT NULL,
	last_snapshot INTEGER NOT NULL,
	told_snapshot INTEGER NOT NULL,
	told_text VARCHAR NOT NULL,
	current_text VARCHAR NOT NULL,
	fingerprint VARCHAR NOT NULL, planned_at DATETIME,
	CONSTRAINT pk_source PRIMARY KEY (id)
);

CREATE INDEX ix_source_lease_until ON source (lease_until);

CREATE INDEX ix_source_next_poll_at ON source (next_poll_at);

CREATE TABLE subscriber (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	email VARCHAR NOT NULL,
	address VARCHAR NOT NULL,
	language VARCHAR NOT NULL,
	timezone VARCHAR NOT NULL,
	frequency VARCHAR NOT NULL,
	hour INTEGER NOT NULL,
	weekday INTEGER NOT NULL,
	filters TEXT NOT NULL,
	urgent BOOLEAN NOT NULL,
	sign_of_life BOOLEAN NOT NULL,
	paused BOOLEAN NOT NULL,
	created_at DATETIME NOT NULL, channel VARCHAR DEFAULT 'mail' NOT NULL, url VARCHAR DEFAULT '' NOT NULL, bounces INTEGER DEFAULT '0' NOT NULL, bounced_at DATETIME, suspended_at DATETIME, suspended_reason VARCHAR DEFAULT '' NOT NULL,
	CONSTRAINT uq_subscriber_address UNIQUE (address)
);

CREATE TABLE text (
	hash VARCHAR NOT NULL,
	value BLOB NOT NULL, base_hash VARCHAR CONSTRAINT fk_text_base_hash_text REFERENCES text (hash), place INTEGER DEFAULT '0' NOT NULL CONSTRAINT ck_text_chain CHECK ((base_hash IS NULL) = (place = 0) AND place BETWEEN 0 AND 63),
	CONSTRAINT pk_text PRIMARY KEY (hash)
);

CREATE TABLE timeline (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	item VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	source_id VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	severity INTEGER NOT NULL,
	told BOOLEAN NOT NULL,
	topics TEXT,
	state VARCHAR NOT NULL,
	review_id INTEGER,
	CONSTRAINT ck_timeline_state CHECK (state IN ('check', 'relevant', 'routine', 'noise')),
	CONSTRAINT fk_timeline_source_id_source FOREIGN KEY(source_id) REFERENCES source (id),
	CONSTRAINT uq_timeline_item UNIQUE (item)
);

CREATE INDEX ix_timeline_at ON timeline (at, id);

CREATE INDEX ix_timeline_source_id ON timeline (source_id, at, id);

CREATE INDEX ix_timeline_to_check ON timeline (at, id) WHERE state = 'check' AND told;

CREATE INDEX ix_timeline_unread ON timeline (id) WHERE topics IS NULL;

CREATE TABLE user (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	name VARCHAR NOT NULL,
	hash VARCHAR NOT NULL,
	role VARCHAR NOT NULL,
	disabled BOOLEAN NOT NULL,
	created_at DATETIME NOT NULL,
	CONSTRAINT ck_user_role CHECK (role IN ('admin', 'reviewer', 'reader')),
	CONSTRAINT uq_user_name UNIQUE (name)
);

CREATE TABLE visit (
	who VARCHAR NOT NULL,
	"before" DATETIME,
	latest DATETIME NOT NULL,
	CONSTRAINT pk_visit PRIMARY KEY (who)
);

CREATE TABLE withheld (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	snapshot_id INTEGER NOT NULL,
	reason TEXT NOT NULL,
	who VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	lifted_at DATETIME,
	lifted_by VARCHAR DEFAULT '' NOT NULL,
	CONSTRAINT fk_withheld_snapshot_id_snapshot FOREIGN KEY(snapshot_id) REFERENCES snapshot (id)
);

CREATE UNIQUE INDEX uq_withheld_in_force ON withheld (snapshot_id) WHERE lifted_at IS NULL;
