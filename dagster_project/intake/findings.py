"""What the intake itself has to say of a file: its dates, nothing found in it, the same bytes again.

Belongs here: findings that need the upload rather than its figures, in words. Does not belong here: the order of the
steps (`intake.py`), rules about figures (`validators`).
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from dagster_project.store import State, Upload
from dagster_project.tables import Mapped
from validators.errors import UnreadableFileError
from validators.findings import Finding, Report, Severity
from validators.periods import Month, parse_period

STATES_ZH = {
    State.RECEIVED: "待处理",
    State.PENDING: "待发布",
    State.REJECTED: "已退回",
    State.ACCEPTED: "已入库",
    State.SUPERSEDED: "已入库,其后被新数替代",
    State.WITHDRAWN: "已撤回",
}


def unreadable(file: str, error: UnreadableFileError) -> Report:
    """The report on a file that can't be read."""
    return Report(file, (Finding(Severity.ERROR, "file_unreadable", error.zh, error.en, found=file),))


def same_file_again(upload: Upload, zone: ZoneInfo) -> Finding:
    """These bytes are an upload already."""
    day = f"{upload.received_at.astimezone(zone):%Y-%m-%d %H:%M}"
    state = STATES_ZH[upload.state]
    return Finding(
        Severity.INFO,
        "same_file_again",
        f"这份文件已于 {day} 交过({upload.file_name},第 {upload.id} 号,{state}),内容相同,未作改动;不必处理。",
        f"The same bytes were handed in on {day} ({upload.file_name}, upload {upload.id}, {upload.state.value}); "
        "nothing was changed, and there is nothing to do.",
        found=upload.sha256[:12],
    )


def nothing_found(file: str) -> Finding:
    """No row of the file belongs to the catalogue."""
    return Finding(
        Severity.ERROR,
        "nothing_recognised",
        "文件可以打开,但没有一行对应指标目录;请核对表名和指标名称,或用 xushi tables read 查看读到的内容。",
        "The file opens, but no row of it belongs to the catalogue; check title and row labels, or see with "
        "`xushi tables read` what was read.",
        found=file,
    )


def dates(mapped: Mapped, today: date, embargo: date | None) -> list[Finding]:
    """A table of a month that hasn't begun, or published before its month began or later than today (or than the day
    until which it is under embargo), is a slip of the pen. Work in progress is reported within its month, so the month
    need not be over."""
    latest = max(today, embargo or today)
    zh, en = ("今天", "today") if latest == today else ("解禁日期", "the end of the embargo")
    findings = []
    if mapped.published is not None and mapped.published > latest:
        findings.append(
            Finding(
                Severity.ERROR,
                "published_in_future",
                f"发布日期 {mapped.published} 晚于{zh}({latest});请改正发布日期后重新上传。",
                f"The publication date {mapped.published} lies after {en} ({latest}); correct it and upload again.",
                found=str(mapped.published),
                expected=f"<= {latest}",
            )
        )
    if not mapped.period_last:
        return findings
    period, this_month = parse_period(mapped.period_last), Month(today.year, today.month)
    begins = date(period.first_month.year, period.first_month.month, 1)
    if mapped.published is not None and mapped.published < begins:
        findings.append(
            Finding(
                Severity.ERROR,
                "published_too_early",
                f"发布日期 {mapped.published} 早于表中时期 {period.text} 开始之日({begins});"
                "请核对发布日期和表头中的年月,改正后重新上传。",
                f"The publication date {mapped.published} lies before the table's period {period.text} began "
                f"({begins}); check the date and the month in the header, correct the wrong one and upload again.",
                period=period.text,
                found=str(mapped.published),
                expected=f">= {begins}",
            )
        )
    if period.last_month > this_month:
        rows = mapped.observations[mapped.observations["period"] == period.text]
        findings.append(
            Finding(
                Severity.ERROR,
                "period_in_future",
                f"表中时期 {period.text} 尚未到来(本月为 {this_month.text});请核对表头中的年月,改正后重新上传。",
                f"The table is for {period.text}, which has not come (this month is {this_month.text}); "
                "check year and month in the header, correct them and upload again.",
                sheet="" if rows.empty else str(rows["sheet"].iloc[0]),
                cell="" if rows.empty else str(rows["cell"].iloc[0]),
                period=period.text,
                found=period.text,
                expected=f"<= {this_month.text}",
            )
        )
    return findings
