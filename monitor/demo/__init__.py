"""The played Belgium: cited sites with scripted histories on a local server, for `monitor demo` and the tests."""

from monitor.demo.run import run_demo
from monitor.demo.script import Asked, Down, Drop, Play, Redirect, Reply, Scene, Script, Slow, Validators, Visit
from monitor.demo.server import PlayedResolver, PlayedServer
from monitor.demo.stage import Stage

__all__ = [
    "Asked", "Down", "Drop", "Play", "PlayedResolver", "PlayedServer", "Redirect", "Reply", "Scene", "Script", "Slow",
    "Stage", "Validators", "Visit", "run_demo",
]  # fmt: skip
