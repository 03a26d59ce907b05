"""Push of the gauges to a Pushgateway: the whole group is replaced, since it never forgets a series by itself."""

from __future__ import annotations

import time
import urllib.error
from collections.abc import Callable

from prometheus_client import CollectorRegistry, push_to_gateway

from validators.errors import PushRefusedError, PushUnavailableError

JOB = "xushi"


def push(
    made: CollectorRegistry,
    url: str,
    *,
    tries: int = 3,
    timeout_seconds: float = 10.0,
    wait: Callable[[float], None] = time.sleep,
) -> int:
    """PUT the registry as group job="xushi" and return how many tries it took.

    Waits 1, 2, 4 ... seconds between tries. Raises PushUnavailableError when the gateway stayed away (trying later can
    help; the database holds everything and the next push brings it all), PushRefusedError when it answered with a
    4xx."""
    for attempt in range(1, tries + 1):
        try:
            push_to_gateway(url, job=JOB, registry=made, timeout=timeout_seconds)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                said = error.read(500).decode("utf-8", "replace").strip()
                raise PushRefusedError(url, f"HTTP {error.code}: {said}") from error
            reason = f"HTTP {error.code}"
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            reason = str(getattr(error, "reason", error))
        else:
            return attempt
        if attempt == tries:
            raise PushUnavailableError(url, f"{reason} ({tries} tries)")
        wait(2.0 ** (attempt - 1))
    raise ValueError(f"tries must be at least 1, not {tries}")
