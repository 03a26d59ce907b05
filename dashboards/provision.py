"""Bringing the dashboards to a running Grafana through its HTTP API: folder, data source, dashboards, alert rules.

Belongs here: every call to Grafana; this is the only module that knows the client library. Does not belong here: what
is sent (`build.py`, `provisioning.py`, `grafana_alerts.py`), arguments and output (`commands.py`).

The library has methods for folders and dashboards alone; a data source by its uid, and alert rules, go as raw calls
through its connection. All paths are of Grafana 9.1 and are still served by the current release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from grafana_api.grafana_api import GrafanaClientError, GrafanaServerError
from grafana_api.grafana_face import GrafanaFace
from requests.exceptions import JSONDecodeError, RequestException

from dashboards.panels import DATASOURCE
from dashboards.provisioning import FOLDER_TITLE, FOLDER_UID, datasource
from validators.errors import GrafanaRefusedError, GrafanaUnavailableError

Answer = TypeVar("Answer")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was brought to the Grafana: whether the folder and the data source are new, changed or left alone, the
    addresses of the dashboards by uid, and the names of the rule groups."""

    folder: str
    source: str
    dashboards: dict[str, str]
    rule_groups: tuple[str, ...]


class Grafana:
    """A connection to a Grafana. `secret` is a service account's token, or user:password.

    Every method raises GrafanaRefusedError when Grafana says no (trying again can't help) and GrafanaUnavailableError
    when it is away. No message holds the secret."""

    def __init__(self, url: str, secret: str, *, timeout_seconds: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise GrafanaRefusedError(url, "URL", "http(s)://host[:port][/path]")
        if parts.username or parts.password:
            raise GrafanaRefusedError(parts.hostname, "URL", "密码不写在网址里 / no password in the address")
        self.url = url.rstrip("/")
        user, colon, password = secret.partition(":")
        prefix = parts.path.strip("/")
        self._client = GrafanaFace(
            (user, password) if colon else secret,
            host=f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname,
            port=parts.port,
            url_path_prefix=f"{prefix}/" if prefix else "",
            protocol=parts.scheme,
            timeout=timeout_seconds,
        )

    def push(
        self,
        dashboards: Iterable[Mapping[str, Any]],
        *,
        prometheus_url: str | None = None,
        rule_groups: Iterable[Mapping[str, Any]] = (),
    ) -> Pushed:
        """Bring everything, in the order in which one needs the other. Without `prometheus_url` the data source must be
        there already. Whatever has the same uid is replaced; nothing is deleted. `rule_groups` have the shape of a
        provisioning file's groups (name, interval, rules)."""
        folder = self._folder()
        source = self._source(prometheus_url)
        addresses = {str(each["uid"]): self._dashboard(each) for each in dashboards}
        return Pushed(folder, source, addresses, tuple(self._rules(group) for group in rule_groups))

    def _folder(self) -> str:
        what = f"folder {FOLDER_UID}"
        found = self._found(what, lambda: self._client.folder.get_folder(FOLDER_UID))
        if found is not None:
            return "there"
        self._ask(what, lambda: self._client.folder.create_folder(FOLDER_TITLE, FOLDER_UID))
        return "new"

    def _source(self, prometheus_url: str | None) -> str:
        what, path = f"data source {DATASOURCE.uid}", f"/datasources/uid/{DATASOURCE.uid}"
        found = self._found(what, lambda: self._client.api.GET(path))
        if found is not None and (prometheus_url is None or found.get("readOnly")):
            return "there"
        if prometheus_url is None:
            raise GrafanaRefusedError(
                self.url, what, "没有此数据源，请用 --prometheus-url 给出 / not there; give --prometheus-url"
            )
        body = datasource(prometheus_url)
        if found is not None:
            self._ask(what, lambda: self._client.api.PUT(path, json=body))
            return "changed"
        self._ask(what, lambda: self._client.datasource.create_datasource(body))
        return "new"

    def _dashboard(self, dashboard: Mapping[str, Any]) -> str:
        body = {
            "dashboard": dict(dashboard) | {"id": None},
            "folderUid": FOLDER_UID,
            "overwrite": True,
            "message": "xushi dashboards push",
        }
        saved = self._ask(f"dashboard {dashboard['uid']}", lambda: self._client.dashboard.update_dashboard(body))
        return f"{self.url}/d/{saved['uid']}"

    def _rules(self, group: Mapping[str, Any]) -> str:
        """Replace a rule group. A rule that left the group is deleted by Grafana with it."""
        name = str(group["name"])
        body = {
            "title": name,
            "folderUid": FOLDER_UID,
            "interval": _seconds(group["interval"]),
            "rules": [
                dict(_unescaped(rule)) | {"orgID": 1, "folderUID": FOLDER_UID, "ruleGroup": name}
                for rule in group["rules"]
            ],
        }
        path = f"/v1/provisioning/folder/{FOLDER_UID}/rule-groups/{quote(name, safe='')}"
        # Without this header Grafana would lock the rules against editing on its pages.
        headers = {"X-Disable-Provenance": "true"}
        self._ask(f"rule group {name}", lambda: self._client.api.PUT(path, json=body, headers=headers))
        return name

    def _found(self, what: str, call: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
        """The answer, or None where Grafana has nothing of that name."""

        def tolerant() -> dict[str, Any] | None:
            try:
                return call()
            except GrafanaClientError as error:
                if error.status_code == 404:
                    return None
                raise

        return self._ask(what, tolerant)

    def _ask(self, what: str, call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        except GrafanaServerError as error:
            raise GrafanaUnavailableError(self.url, what, _said(error)) from error
        except GrafanaClientError as error:
            raise GrafanaRefusedError(self.url, what, _said(error)) from error
        except JSONDecodeError as error:
            raise GrafanaRefusedError(self.url, what, "不是 Grafana 的回答 / no answer of a Grafana") from error
        except RequestException as error:
            raise GrafanaUnavailableError(self.url, what, type(error).__name__) from error


def _said(error: GrafanaClientError | GrafanaServerError) -> str:
    """The status and Grafana's own message; the library's message for 401 and 400 has not both."""
    message = error.response.get("message") if isinstance(error.response, Mapping) else error.response
    return f"HTTP {error.status_code}: {str(message)[:300]}"


def _seconds(interval: str | int) -> int:
    """'1m' as a provisioning file has it, or seconds as the API has it, in seconds."""
    text = str(interval)
    return int(text[:-1]) * _UNITS[text[-1]] if text[-1:] in _UNITS else int(text)


def _unescaped(value: Any) -> Any:
    """Files have `$$` for `$`, lest Grafana put an environment variable there; the API takes the text as it is."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, Mapping):
        return {key: _unescaped(each) for key, each in value.items()}
    return [_unescaped(each) for each in value] if isinstance(value, list) else value
