"""What an import costs: sqlmodel is slow to load, and alembic is only needed for migrations."""

import pytest

LOADED = "import sys; {}; print(sorted({{'sqlmodel', 'sqlalchemy', 'alembic'}} & sys.modules.keys()))"


@pytest.mark.parametrize(
    ("statement", "loaded"),
    [
        ("import monitor.model, monitor.errors, monitor.crash", "[]"),
        ("import monitor.store", "['sqlalchemy', 'sqlmodel']"),
    ],
)
@pytest.mark.slow
def test_only_the_store_loads_sqlmodel_and_only_a_migration_alembic(run_python, statement, loaded):
    assert run_python(LOADED.format(statement)).stdout.strip() == loaded


@pytest.mark.slow
def test_opening_a_database_that_is_up_to_date_does_not_load_alembic(run_python, path):
    opens = (
        "import pathlib; from monitor.clock import SystemClock; from monitor.store import open_store; "
        f"open_store(pathlib.Path({str(path)!r}), clock=SystemClock())"
    )
    assert run_python(LOADED.format(opens)).stdout.strip() == "['sqlalchemy', 'sqlmodel']"
