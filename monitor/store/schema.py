"""Which schema a database file has, and how it gets to ours."""

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine

from monitor import crash, resources
from monitor.errors import SchemaError

HEAD = "0007"
"""The newest revision in `db/migrations`; a test keeps it true. Known here so that opening need not load Alembic."""
APPLICATION_ID = 0x464E5754
"""`FNWT` in the file's header (sqlite.org/pragma.html#pragma_application_id): the database is ours."""

# Alembic's environment is a module-level proxy: one migration at a time in a process.
_one_at_a_time = threading.Lock()


def state_of(connection: sqlite3.Connection) -> str:
    """The file's revision; empty for a new file. Raises SchemaError for somebody else's database.

    sqlite3 errors pass.
    """
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables and application_id == 0:
        return ""
    if application_id != APPLICATION_ID or "alembic_version" not in tables:
        raise SchemaError("This SQLite file is not one of Footnote Watch; name another file.")
    rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    if len(rows) != 1:
        raise SchemaError(f"The database names {len(rows)} schema versions instead of one; restore a backup.")
    return str(rows[0][0])


def migrate(engine: Engine, found: str, migrations: Path | None = None) -> None:
    """Brings the file from revision `found` to HEAD, in one transaction: completely, or not at all.

    `engine` opens connections with foreign keys off and begins with BEGIN IMMEDIATE: a batch alter with them on
    deletes cascading children. They are checked before the commit. The caller holds the write lock.
    """
    # Loading Alembic takes as long as opening the database; most starts have nothing to migrate.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations or resources.bundled("db/migrations")).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found and found not in known:
        raise SchemaError(
            f"The database has schema {found}, which this version of the program (schema {HEAD}) does not know. "
            "It was made by a newer one: upgrade the program, or restore a backup from before."
        )
    with _one_at_a_time, engine.begin() as connection:
        if connection.exec_driver_sql("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").first() is None:
            raise SchemaError("The SQLite of this Python was built without FTS5, the full-text search; use another.")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        crash.reach("migrate.middle")
        _check_references(connection)
    crash.reach("migrate.after_commit")


def _check_references(connection: Connection) -> None:
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        places = ", ".join(sorted({str(row[0]) for row in broken}))
        raise SchemaError(f"The migration would leave rows without what they refer to ({places}); nothing was changed.")


def schema_sql(path: Path) -> str:
    """The schema of a database file as SQL, as committed in `db/schema.sql`."""
    with closing(sqlite3.connect(f"file:{quote(os.fspath(path.absolute()))}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT m.sql FROM sqlite_master AS m LEFT JOIN pragma_table_list AS t ON t.name = m.tbl_name "
            "WHERE m.sql IS NOT NULL AND m.name NOT LIKE 'sqlite_%' AND t.type IS NOT 'shadow' "
            "ORDER BY m.tbl_name, m.type = 'trigger', m.type DESC, m.name"
        ).fetchall()
    lines = [f"PRAGMA application_id = {APPLICATION_ID};", *(f"{sql};" for (sql,) in rows)]
    text = "\n".join(line.rstrip() for line in "\n\n".join(lines).splitlines())
    head = f"-- Schema {HEAD}, generated from db/migrations (python -m monitor.store > db/schema.sql); do not edit."
    return f"{head}\n\n{text}\n"
