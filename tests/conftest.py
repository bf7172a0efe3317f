"""What holds for every test: no setting of the developer's machine leaks in, and property tests have no stopwatch.

The rest is configuration (pyproject.toml): pytest-socket refuses every connection but loopback, pytest-randomly
shuffles.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The tests share two cores with whatever else runs: how long an example takes says nothing.
settings.register_profile(
    "house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder with pyproject.toml."""
    return ROOT


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own MONITOR_HOME or mail server must not reach a test."""
    for name in [name for name in os.environ if name.startswith("MONITOR_")]:
        monkeypatch.delenv(name)
