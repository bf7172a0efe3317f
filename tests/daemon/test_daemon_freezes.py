"""An event loop that stands still for ten seconds: the heartbeat does not say that all is well, and no tick is lost."""

import asyncio
import os
import signal
import time

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from played import Answer

from monitor.clock import SteppedClock
from monitor.daemon import Daemon, Pace

pytestmark = pytest.mark.story
HEART = "heart.example"


def test_while_the_loop_stands_still_no_heartbeat_is_sent_and_afterwards_everything_goes_on(home, web):
    web.pages[f"{HEART}/beat"] = Answer(b"ok")
    home.watch("one", "two", interval=120)
    process = home.start(freeze=10.0, environment={"MONITOR_HEARTBEAT_URL": f"http://{HEART}/beat"})
    beats = lambda: len(web.asked_for(HEART, "/beat"))  # noqa: E731 - read at three moments
    home.until(lambda: beats() > 2, process)
    os.kill(process.pid, signal.SIGWINCH)
    home.until(lambda: home.said("the loop stands still"), process)
    still = beats()
    home.until(lambda: home.said("the loop goes on"), process)
    # One may have been on its way. With five ticks a second, fifty would have been sent.
    assert beats() - still <= 2
    beat, polls = beats(), home.polls()
    home.until(lambda: beats() > beat + 2 and home.polls() > polls + 2, process)
    assert home.query("SELECT 1 FROM poll GROUP BY source_id, token HAVING count(*) > 1") == []
    home.stop(process)


def test_every_tick_that_fell_into_the_standstill_comes_when_it_ends(home):
    """None is dropped for being late: the daily round has ten minutes to the next."""
    home.watch("one")

    async def scene():
        async with home.app(SteppedClock(home.now())) as app:
            daemon = Daemon(app, home.folder / "sources.yaml", Pace(*[2.0] * 7))
            scheduler = daemon._scheduler()
            come, lost, done = [], [], asyncio.Event()

            def heard(event):
                (come if event.code == EVENT_JOB_EXECUTED else lost).append(event.job_id)
                if lost or names <= set(come):
                    done.set()

            scheduler.add_listener(heard, EVENT_JOB_EXECUTED | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
            scheduler.start()
            names = {job.id for job in scheduler.get_jobs()}
            time.sleep(10)  # noqa: ASYNC251 - what is tried here
            async with asyncio.timeout(100):
                await done.wait()
            scheduler.shutdown(wait=False)
            return names, lost, come

    names, lost, come = asyncio.run(scene())
    assert lost == []
    assert {"poll", "deliver", "watch list", "compose", "heartbeat", "housekeeping"} == names <= set(come)
