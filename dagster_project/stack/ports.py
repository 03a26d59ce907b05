"""Ports of the stack: the usual, the given, or free ones; which are taken, and by which component they are wanted.

Belongs here: choosing and trying ports on the loopback address. Does not belong here: who serves what there.
"""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Iterable, Mapping

from dagster_project.stack.components import Component
from validators.errors import XushiError

HOST = "127.0.0.1"
# Below those that systems hand out by themselves, above the usual ones.
_FREE = range(20_000, 30_000)
_ANY = random.SystemRandom()


class PortsTakenError(XushiError):
    """Ports that components want and that somebody else holds; all of them at once."""

    def __init__(self, taken: Mapping[Component, int]) -> None:
        self.taken = dict(taken)
        lines = []
        for component, port in taken.items():
            lines.append(f"{component.name}: 端口 {port} 已被占用 / port {port} is in use")
            if component.package is not None:
                lines.append(
                    f"    若是 Debian 自带的服务 if Debian runs it as a service: "
                    f"systemctl disable --now {component.package}"
                )
        first = next(iter(taken))
        lines.append(
            f"另选端口 choose another: --port {first.key}={taken[first] + 10000 if taken[first] < 50000 else 19090}, "
            "或 or --free-ports"
        )
        super().__init__("\n".join(lines))


def choose(
    components: Iterable[Component], given: Mapping[str, int], *, free: bool, trying: bool = True
) -> dict[str, int]:
    """A port for each component by key: the given one, else with `free` one that nobody holds, else the usual one.

    With `trying`, PortsTakenError when somebody holds one of them, or two components were given the same."""
    chosen: dict[str, int] = {}
    taken: dict[Component, int] = {}
    held: list[socket.socket] = []
    try:
        # The fixed ones first, so that a free one never takes what another component was given.
        for component in sorted((each for each in components if each.port), key=lambda each: each.key not in given):
            wanted = given.get(component.key, 0 if free else component.port)
            if wanted and not trying:
                chosen[component.key] = wanted
                continue
            try:
                holder = _hold(wanted) if wanted else _hold_any()
            except OSError:
                taken[component] = wanted
                continue
            held.append(holder)
            chosen[component.key] = holder.getsockname()[1]
    finally:
        for holder in held:
            holder.close()
    if taken:
        raise PortsTakenError(taken)
    return chosen


def _hold_any() -> socket.socket:
    """Bind a port that nobody holds. The system's own choice it may give to another before the component takes it."""
    for port in _ANY.sample(_FREE, len(_FREE)):
        with contextlib.suppress(OSError):
            return _hold(port)
    return _hold(0)


def _hold(port: int) -> socket.socket:
    """Bind the port without listening. A port whose last connections are winding down (TIME_WAIT) counts as free, as
    it does for the servers themselves."""
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        holder.bind((HOST, port))
    except OSError:
        holder.close()
        raise
    return holder
