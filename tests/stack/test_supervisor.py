"""The supervisor with small programs that behave badly on purpose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import psutil

from dagster_project.stack import guard, supervisor
from dagster_project.stack.components import Component
from dagster_project.stack.processes import Launch
from dagster_project.stack.supervisor import State, Watched

# Says its process id, and does not stop when it is asked to.
STUBBORN = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid()); time.sleep(600)"
# Starts a stubborn child and stops when it is asked to, without a word to the child.
CARELESS = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); time.sleep(600)"
PATIENT = "import time; time.sleep(600)"
# Ends once another has said its process id: from then on that one is stubborn.
LATER = """
import pathlib, sys, time
log = pathlib.Path(sys.argv[1])
while not log.exists() or not log.read_text().endswith("\\n"):
    time.sleep(0.02)
"""


class Heard:
    """A report that keeps what it is told, and sets an event once everything has settled."""

    def __init__(self) -> None:
        self.states: list[tuple[str, State]] = []
        self.ends: list[tuple[str, bool]] = []
        self.refusals: list[str] = []
        self.settled_event = Event()

    def changed(self, watched: Watched) -> None:
        self.states.append((watched.launch.component.key, watched.state))

    def settled(self, everything: Sequence[Watched]) -> None:
        self.settled_event.set()

    def refused(self, launch: Launch, error: OSError) -> None:
        self.refusals.append(launch.component.key)

    def stopping(self) -> None:
        pass

    def stopped(self, watched: Watched, *, gently: bool) -> None:
        self.ends.append((watched.launch.component.key, gently))


def launched(key: str, script: str, *, after: tuple[str, ...] = (), once: bool = False, ready: bool = True) -> Launch:
    component = Component(key, key, key, 0, ())
    probe = None if once else lambda _started: None if ready else "still busy"
    return Launch(component, (sys.executable, "-I", "-u", "-c", script), probe=probe, after=after)


def later(log: Path) -> Launch:
    """What ends once the log has its first line."""
    first = launched("later", LATER, once=True)
    return replace(first, command=(*first.command, str(log)))


def ran(folder: Path, *launches: Launch, grace: float = 5.0, ready: float = 20.0) -> tuple[bool, Heard]:
    """Run until all has settled."""
    heard = Heard()
    well = supervisor.run(
        launches,
        logs=folder,
        report=heard,
        stop=Event(),
        hurry=Event(),
        until_ready=True,
        ready_seconds=ready,
        grace_seconds=grace,
    )
    return well, heard


def pid_in(log: Path) -> int:
    """The process id that a script printed as its first line."""
    end = time.monotonic() + 60
    while not log.exists() or not log.read_text().endswith("\n"):
        assert time.monotonic() < end
        time.sleep(0.02)
    return int(log.read_text().split()[0])


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_one_that_will_not_stop_is_killed_after_the_grace(tmp_path: Path) -> None:
    # The second waits for the first to have printed, so that its handler is in place.
    first = launched("stubborn", STUBBORN)
    well, heard = ran(tmp_path, first, later(tmp_path / "stubborn.log"), grace=0.3)
    assert heard.ends == [("stubborn", False)]
    assert gone(pid_in(tmp_path / "stubborn.log"))
    assert well  # it ran as it should; how it ended is said


def test_a_second_signal_leaves_no_grace(tmp_path: Path) -> None:
    stop, hurry, heard = Event(), Event(), Heard()

    def signals() -> None:
        pid_in(tmp_path / "stubborn.log")
        stop.set()
        time.sleep(0.5)
        hurry.set()

    Thread(target=signals).start()
    began = time.monotonic()
    supervisor.run(
        [launched("stubborn", STUBBORN)], logs=tmp_path, report=heard, stop=stop, hurry=hurry, grace_seconds=60
    )
    assert time.monotonic() - began < 40
    assert heard.ends == [("stubborn", False)]


def test_what_a_component_started_and_left_behind_is_killed_too(tmp_path: Path) -> None:
    careless = launched("careless", CARELESS)
    _, heard = ran(tmp_path, careless, later(tmp_path / "careless.log"), grace=0.5)
    assert heard.ends == [("careless", False)]
    assert gone(pid_in(tmp_path / "careless.log"))


def test_one_waits_for_another_to_settle_even_when_that_fails(tmp_path: Path) -> None:
    first = launched("first", "import sys; sys.exit(3)", once=True)
    well, heard = ran(tmp_path, launched("second", PATIENT, after=("first",)), first)
    assert heard.states == [
        ("first", State.STARTING),
        ("first", State.DEAD),
        ("second", State.STARTING),
        ("second", State.READY),
    ]
    assert not well


def test_work_that_is_done_once_ends_well(tmp_path: Path) -> None:
    well, heard = ran(tmp_path, launched("once", "print('done')", once=True))
    assert heard.states[-1] == ("once", State.DONE)
    assert heard.ends == []
    assert well


def test_a_server_that_ends_is_no_success_even_with_exit_code_0(tmp_path: Path) -> None:
    well, heard = ran(tmp_path, launched("server", "pass", ready=False))
    assert heard.states[-1] == ("server", State.DEAD)
    assert not well


def test_one_that_never_answers_is_said_to_be_slow_and_goes_on(tmp_path: Path) -> None:
    well, heard = ran(tmp_path, launched("slow", PATIENT, ready=False), ready=0.5)
    assert heard.states == [("slow", State.STARTING), ("slow", State.SLOW)]
    assert heard.ends == [("slow", True)]
    assert not well


def test_a_program_that_cannot_be_run_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    broken = Launch(Component("broken", "broken", "broken", 0, ()), (str(tmp_path / "nothing"),))
    well, heard = ran(tmp_path, broken, launched("good", PATIENT))
    assert heard.refusals == ["broken"]
    assert ("good", State.READY) in heard.states
    assert not well


def test_a_stack_of_which_nothing_is_left_ends_by_itself(tmp_path: Path) -> None:
    heard = Heard()
    launches = [launched("short", "import time; time.sleep(0.5)")]
    assert not supervisor.run(launches, logs=tmp_path, report=heard, stop=Event(), hurry=Event())


def test_the_log_of_the_last_start_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    ran(tmp_path, launched("once", "print('yesterday')", once=True))
    ran(tmp_path, launched("once", "print('today')", once=True))
    assert (tmp_path / "once.log").read_text() == "today\n"
    assert (tmp_path / "once.log.1").read_text() == "yesterday\n"


def test_the_guard_stops_what_it_was_told_of_and_spares_what_is_gone() -> None:
    assert guard.groups(["+7\n", "+8\n", "+9\n", "-8\n", "-5\n"]) == [9, 7]
    left = subprocess.Popen([sys.executable, "-I", "-c", PATIENT], start_new_session=True)
    spared = subprocess.Popen([sys.executable, "-I", "-c", PATIENT], start_new_session=True)
    try:
        # Somebody has to take note of the end, as the system does once the parent is gone.
        Thread(target=left.wait).start()
        watch = subprocess.Popen([sys.executable, "-I", guard.__file__], stdin=subprocess.PIPE, text=True)
        watch.communicate(f"+{left.pid}\n+{spared.pid}\n-{spared.pid}\n", timeout=120)
        assert left.wait(60) == -signal.SIGTERM
        assert spared.poll() is None
    finally:
        for process in (left, spared):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
