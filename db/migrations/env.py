# ruff: noqa: INP001 - Alembic loads this folder by path; it is no package
"""Alembic's way in. The program hands over a connection inside a transaction (`monitor.store.schema.migrate`)."""

from alembic import context

from monitor.store.tables import METADATA

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Migrations run when the program opens a database; see db/README.md for making a new one.")

context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
