"""Is a component ready? Each probe asks once and answers with None, or with what is still missing.

Belongs here: questions over the loopback address, bounded in time. Does not belong here: how often they are asked.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable
from typing import Any

from dagster_project.stack.ports import HOST

# `started` is when the process was started, in seconds since the epoch: what an earlier process left behind is no sign.
Probe = Callable[[float], str | None]

_TIMEOUT_SECONDS = 5.0

_DAEMONS = "{instance{daemonHealth{allDaemonStatuses{daemonType required lastHeartbeatTime}}}}"
_LOCATIONS = (
    "{workspaceOrError{__typename ... on PythonError{message} ... on Workspace{locationEntries{"
    "loadStatus locationOrLoadError{__typename ... on PythonError{message}}}}}}"
)


def answers(port: int, path: str) -> Probe:
    """An HTTP server that answers a path with 200."""

    def ask(_started: float) -> str | None:
        status, body = _ask(port, "GET", path)
        return None if status == 200 else f"HTTP {status or '—'} {body[:200].strip()}"

    return ask


def listens(port: int) -> Probe:
    """A server that takes connections."""

    def ask(_started: float) -> str | None:
        try:
            socket.create_connection((HOST, port), timeout=_TIMEOUT_SECONDS).close()
        except OSError as error:
            return str(error)
        return None

    return ask


def code_loaded(port: int) -> Probe:
    """Dagster's pages answer, and they could load the assets and jobs."""

    def ask(_started: float) -> str | None:
        answer = _graphql(port, _LOCATIONS)
        if isinstance(answer, str):
            return answer
        workspace = answer["workspaceOrError"]
        if workspace["__typename"] == "PythonError":
            return str(workspace["message"])
        for entry in workspace["locationEntries"]:
            error = entry["locationOrLoadError"]
            if entry["loadStatus"] != "LOADED" or error is None:
                return "loading"
            if error["__typename"] == "PythonError":
                return str(error["message"]).strip()
        return None if workspace["locationEntries"] else "no code location"

    return ask


def daemons_beat(port: int) -> Probe:
    """Every daemon that this Dagster needs has sent a heartbeat since the start; asked through Dagster's pages, since
    the daemon itself has no port."""

    def ask(started: float) -> str | None:
        answer = _graphql(port, _DAEMONS)
        if isinstance(answer, str):
            return answer
        silent = [
            status["daemonType"]
            for status in answer["instance"]["daemonHealth"]["allDaemonStatuses"]
            if status["required"] and (status["lastHeartbeatTime"] or 0) < started
        ]
        return f"no heartbeat: {', '.join(silent)}" if silent else None

    return ask


def _graphql(port: int, query: str) -> dict[str, Any] | str:
    """The data, or what went wrong."""
    status, body = _ask(port, "POST", "/graphql", json.dumps({"query": query}))
    if status != 200:
        return f"HTTP {status or '—'} {body[:200].strip()}"
    answer = json.loads(body)
    return answer["data"] if answer.get("data") else str(answer.get("errors"))


def _ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    """Status and text; status 0 and the reason when there was no answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()
