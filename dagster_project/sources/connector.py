"""What a connector is: a small class that fetches what one source has of some periods, as it came.

Belongs here: what is asked of a connector and what it hands over. Does not belong here: any connector, what becomes of
what it hands over (`pulling`). A connector reads no clock, no setting and no store: everything it needs is in its
options and in the request.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Generic, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict

from dagster_project.apart.asking import Allowance
from validators.catalogue import Catalogue
from validators.periods import Period


class Options(BaseModel):
    """What a source's entry in the catalogue may say below `with`; a connector has a subclass of its own. Texts may
    hold `${name}`, which is filled in from the settings before the connector sees them (`secrets.py`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)


def _silent(zh: str, en: str) -> None:
    del zh, en


@dataclass(frozen=True)
class Request:
    """What is wanted: figures of a dataset for these periods (oldest first) and regions (codes; those that the source
    is for). `known` is what the last delivery of the same source asked to be remembered (`Delivery.keep`), such as an
    ETag. `now` is timezone-aware. `max_bytes`, `max_cells` and `allowance` limit an answer, what it holds, and what
    reading it may use. `say` shows a line of progress, in Chinese and in English; `remark` says what is to
    stand beside the outcome of a pull that brought nothing."""

    dataset: str
    source: str
    periods: Sequence[Period]
    regions: Sequence[str]
    catalogue: Catalogue
    now: datetime
    known: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = 50_000_000
    max_cells: int = 2_000_000
    allowance: Allowance = field(default_factory=Allowance)
    say: Callable[[str, str], None] = _silent
    remark: Callable[[str, str], None] = _silent


@dataclass(frozen=True)
class Delivery:
    """Something that a source had.

    `content`: the bytes as received; they are archived. `origin`: where they came from, a URL or a path; secrets are
    taken out of it and of `headers` before either is kept. `period`, `region`, `status`, `published`: what the source
    says about it, None where it doesn't. `figures`: a frame with the columns LONG (`validators.columns`), for a source
    that says itself what its figures are; None for a file that is a table to be read like an upload. `form`: what the
    answer is made of (columns, units, codes), in any order; a change of it from one delivery to the next is a finding.
    `keep`: what to remember for the next request."""

    content: bytes
    file_name: str
    origin: str
    received_at: datetime
    media_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    period: str | None = None
    region: str | None = None
    status: str | None = None
    published: date | None = None
    figures: pd.DataFrame | None = None
    form: Sequence[str] = ()
    keep: Mapping[str, str] = field(default_factory=dict)


OptionsT = TypeVar("OptionsT", bound=Options)


class Connector(ABC, Generic[OptionsT]):
    """Base of connectors. A subclass names the model of its options and has one method, `pull`.

    It is found by its entry point in the group `xushi.connectors` (`registry.py`), so that one can be added by
    installing a package."""

    options_model: ClassVar[type[Options]]

    def __init__(self, options: OptionsT) -> None:
        self.options = options

    @abstractmethod
    def pull(self, request: Request) -> Iterator[Delivery]:
        """What the source has of what is wanted, nothing where it has nothing (not published yet, nothing new).

        SourceUnavailableError for what may pass (no connection, time-out, 429, 5xx, a firewall's page);
        SourceRefusedError for what won't (an unknown code, 401, 404 where there must be something, wrong certificate,
        an answer that is too large); SourceFormError where the answer is not made as the options say. Raise before
        the first delivery, or between two: each delivery is complete in itself."""
