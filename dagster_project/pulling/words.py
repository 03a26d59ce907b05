"""How a pull ended, in words: Chinese, then English. Each says what to do where something is to be done.

Belongs here: the sentences. Does not belong here: which one it is (`puller.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dagster_project.intake import Outcome
from dagster_project.sources.form import FIGURE, Change
from dagster_project.store import PullOutcome, Upload
from validators.catalogue import Catalogue, Words
from validators.findings import Severity
from validators.periods import Period
from validators.sentences import series

Said = tuple[str, str]
_FEW = 6


def nothing_yet(periods: Sequence[Period], remarks: Sequence[Said] = ()) -> Said:
    """The source has nothing of these periods, and what the connector remarked on that."""
    span = _span(periods)
    zh, en = f"来源尚无 {span} 的数据", f"the source has nothing of {span} yet"
    return "；".join([zh, *(said for said, _ in remarks)]), "; ".join([en, *(said for _, said in remarks)])


def unchanged() -> Said:
    """Everything that it says is believed already."""
    return "与已入库的相同，没有新数", "as stored already: nothing new"


def too_large(size: int, most: int) -> Said:
    """More bytes than are taken."""
    return (
        f"{size:,} 字节，超过上限 {most:,}（XUSHI_MAX_UPLOAD_BYTES）",
        f"{size:,} bytes are more than the {most:,} of XUSHI_MAX_UPLOAD_BYTES",
    )


def taken_back(upload: Upload) -> Said:
    """The same bytes were withdrawn or declined by somebody."""
    return (
        f"内容与已撤回的第 {upload.id} 号相同，不再入库；确需采用请用 xushi pull --again",
        f"the same as upload {upload.id}, which was taken back; `xushi pull --again` takes it in all the same",
    )


def still_rejected(upload: Upload) -> Said:
    """The same bytes were rejected, and would be again."""
    return (
        f"内容与被退回的第 {upload.id} 号相同，问题依旧；见 xushi store uploads",
        f"the same as upload {upload.id}, which was rejected, for the same reasons; see `xushi store uploads`",
    )


def form_changed(change: Change) -> Said:
    """The answer is made differently; nothing was stored."""
    zh, en = _difference(change, None)
    return (
        f"来源格式与上次不同，未入库：{zh}；请核对来源，确认无误后用 xushi pull --new-form",
        f"the source is made differently from last time, nothing was stored: {en}; look at the source and, where it "
        "is right, use `xushi pull --new-form`",
    )


def brought(outcome: Outcome, kind: PullOutcome, form: Change, figures: Change, catalogue: Catalogue) -> Said:
    """What was handed in, how its form differs from last time, and which figures are missing that were there then."""
    zh, en = _became(outcome, kind)
    for change in (form, replace(figures, came=())):
        if change.gone or change.came:
            more_zh, more_en = _difference(change, catalogue)
            zh, en = f"{zh}；与上次相比{more_zh}", f"{en}; against last time, {more_en}"
    return zh, en


def _became(outcome: Outcome, kind: PullOutcome) -> Said:
    number = "" if outcome.upload is None else f" {outcome.upload}"
    if kind is PullOutcome.REJECTED:
        errors = outcome.report.count(Severity.ERROR)
        first = next((one for one in outcome.report.findings if one.severity is Severity.ERROR), None)
        zh, en = ("", "") if first is None else (f"：{first.zh}", f": {first.en}")
        return f"第{number} 号被退回，{errors} 处错误{zh}", f"upload{number} was rejected, {errors} errors{en}"
    counts = outcome.change
    new, revised = (0, 0) if counts is None else (counts.new, counts.revised)
    if kind is PullOutcome.PENDING:
        return (
            f"第{number} 号待第二人核准（与其他来源不同，或按规定须核准，或未到发布时间）",
            f"upload{number} waits: it contradicts another source, or a second person or a date is asked for",
        )
    return f"第{number} 号已入库，新增 {new}，修订 {revised}", f"upload{number} stored: {new} new, {revised} revised"


def _difference(change: Change, catalogue: Catalogue | None) -> Said:
    zh, en = [], []
    for what_zh, what_en, parts in (("缺", "gone", change.gone), ("新出现", "new", change.came)):
        if parts:
            names = [part_named(part, catalogue) for part in parts[:_FEW]]
            more = f" … ({len(parts)})" if len(parts) > _FEW else ""
            zh.append(f"{what_zh} {'、'.join(name.zh for name in names)}{more}")
            en.append(f"{what_en}: {', '.join(name.en for name in names)}{more}")
    return "；".join(zh), "; ".join(en)


def part_named(part: str, catalogue: Catalogue | None) -> Words:
    """How a part of a form is called: a figure by the names of the catalogue, anything else as the source has it."""
    indicator, _, measure = part.removeprefix(FIGURE).partition("/")
    if catalogue is not None and part.startswith(FIGURE) and indicator in catalogue.indicators:
        return series(catalogue, indicator, measure)
    return Words(zh=part, en=part)


def _span(periods: Sequence[Period]) -> str:
    first, last = periods[0].text, periods[-1].text
    return first if first == last else f"{first}–{last}"
