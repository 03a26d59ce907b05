"""Whether two sources say different things of the same figure.

A figure that somebody handed in and one that was pulled, or two that were pulled from different places, are meant to be
the same. Where they are not, who decides must see both.

Belongs here: that comparison, in words. Does not belong here: a source that revises its own figure (`validators`),
whether the upload then waits (`pulling`, `intake`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from dagster_project.store import Upload
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION_KEY
from validators.findings import Finding, Severity
from validators.rounding import half_digit
from validators.sentences import amount, at, figure

RULE = "sources_disagree"
_SAME = 1e-9  # relative: the database holds exact decimals, frames hold their float64
_FEW = 20  # figures that are named one by one


def disagreements(
    new: pd.DataFrame,
    stored: pd.DataFrame,
    catalogue: Catalogue,
    upload_of: Callable[[int], Upload],
    *,
    source: str,
) -> list[Finding]:
    """A warning for each figure (OBSERVATION columns) that differs from the one believed (STORED columns) by more than
    its rounding, where that came another way: from another source, or by hand. `source` '' is by hand."""
    both = new.merge(stored, on=list(OBSERVATION_KEY), suffixes=("", "_old"))
    mine, theirs = both["value"].to_numpy(dtype="float64"), both["value_old"].to_numpy(dtype="float64")
    if np.allclose(mine, theirs, rtol=_SAME, atol=0):
        return []
    # One comes in more digits than the other: that is no disagreement.
    series = both.groupby(["indicator", "region", "measure"]).ngroup().to_numpy().astype(np.int64)
    coarser = np.maximum(half_digit(mine, both["text"], series), half_digit(theirs, None, series))
    differs = np.abs(mine - theirs) > coarser * (1 + 1e-6)
    apart = both[differs]
    uploads = {int(one): upload_of(int(one)) for one in apart["upload"].unique()}
    other = apart[[uploads[int(one)].hints.get("source", "") != source for one in apart["upload"]]]
    return list(_said(other, catalogue, uploads, source)) if len(other) else []


def _said(other: pd.DataFrame, catalogue: Catalogue, uploads: dict[int, Upload], source: str) -> Iterator[Finding]:
    ours_zh, ours_en = _from(source)
    for row in other.head(_FEW).to_dict("records"):
        upload = uploads[int(row["upload"])]
        name = figure(catalogue, row["indicator"], row["period"], row["measure"])
        theirs_zh, theirs_en = _from(upload.hints.get("source", ""))
        place = at(row["sheet_old"], row["cell_old"]).strip()
        mine, believed = amount(row["value"], row["unit"]), amount(row["value_old"], row["unit_old"])
        yield Finding(
            Severity.WARNING,
            RULE,
            f"{name.zh}：{ours_zh}为{mine}，{theirs_zh}为{believed}（{upload.file_name} {place}，第 {upload.id} 号）；"
            "请向两个来源核实，再决定采用哪个。",
            f"{name.en}: {mine} {ours_en}, but {believed} {theirs_en} ({upload.file_name} {place}, upload "
            f"{upload.id}); ask both, then decide which is right.",
            sheet=row["sheet"],
            cell=row["cell"],
            indicator=row["indicator"],
            region=row["region"],
            period=row["period"],
            found=mine,
            expected=believed,
        )
    if len(other) > _FEW:
        yield Finding(
            Severity.WARNING,
            RULE,
            f"另有 {len(other) - _FEW} 个数与其他来源不同；请逐一核对。",
            f"{len(other) - _FEW} more figures differ from those of another source; compare them one by one.",
            found=str(len(other)),
        )


def _from(source: str) -> tuple[str, str]:
    return (f"来源 {source} ", f"from the source {source}") if source else ("报送数", "as handed in")
