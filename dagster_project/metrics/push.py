"""Push of the gauges to a Pushgateway: the whole group is replaced, since it never forgets a series by itself.

Belongs here: sending, trying again, telling what can pass from what can't. Does not belong here: one exchange over HTTP
(`exchange.py`), what is pushed (`gauges.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import HTTPException, InvalidURL

from prometheus_client import CollectorRegistry, push_to_gateway

from dagster_project.metrics.exchange import ForeignAnswerError, StatusError, sender, without_password
from validators.errors import PushRefusedError, PushUnavailableError

JOB = "xushi"
_MAY_PASS = (408, 425, 429)  # beside everything from 500 on


def push(
    made: CollectorRegistry,
    url: str,
    *,
    tries: int = 4,
    timeout_seconds: float = 10.0,
    wait: Callable[[float], None] = time.sleep,
    told: Callable[[str], object] = lambda _: None,
) -> int:
    """PUT the registry as group job="xushi" and return how many tries it took.

    A try takes at most `timeout_seconds`, however slowly the gateway reads or answers. Waits 1, 2, 4 ... seconds
    between tries; each that failed is `told` in a sentence. Raises PushUnavailableError when the gateway stayed away
    (trying later can help; the database holds everything and the next push brings it all), PushRefusedError when it
    said no or is no Pushgateway at all. A name and password in the URL are sent, and shown nowhere."""
    shown = without_password(url)
    for attempt in range(1, tries + 1):
        try:
            push_to_gateway(url, job=JOB, registry=made, timeout=timeout_seconds, handler=sender)
        except StatusError as error:
            reason = str(error)
            if error.status < 500 and error.status not in _MAY_PASS:
                raise PushRefusedError(shown, reason) from error
        except (ForeignAnswerError, InvalidURL) as error:
            raise PushRefusedError(shown, str(error)) from error
        except (OSError, HTTPException) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
        else:
            return attempt
        if attempt == tries:
            raise PushUnavailableError(shown, f"{reason} ({tries} tries)")
        pause = 2.0 ** (attempt - 1)
        told(
            f"{shown}: 第 {attempt} 次推送失败，{pause:g} 秒后重试 / "
            f"try {attempt} of {tries} failed, the next in {pause:g} s: {reason}"
        )
        wait(pause)
    raise ValueError(f"tries must be at least 1, not {tries}")
