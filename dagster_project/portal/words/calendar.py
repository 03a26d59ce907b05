"""Texts of the calendar of releases."""

from __future__ import annotations

TEXTS = {
    "calendar.title": ("报送日历", "Calendar"),
    "calendar.when": ("{year}年，今天是{day}", "{year}, today is {day}"),
    "calendar.year": ("年份", "Year"),
    "calendar.caption": (
        "{year}年各数据集各期：应报日期、是否收到",
        "{year}: when each period of each dataset is due, and whether it came",
    ),
    "calendar.dataset": ("数据集", "Dataset"),
    "calendar.region": ("地区与发布单位", "Region and publisher"),
    "calendar.received": ("已报", "Received"),
    "calendar.received_late": ("迟报", "Received late"),
    "calendar.late": ("逾期未报", "Overdue"),
    "calendar.due": ("待报", "Due"),
    "calendar.soon": ("近期应报", "Due soon"),
    "calendar.moved": (
        "应报日遇周末或法定节假日，顺延至下一工作日（调休上班日算工作日；放假安排已知至{year}年，其后按法定节假日推算）。",
        "A due day on a weekend or public holiday is the next day that is worked; weekends worked in exchange count. "
        "Announced days off are known through {year}; later ones are reckoned from the holidays of the law.",
    ),
    "calendar.none": ("不报", "None"),
    "calendar.together": ("与2月合报", "with February"),
    "calendar.due_on": ("应报 {day}", "due {day}"),
    "calendar.came": ("收到 {day}", "came {day}"),
    "calendar.days_late": ("晚{count}天", "{count} days late"),
    "calendar.days_over": ("已逾期{count}天", "{count} days overdue"),
    "calendar.legend": ("图例", "Legend"),
    "calendar.overdue": ("逾期未报", "Overdue now"),
    "calendar.overdue.none": ("目前没有逾期未报的数据。", "Nothing is overdue."),
    "calendar.more": ("另有{count}项，见下表。", "{count} more in the table below."),
    "calendar.next": ("近期应报", "Due next"),
    "calendar.quarter": ("{number}季度", "Q{number}"),
    "calendar.annual": ("全年", "Year"),
    "calendar.period": ("期别", "Period"),
    "calendar.cadence.monthly": ("按月报送", "Monthly"),
    "calendar.cadence.quarterly": ("按季报送", "Quarterly"),
    "calendar.cadence.annual": ("按年报送", "Annual"),
}
