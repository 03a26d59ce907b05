"""Which connectors there are: those installed under the entry point group `xushi.connectors`, ours among them.

A package adds one by naming its class there:

    [project.entry-points."xushi.connectors"]
    ftp_listing = "my_package:FtpListing"

Belongs here: finding a connector by its name and making it from the catalogue's entry. Does not belong here: any one.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any

from pydantic import ValidationError

from dagster_project.sources.connector import Connector
from validators.errors import SourceOptionsError

GROUP = "xushi.connectors"


def names() -> list[str]:
    """Names of the connectors installed here, in order."""
    return sorted(entry_points(group=GROUP).names)


def find(name: str) -> type[Connector[Any]]:
    """The connector of this name; SourceOptionsError where none is installed, or what is installed is none."""
    found = entry_points(group=GROUP, name=name)
    if not found:
        near = get_close_matches(name, names(), n=1)
        hint_zh, hint_en = (f"；是否为 {near[0]}？", f"; did you mean {near[0]}?") if near else ("", "")
        raise SourceOptionsError(
            [
                f"没有名为 {name} 的连接器{hint_zh} / no connector is called {name}{hint_en} "
                f"(installed: {', '.join(names())})"
            ]
        )
    loaded = next(iter(found)).load()
    if not (isinstance(loaded, type) and issubclass(loaded, Connector)):
        raise SourceOptionsError([f"{name} 不是连接器 / what is installed as {name} is no connector: {loaded!r}"])
    return loaded


def make(name: str, options: Mapping[str, Any]) -> Connector[Any]:
    """The connector with its options; SourceOptionsError with a line for each one that is wrong."""
    connector = find(name)
    try:
        return connector(connector.options_model.model_validate(dict(options)))
    except ValidationError as error:
        # What was found is left out: by now it may hold a secret.
        raise SourceOptionsError(
            [f"with.{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)]
        ) from None
