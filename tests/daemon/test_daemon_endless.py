"""A document that takes for ever to read or to judge costs its source, and nothing else."""

import os
import signal

import pytest

from monitor.model import Outcome


def outcomes(home, name):
    return [o for (o,) in home.query("SELECT outcome FROM poll WHERE source_id = ? ORDER BY id", name)]


def rest(home, name):
    """How long the source is left alone after its last look, in seconds."""
    return home.query(
        "SELECT (julianday(next_poll_at) - julianday(last_poll_at)) * 86400 FROM source WHERE id = ?", name
    )[0][0]


@pytest.mark.slow
@pytest.mark.parametrize("work", ["read", "judge"])
def test_a_source_that_takes_for_ever_rests_and_the_others_go_on_also_after_a_restart(home, work):
    home.watch("evil", "good", interval=3600)
    home.run_at(60)
    environment = {"MONITOR_HANG_AT": f"{work}:evil"}
    process = home.start(environment=environment, apart=True)
    home.until(lambda: outcomes(home, "evil") == [Outcome.FAULT], process)
    home.until(lambda: Outcome.FAULT not in outcomes(home, "good") and len(outcomes(home, "good")) >= 1, process)
    assert 3500 <= rest(home, "evil") <= 3700
    said = home.query("SELECT reason FROM poll WHERE source_id = 'evil'")[0][0]
    assert "not done within" in said or "processor time" in said
    assert home.store.sources.get("evil").last_outcome is Outcome.FAULT
    home.stop(process)

    home.run_at(600)
    again = home.start(environment=environment, apart=True)
    seen = len(outcomes(home, "good"))
    home.until(lambda: len(outcomes(home, "evil")) == 2, again)
    home.until(lambda: len(outcomes(home, "good")) > seen, again)
    assert rest(home, "evil") > 7000
    home.stop(again)


@pytest.mark.slow
def test_asked_to_stop_while_a_document_takes_for_ever_it_stops(home):
    home.watch("evil", interval=3600)
    process = home.start(environment={"MONITOR_HANG_AT": "judge:evil"}, apart=True, pace={"patience": 1})
    home.until(lambda: home.query("SELECT count(*) FROM source WHERE lease_owner IS NOT NULL") == [(1,)], process)
    os.kill(process.pid, signal.SIGTERM)
    # The document alone would take longer than this.
    process.join(25)
    assert process.exitcode == 0, home.tail()
    assert home.query("SELECT count(*) FROM source WHERE lease_owner IS NOT NULL") == [(0,)]
