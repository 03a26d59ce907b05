"""Starts the processes of a plan, watches them, and stops them in the reverse order.

Belongs here: order, time limits, what counts as success. Does not belong here: words on the terminal (`report.py`), a
single process (`processes.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from threading import Event
from typing import Protocol

from dagster_project.stack.processes import Guard, Launch, Running

READY_SECONDS = 120.0  # Dagster on a busy machine; a program that has ended is noticed at once
GRACE_SECONDS = 20.0  # Dagster first lets a run of a table end, which takes seconds
_POLL_SECONDS = 0.25


class State(Enum):
    """What has become of a component so far."""

    WAITING = auto()
    STARTING = auto()
    READY = auto()
    DONE = auto()
    SLOW = auto()
    DEAD = auto()

    @property
    def settled(self) -> bool:
        """Whether those that wait for it need wait no longer."""
        return self not in (State.WAITING, State.STARTING)

    @property
    def bad(self) -> bool:
        """Whether somebody should look at it."""
        return self in (State.SLOW, State.DEAD)


@dataclass(slots=True)
class Watched:
    """A component under watch. `missing` is what its last probe said."""

    launch: Launch
    state: State = State.WAITING
    running: Running | None = None
    missing: str = ""
    seconds: float = 0.0


class Report(Protocol):
    """Who is told what happens."""

    def changed(self, watched: Watched) -> None:
        """A component's state is another one."""

    def settled(self, everything: Sequence[Watched]) -> None:
        """Every component is ready or has failed."""

    def refused(self, launch: Launch, error: OSError) -> None:
        """A program could not be run at all."""

    def stopping(self) -> None:
        """The stop begins."""

    def stopped(self, watched: Watched, *, gently: bool) -> None:
        """One component is gone; not gently when something of it had to be killed."""


def run(
    launches: Sequence[Launch],
    *,
    logs: Path,
    report: Report,
    stop: Event,
    hurry: Event,
    until_ready: bool = False,
    ready_seconds: float = READY_SECONDS,
    grace_seconds: float = GRACE_SECONDS,
) -> bool:
    """Start everything and keep it running until `stop` is set, then stop it in the reverse order; whether all went
    well from start to stop.

    A component that ends is reported and the others go on; when none is left, the stack ends by itself. `hurry`: set
    while stopping, it leaves no grace. `until_ready`: stop as soon as everything is ready or has failed."""
    everything = [Watched(each) for each in launches]
    guard = Guard()
    try:
        shown = False
        while not stop.is_set():
            for watched in everything:
                _step(watched, everything, logs, guard, report, ready_seconds)
            if not shown and all(each.state.settled for each in everything):
                report.settled(everything)
                shown = True
            if shown and (until_ready or not any(_alive(each) for each in everything)):
                break
            stop.wait(_POLL_SECONDS)
    finally:
        _stop(everything, report, hurry, grace_seconds)
        guard.close()
    return not any(each.state.bad for each in everything)


def _step(
    watched: Watched,
    everything: Sequence[Watched],
    logs: Path,
    guard: Guard,
    report: Report,
    ready_seconds: float,
) -> None:
    """Look at one component and take it one step further."""
    if watched.state is State.WAITING:
        if all(each.state.settled for each in everything if each.launch.component.key in watched.launch.after):
            _start(watched, logs, guard, report)
        return
    if watched.running is None or watched.state in (State.DEAD, State.DONE):
        return
    before = watched.state
    watched.seconds = watched.running.seconds
    code = watched.running.exit_code()
    if code is not None:
        watched.state = State.DONE if code == 0 and watched.launch.probe is None else State.DEAD
        # What it has started and left behind would hold its port or its files.
        watched.running.stop(1.0, Event())
    elif watched.state is not State.READY and watched.launch.probe is not None:
        watched.missing = watched.launch.probe(watched.running.started) or ""
        if not watched.missing:
            watched.state = State.READY
    if watched.state is State.STARTING and watched.seconds > ready_seconds:
        watched.state = State.SLOW
    if watched.state is not before:
        report.changed(watched)


def _start(watched: Watched, logs: Path, guard: Guard, report: Report) -> None:
    try:
        watched.running = Running(watched.launch, logs / f"{watched.launch.component.key}.log", guard)
    except OSError as error:
        watched.state = State.DEAD
        report.refused(watched.launch, error)
    else:
        watched.state = State.STARTING
        report.changed(watched)


def _alive(watched: Watched) -> bool:
    return watched.running is not None and watched.running.exit_code() is None


def _stop(everything: Sequence[Watched], report: Report, hurry: Event, grace_seconds: float) -> None:
    left = [each for each in everything if each.running is not None and each.state not in (State.DEAD, State.DONE)]
    if left:
        report.stopping()
    for watched in reversed(left):
        if watched.running is not None:
            report.stopped(watched, gently=watched.running.stop(grace_seconds, hurry))
