"""A connector for tests, as somebody else would write one: what lies on a shelf, one CSV a period."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from dagster_project.sources.connector import Connector, Delivery, Options, Request
from validators.errors import SourceUnavailableError


class ShelfOptions(Options):
    folder: Path
    token: str = ""


class Shelf(Connector[ShelfOptions]):
    options_model = ShelfOptions

    def pull(self, request: Request) -> Iterator[Delivery]:
        if not self.options.folder.is_dir():
            raise SourceUnavailableError(
                f"{request.dataset}/{request.source}",
                f"打不开 {self.options.folder}（{self.options.token}）",
                f"can't open {self.options.folder} ({self.options.token})",
                retry_after=60,
            )
        for period in request.periods:
            request.say(f"取 {period.text}", f"fetching {period.text}")
            file = self.options.folder / f"{period.text}.csv"
            if not file.exists() or request.known.get(file.name) == str(file.stat().st_mtime_ns):
                continue
            content = file.read_bytes()
            figures = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False)
            yield Delivery(
                content=content,
                file_name=file.name,
                origin=f"shelf://{self.options.token}@{file}",
                received_at=request.now,
                headers={"Set-Cookie": "session", "X-Shelf": f"token {self.options.token}"},
                period=period.text,
                figures=figures,
                form=[f"column:{name}" for name in figures.columns],
                keep={file.name: str(file.stat().st_mtime_ns)},
            )
