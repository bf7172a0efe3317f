"""`run`, in a checkout whose virtual environment is played by a shell script: what it starts, and how."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PLAYED_PYTHON = """#!/bin/sh
[ "$1" != -V ] || { echo 'Python 3.11.0'; exit; }
echo "pid=$$ home=${MONITOR_HOME:-} cwd=$PWD"
printf 'argument=%s\\n' "$@"
exit 42
"""

# It says its number only when it is ready to be told, and answers with a code of its own: a machine may start its
# children with SIGTERM ignored, and a signal sent in the middle of an exec is lost on some.
LISTENING_PYTHON = f"""#!{sys.executable}
import os, signal, sys
if sys.argv[1:] == ["-V"]:
    sys.exit(print("Python 3.11.0"))
signal.signal(signal.SIGTERM, lambda *_: os._exit(43))
signal.alarm(60)
print(f"pid={{os.getpid()}}", flush=True)
while True:
    signal.pause()
"""


@pytest.fixture
def played(checkout, tmp_path) -> Path:
    """A checkout in a folder with a space in its name; its environment was made by an earlier run."""
    folder = tmp_path / "footnote watch"
    bin_ = folder / ".venv" / "bin"
    bin_.mkdir(parents=True)
    for name in ("run", "requirements.lock", "requirements-dev.lock"):
        shutil.copy2(checkout / name, folder / name)
    for name in ("requirements.lock", "requirements-dev.lock"):
        shutil.copy2(checkout / name, folder / ".venv" / name)
    (folder / ".venv/made-for").write_text(f"{folder.resolve()} Python 3.11.0\n")
    (bin_ / "python").write_text(PLAYED_PYTHON)
    (bin_ / "python").chmod(0o755)
    return folder


def run(folder, *arguments, cwd=None, **environment):
    env = {"PATH": os.environ["PATH"], "HOME": str(folder)} | environment
    return subprocess.run(
        [folder / "run", *arguments], cwd=cwd or folder, env=env, capture_output=True, text=True, check=False
    )


def arguments_of(result):
    return [line.removeprefix("argument=") for line in result.stdout.splitlines() if line.startswith("argument=")]


def test_start_runs_the_daemon_with_the_checkout_as_its_home(played):
    result = run(played, "start", "--once")
    assert arguments_of(result) == ["-P", "-m", "monitor", "run", "--once"]
    assert f"home={played.resolve()} " in result.stdout


def test_the_exit_code_is_the_programs_own(played):
    assert run(played, "start").returncode == 42


def test_a_home_that_is_named_is_kept(played):
    assert "home=/srv/elsewhere " in run(played, "monitor", "check", MONITOR_HOME="/srv/elsewhere").stdout


def test_arguments_with_spaces_and_quotes_arrive_as_they_were_typed(played):
    typed = ["show", "a b", "it's", "*", ""]
    assert arguments_of(run(played, "monitor", *typed)) == ["-P", "-m", "monitor", *typed]


def test_a_command_of_the_program_stays_in_the_folder_it_was_typed_in(played, tmp_path):
    assert f"cwd={tmp_path.resolve()}\n" in run(played, "monitor", "read", "page.html", cwd=tmp_path).stdout


def test_the_tests_run_in_the_checkout_whatever_the_folder(played, tmp_path):
    result = run(played, "test", "tests/text", cwd=tmp_path)
    assert f"cwd={played.resolve()}\n" in result.stdout
    assert arguments_of(result)[:2] == ["-m", "pytest"]
    assert arguments_of(result)[-1] == "tests/text"


def test_signals_reach_the_program_because_it_takes_the_scripts_place(played):
    (played / ".venv/bin/python").write_text(LISTENING_PYTHON)
    env = {"PATH": os.environ["PATH"]}
    command = [played / "run", "monitor", "wait"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"pid={process.pid}\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 43


def test_an_unknown_task_is_refused_with_the_list_of_tasks(played):
    result = run(played, "strat")
    assert result.returncode == 2
    assert "'strat'" in result.stderr
    assert "./run start" in result.stderr


def test_help_names_every_task(played):
    script = (played / "run").read_text("utf-8")
    cases = script[script.index("\ncase $task in") :]
    tasks = {
        "start",
        "monitor",
        "test",
        "lint",
        "types",
        "layers",
        "samples",
        "html",
        "docs",
        "wheel",
        "lock",
        "python",
    }
    shown = run(played, "help").stdout
    assert {task for task in tasks if f"./run {task}" not in shown} == set()
    assert {task for task in tasks if task not in cases} == set()


@pytest.fixture
def no_python(tmp_path) -> str:
    """A PATH with the tools the script uses, and no Python."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cat", "cmp", "cp", "dirname", "grep", "id", "sed", "sh", "tr", "uname"):
        found = shutil.which(name)
        assert found, name
        (tools / name).symlink_to(found)
    return str(tools)


