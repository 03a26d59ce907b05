"""One route of the portal: address, what must be permitted, and what answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Route:
    """`action`: what must be permitted; None for what everybody may see. `opened_by`: the setting that opens it to
    everybody. `nav`: key of its text in the navigation; '' keeps it out. `api`: described in OpenAPI, and refusals are
    JSON. `answer`: how a good answer is described in OpenAPI, as in FastAPI's `responses`."""

    method: str
    path: str
    endpoint: Callable[..., Any]
    action: str | None
    opened_by: str = ""
    nav: str = ""
    api: bool = False
    status: int = 200
    answer: dict[int | str, dict[str, Any]] | None = None

    @property
    def name(self) -> str:
        """The endpoint's name, for `url_for`."""
        return f"{self.endpoint.__module__.rpartition('.')[2]}.{self.endpoint.__name__}"
