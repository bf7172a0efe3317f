"""`python -m monitor.store` prints the schema as SQL, for `db/schema.sql`."""

import sys
import tempfile
from pathlib import Path

from monitor.store.engine import Database
from monitor.store.schema import schema_sql

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "empty.sqlite3")
        sys.stdout.write(schema_sql(database.path))
        database.close()
