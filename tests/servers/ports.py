"""Ports for servers of the tests."""

from __future__ import annotations

import os
import random
import socket
from itertools import cycle, islice

# Below those that systems hand out by themselves, so that a port which is free here is given to nobody until it is
# used; each worker has a range of its own, and each of its ports comes again only after all others.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 20
_RANGE = range(10_000 + 500 * _WORKER, 10_500 + 500 * _WORKER)
_PORTS = cycle(random.SystemRandom().sample(_RANGE, len(_RANGE)))  # the usual generator is one that tests seed


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    for port in islice(_PORTS, len(_RANGE)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError(f"no port is free between {_RANGE.start} and {_RANGE.stop}")