def test_without_python_it_says_what_to_type_and_makes_nothing(played, no_python):
    shutil.rmtree(played / ".venv")
    result = run(played, "start", PATH=no_python)
    assert result.returncode == 1
    assert "Python 3.11" in result.stderr
    assert "install python3" in result.stderr
    assert not (played / ".venv").exists()


def test_a_python_that_is_too_old_is_passed_over_for_a_newer_one(played, no_python):
    shutil.rmtree(played / ".venv")
    for name, answer in (("python3", "exit 1"), ("python3.12", 'echo "called: $*"; [ "$1" != -m ]')):
        (Path(no_python) / name).write_text(f"#!/bin/sh\n{answer}\n")
        (Path(no_python) / name).chmod(0o755)
    result = run(played, "start", PATH=no_python)
    assert "called: -m venv --clear" in result.stdout
    assert result.returncode != 0


def tool(folder, name, script):
    (Path(folder) / name).unlink(missing_ok=True)
    (Path(folder) / name).write_text(f"#!/bin/sh\n{script}\n")
    (Path(folder) / name).chmod(0o755)


@pytest.fixture
def as_root(no_python) -> str:
    """A machine without Python where we are root and apt-get can bring it (a Python that makes no environment)."""
    tool(no_python, "id", "echo 0")
    python = f"{no_python}/python3"
    brings = f"printf '#!/bin/sh\\n[ \"$1\" != -m ]\\n' >{python}; /bin/chmod +x {python}"
    tool(no_python, "apt-get", f'echo "apt-get $*" >&2; [ "$1" != install ] || {{ {brings}; }}')
    return no_python


def test_root_on_a_build_machine_gets_python_installed(played, as_root):
    shutil.rmtree(played / ".venv")
    result = run(played, "start", PATH=as_root, CI="true")
    assert "apt-get install -q -y python3 python3-venv" in result.stderr
    assert "Please type" not in result.stderr


def test_root_on_anybodys_machine_is_only_told_what_to_type(played, as_root):
    shutil.rmtree(played / ".venv")
    result = run(played, "start", PATH=as_root)
    assert "apt-get install -q" not in result.stderr
    assert "Please type" in result.stderr


def test_a_changed_lock_is_installed_with_hashes_and_once(played):
    with (played / "requirements.lock").open("a") as lock:
        lock.write("# another line\n")
    pip = 'case "$3" in install) shift 3; echo "pip $*";; esac'
    played_python = PLAYED_PYTHON.replace("exit 42", "").replace(
        'echo "pid', f'[ "$2" != pip ] || {{ {pip}; exit; }}\necho "pid'
    )
    tool(played / ".venv/bin", "python", played_python)
    first, second = run(played, "start"), run(played, "start")
    assert "--require-hashes --no-deps -r" in first.stderr
    assert "pip" not in second.stderr


def test_a_lock_that_could_not_be_installed_is_tried_again_next_time(played):
    (played / ".venv/requirements.lock").unlink()
    result = run(played, "start")
    assert result.returncode == 42
    assert arguments_of(result) == []
    assert not (played / ".venv/requirements.lock").exists()


def test_an_environment_of_another_folder_is_made_again(played, no_python):
    (played / ".venv/made-for").write_text("/somewhere/else Python 3.11.0\n")
    tool(no_python, "python3", 'echo "called: $*"; [ "$1" != -m ]')
    assert "called: -m venv --clear" in run(played, "start", PATH=no_python).stdout
