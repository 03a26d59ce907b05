"""Texts of the page of open data."""

from __future__ import annotations

TEXTS = {
    "nav.open_data": ("开放数据", "Open data"),
    "open_data.title": ("开放数据", "Open data"),
    "open_data.say": (
        "以下各表可以下载，列的含义见表下。“数据”的 CSV、Excel 文件可以原样交入另一套系统；"
        "各版本用 xushi export replay 写出后依次交入。",
        "Every table can be downloaded; what its columns mean stands below it. Figures, as CSV or Excel, can be handed "
        "in to another installation as they are; their versions one after the other, as written by xushi export "
        "replay.",
    ),
    "open_data.package": ("全部打包下载（Data Package，.zip）", "Everything as a Data Package (.zip)"),
    "open_data.structure": (
        "SDMX-CSV 各列、各代码的含义（结构文件）：",
        "What columns and codes of the SDMX-CSV mean (structure message):",
    ),
    "open_data.programs": (
        "程序用令牌按同样的地址下载（Authorization: Bearer xushi_…），带上 ETag 则未变时不重复传送。",
        "Programs take the same addresses with a token (Authorization: Bearer xushi_…); with the ETag sent back, what "
        "has not changed is not sent again.",
    ),
    "open_data.choose": (
        "可加的条件：known_on（按某日所知）、since、until、indicator、dataset、region、as_of（评判月份）。",
        "Parameters: known_on (as known on a day), since, until, indicator, dataset, region, as_of (month of the "
        "judgement).",
    ),
    "open_data.tables": ("各表", "Tables"),
    "open_data.columns": ("{table}：列说明", "{table}: its columns"),
    "open_data.download": ("下载 {table}，{format} 格式", "Download {table} as {format}"),
    "open_data.column": ("列", "Column"),
    "open_data.type": ("类型", "Type"),
    "open_data.unit": ("单位", "Unit"),
    "open_data.meaning": ("含义", "Meaning"),
}
