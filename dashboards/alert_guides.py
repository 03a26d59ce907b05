"""What to do about an alert: the entries of the runbook, Chinese and English.

Belongs here: words alone; their numbers come from the catalogue. Does not belong here: how the runbook is laid out
(`runbook.py`), what a message says (`alert_words.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from validators.catalogue import AlertLimits, Bands, Words


@dataclass(frozen=True, slots=True)
class Guide:
    """An entry of the runbook."""

    title: Words
    means: Words
    computed: Words
    todo: Words
    concerns: Words


def _said(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


_OWNER = _said(
    "目标的牵头单位；没有牵头单位的，为第一责任单位。",
    "The target's lead department; where it has none, the first responsible one.",
)
_PUBLISHER = _said("报表的发布单位（统计部门或主管部门）。", "The department that publishes the table.")
_OPERATIONS = _said("系统运维人员。", "Whoever runs the system.")
_KINDS = {
    "flow": _said("总量", "amounts"),
    "count": _said("计数", "counts"),
    "stock": _said("存量", "stocks"),
    "ratio": _said("比率", "ratios"),
    "duration": _said("时长", "durations"),
    "growth": _said("增速", "growth"),
}


def _widths(bands: Bands) -> Words:
    """The yellow bands by kind, as the catalogue has them."""
    widths = {kind: f"{getattr(bands, kind):g}" for kind in _KINDS}
    zh = "、".join(f"{words.zh} {widths[kind]}" for kind, words in _KINDS.items())
    en = ", ".join(f"{words.en} {widths[kind]}" for kind, words in _KINDS.items())
    return _said(
        f"黄灯宽度（百分点，总量等以目标值为 100；个别目标在目录中另有规定）：{zh}。",
        f"Width of the yellow band in percentage points (of the target's value; for growth, of growth; the catalogue "
        f"sets it apart for single targets): {en}.",
    )


def off_track(bands: Bands) -> Guide:
    """The entry of TargetOffTrack."""
    widths = _widths(bands)
    return Guide(
        _said("目标滞后（红灯）", "Target far behind (red)"),
        _said(
            "最新公布的数据落后于进度，且超出黄灯宽度；或限额类目标已经突破。",
            "The latest published figure is behind pace by more than the yellow band, or a ceiling has been exceeded.",
        ),
        _said(
            "总量和计数按序时进度（目标值 × 已过月数 ÷ 12）或部门分月计划比较，增速、比率等以最新数据与目标值比较。"
            + widths.zh,
            "Amounts and counts are held against the linear pace (value × months elapsed / 12) or the department's own "
            "schedule; growth, ratios and the like against the value itself. " + widths.en,
        ),
        _said(
            "① 打开看板链接，核对数据截至月份、单位与口径；② 数据有误的，由发布单位更正后重报，灯会自动改变；"
            "③ 数据无误的，按“今后每月需”安排措施，并向牵头单位说明。",
            "1. Open the dashboard and check the month, the unit and what is counted. 2. If the figure is wrong, "
            "its publisher hands in a corrected table and the light changes by itself. 3. If it is right, plan for "
            "what each remaining month must bring, and tell the lead department.",
        ),
        _OWNER,
    )


def at_risk(limits: AlertLimits) -> Guide:
    """The entry of TargetAtRisk."""
    months = limits.at_risk_months
    return Guide(
        _said("目标持续偏慢（黄灯）", "Target behind for months (yellow)"),
        _said(
            f"目标连续 {months} 个月或更久亮黄灯：落后不多，但没有追上。",
            f"The target has shown yellow for {months} months or more: behind by little, but not catching up.",
        ),
        _said(
            "黄灯与红灯的算法相同，落后在黄灯宽度之内；月数取数据月份，不取收到数据的日期。",
            "Computed as red is, with the gap inside the yellow band; months are those of the figures, not of their "
            "arrival.",
        ),
        _said(
            "看今后每月所需与此前月均之差；差距在扩大的，提前研究措施，避免转红。",
            "Compare what each remaining month must bring with the average so far; where the two drift apart, act "
            "before it turns red.",
        ),
        _OWNER,
    )


def missed() -> Guide:
    """The entry of TargetMissed."""
    return Guide(
        _said("目标到期未完成", "Target missed"),
        _said(
            "到期月份的数据已经公布，没有达到目标值。",
            "The figure of the due month is published and does not meet the target.",
        ),
        _said(
            "以到期月份本身的数据与目标值比较；该数据此后修订，判断随之改变。",
            "The due month's own figure against the value; a later revision of it changes the verdict.",
        ),
        _said(
            "核对到期月份的数据是否终核；确未完成的，由责任单位书面说明原因。",
            "See whether the due month's figure is final; if the target was missed, its department explains why in "
            "writing.",
        ),
        _OWNER,
    )


def unlikely(limits: AlertLimits) -> Guide:
    """The entry of TargetUnlikely."""
    share = f"{100 * limits.unlikely_probability:g}%"
    return Guide(
        _said("目标预计难以完成", "Target unlikely to be met"),
        _said(
            f"按已公布的各月预测，年底达成目标的概率曾低于 {share}，尚未回升到高出 10 个百分点。"
            "没有预测的目标不会出现此告警。",
            f"By the forecast from the months so far, the probability of meeting the target fell below {share} and is "
            "not yet 10 points above it. Silent for targets without a forecast.",
        ),
        _said(
            "概率由本指标历年和今年各月推算（指标 kpi_target_probability，是否告警见 kpi_target_unlikely）；"
            "名次和年终认定的目标没有预测，不会触发。每次跌破都记为一次下滑，原因见 xushi slips。",
            "The forecast from earlier years and this year's months gives it (kpi_target_probability; "
            "kpi_target_unlikely decides); there is none for ranks and what is known once a year. Each "
            "fall is entered as a slip, with its "
            "cause: xushi slips.",
        ),
        _said(
            "结合进度灯一起看：灯绿而概率低的，多为后几个月基数高或项目集中在年底，应提前落实。",
            "Read it with the light: green with a low probability usually means a high base ahead or projects that "
            "end in December; secure them early.",
        ),
        _OWNER,
    )


def stays_red(limits: AlertLimits) -> Guide:
    """The entry of TargetStaysRed."""
    weeks = limits.escalate_weeks
    return Guide(
        _said("目标长期滞后（督办）", "Target far behind for long (escalated)"),
        _said(
            f"目标亮红灯已 {weeks} 周或更久，提请所在章的牵头单位督办。发出后不再重复“目标滞后”。",
            f"The target has been red for {weeks} weeks or more and goes to the lead department of its chapter. It "
            "takes the place of TargetOffTrack.",
        ),
        _said(
            "从第一个红灯月份的月末，算到最新评判月份的月末：统计数据按月公布，周数因此逐月跳增，"
            "没有新数据时不会自行升级。",
            "From the end of the first red month to the end of the month judged last. Figures are monthly, so the "
            "weeks grow by months, and nothing escalates without new figures.",
        ),
        _said(
            "牵头单位召集责任单位核实数据、研究措施；责任单位提交追赶计划，可在目录中为该目标录入分月计划。",
            "The lead department meets the responsible one; that one hands in a plan to catch up, which the "
            "catalogue can hold as the target's schedule.",
        ),
        _said(
            "所在章的牵头单位、目标的责任单位，以及联系人文件中的督办联系人。",
            "The lead department of the chapter, the target's own department, and the escalation contact of the "
            "contacts file.",
        ),
    )


def late() -> Guide:
    """The entry of DataLate."""
    return Guide(
        _said("报表逾期", "Table late"),
        _said("某期报表过了发布日期仍未收到。", "The table of a period has not arrived by its due day."),
        _said(
            "按目录中的发布日历逐期判断（北京时间，次日零时起算逾期）；1 月与 2 月合并发布的，1 月不算缺报。"
            "已退回的报表视为未收到。",
            "By the catalogue's release calendar, period by period (Beijing time; late from midnight after the due "
            "day). Where January and February come together, a missing January is normal. A rejected table has not "
            "arrived.",
        ),
        _said(
            "发布单位上报该期报表（xushi upload）；确需推迟的，请知会运维设置静默。",
            "The publisher hands in the table (xushi upload); if it has to wait, ask operations for a silence.",
        ),
        _PUBLISHER,
    )


def rejected(limits: AlertLimits) -> Guide:
    """The entry of UploadRejected."""
    days = limits.rejected_days
    return Guide(
        _said("退回的报表未重报", "Rejected table not replaced"),
        _said(
            f"报表因错误被整份退回，{days} 天内没有重新上报。",
            f"A table was rejected as a whole and nothing has replaced it for {days} days.",
        ),
        _said(
            "自退回时刻起算，同一报表被接受后消除。",
            "From the moment of rejection until a table of the same dataset and period is accepted.",
        ),
        _said(
            "看退回报告（xushi upload 的输出，或数据质量看板）中列出的单元格，改正后重报。",
            "Correct the cells that the report names (output of xushi upload, or the data quality dashboard) and "
            "hand the table in again.",
        ),
        _PUBLISHER,
    )


def source_unavailable(hold: str) -> Guide:
    """The entry of SourceUnavailable."""
    return Guide(
        _said("来源连不上", "Source away"),
        _said(
            "取数来源没有回答：网络不通、超时、限流、服务器出错，或有防火墙页面挡在前面。",
            "A source gives no answer: no connection, time-out, too many requests, a server's error, or a firewall's "
            "page in front of it.",
        ),
        _said(
            f"最近一次取数以 unavailable 结束，已持续 {hold}（kpi_source_outcome）。"
            "重试间隔为 15 分钟、1 小时，此后按目录的 every_hours，并遵守来源的 Retry-After。",
            f"The last pull ended as unavailable, and so for {hold} (kpi_source_outcome). It is tried again after 15 "
            "minutes, an hour, then every_hours of the catalogue, and no sooner than its Retry-After.",
        ),
        _said(
            "用 xushi sources 看最近一次的原因，在运行本系统的机器上直接访问该地址；"
            "长时间不能恢复的，请发布单位按原方式上报（xushi upload），恢复后自动补取。",
            "Read the reason with xushi sources and try the address from the machine that runs this; if it stays "
            "away, have the table handed in (xushi upload). What is missing is pulled when it is back.",
        ),
        _OPERATIONS,
    )


def source_form_changed() -> Guide:
    """The entry of SourceFormChanged."""
    return Guide(
        _said("来源格式有变", "Source has changed its form"),
        _said(
            "来源的列、单位或代码与上一次不同，按原样理解会读错，因此没有入库。",
            "Columns, units or codes of a source are others than last time. Read as before they would be read wrongly, "
            "so that nothing was stored.",
        ),
        _said(
            "逐次比较所取内容的组成；最近一次以 form_changed 结束（kpi_source_outcome）。每天再问一次。",
            "What an answer is made of is compared with the last good one; the last pull ended as form_changed "
            "(kpi_source_outcome). It is asked once a day.",
        ),
        _said(
            "看 xushi sources 列出的差别：新格式无误的，用 xushi pull --new-form 认可；"
            "口径或单位确有变化的，先改目录中该来源的选项。",
            "See the differences in xushi sources: take a form that is right with xushi pull --new-form; where codes "
            "or units mean something else now, change the source's options in the catalogue first.",
        ),
        _OPERATIONS,
    )


def source_refused() -> Guide:
    """The entry of SourceRefused."""
    return Guide(
        _said("来源拒绝", "Source refuses"),
        _said(
            "来源明确拒绝，或目录中的选项不能用：无权限、口令过期、证书不受信任、代码不存在、缺少设置。",
            "A source says no, or its options can't be used: no permission, an expired password, a certificate that "
            "can't be trusted, an unknown code, a setting that is missing.",
        ),
        _said(
            "最近一次取数以 refused 结束（kpi_source_outcome）。自己不会好转，因此每天只问一次。",
            "The last pull ended as refused (kpi_source_outcome). It doesn't pass by itself, so that it is asked "
            "once a day.",
        ),
        _said(
            "用 xushi sources --check 看缺什么、为何被拒；更正口令（XUSHI_SOURCE_*）或目录后，用 xushi pull 立即再取。",
            "xushi sources --check says what is missing and why it was refused; put the password (XUSHI_SOURCE_*) or "
            "the catalogue right, then xushi pull asks at once.",
        ),
        _OPERATIONS,
    )


def push_old(hours: int) -> Guide:
    """The entry of PushTooOld."""
    return Guide(
        _said("监测指标推送过旧", "Gauges out of date"),
        _said(
            f"指标最近一次计算在 {hours} 小时以前。Pushgateway 不会忘记旧值，看板上的数字可能早已过时。",
            f"The gauges were last computed over {hours} hours ago. A Pushgateway never forgets, so what the "
            "dashboards show may be long past.",
        ),
        _said(
            "当前时间减去指标自带的计算时间（kpi_push_timestamp_seconds）；直接采集 /metrics 的，每次采集都重新计算。",
            "Now minus the time of computation that the gauges carry (kpi_push_timestamp_seconds); a scraped /metrics "
            "computes anew each time.",
        ),
        _said(
            "检查 Dagster 守护进程与发布作业（publish）；用 xushi metrics push 手工推送一次。"
            "期间目标与报表告警暂停发送。",
            "Look at Dagster's daemon and the job `publish`; push once by hand with xushi metrics push. Until then "
            "alerts on targets and tables are held back.",
        ),
        _OPERATIONS,
    )


def pipeline_failing() -> Guide:
    """The entry of PipelineFailing."""
    return Guide(
        _said("数据管道失败", "Pipeline failing"),
        _said(
            "某个 Dagster 作业最近一次运行失败，此后没有成功。",
            "The last run of a Dagster job failed and none has succeeded since.",
        ),
        _said(
            "比较每个作业最近一次失败与最近一次成功的结束时间（kpi_run_ended_timestamp_seconds）。",
            "For each job, the end of its last failed run is later than that of its last successful one "
            "(kpi_run_ended_timestamp_seconds).",
        ),
        _said(
            "在 Dagster 页面查看失败的运行及其日志，排除原因后重跑（xushi run，或页面上的 Re-execute）。"
            "期间目标与报表告警暂停发送。",
            "Read the failed run's log in Dagster, remove the cause, run it again (xushi run, or Re-execute on its "
            "page). Until then alerts on targets and tables are held back.",
        ),
        _OPERATIONS,
    )


def absent() -> Guide:
    """The entry of GaugesAbsent."""
    return Guide(
        _said("监测指标缺失", "Gauges absent"),
        _said(
            "Prometheus 中没有任何目标的指标：采集中断，或 Pushgateway 被清空。",
            "Prometheus has no gauge of any target: scraping broke, or the Pushgateway was emptied.",
        ),
        _said("absent(kpi_target_info)。", "absent(kpi_target_info)."),
        _said(
            "查看 Prometheus 的 Targets 页，恢复采集；Pushgateway 被清空的，用 xushi metrics push 重新推送。"
            "目标告警在短时缺失中保持不变，不会误报“已恢复”。",
            "Open Prometheus' page Targets and restore the scrape; after an emptied Pushgateway, xushi metrics "
            "push. Alerts on targets hold through a short absence, so that none is called recovered by mistake.",
        ),
        _OPERATIONS,
    )
