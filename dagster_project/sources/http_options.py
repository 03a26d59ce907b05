"""Options of the connector `http`.

Belongs here: what an entry in the catalogue may say, and whether it can be used. Does not belong here: using it.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from dagster_project.sources.row_columns import Columns
from dagster_project.sources.web_request import WebOptions
from validators.catalogue import RegionCode

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_KNOWN = frozenset({"year", "month", "month2", "quarter", "period", "region"})


def _several(given: object) -> object:
    return (given,) if isinstance(given, int) else given


class HttpOptions(WebOptions):
    """An address and what its answer is made of.

    `url`, `params`, `body` and `file_name` may hold {year}, {month} (3), {month2} (03), {quarter} (1), {period}
    (2025-03) and {region}; each different address is asked once. For a quarter {month} is its last month."""

    url: str = Field(pattern=r"^https?://")
    """网址模板 URL template"""
    method: Literal["GET", "POST"] = "GET"
    """请求方法 method"""
    params: dict[str, str] = Field(default={})
    """查询参数 parameters added to the query"""
    headers: dict[str, str] = Field(default={})
    """请求头 headers"""
    body: str = ""
    """请求内容 body of a POST"""
    body_type: str = "application/json"
    """请求内容类型 its media type"""
    format: Literal["json", "csv", "file"]
    """json、csv 为逐行数据；file 为与上传相同的表格文件 rows of data, or a table to be read like an upload"""
    rows: str = ""
    """数据行路径 json: dotted path to the list of rows (data.items)"""
    expect: dict[str, str] = Field(default={})
    """应有的返回值 json: what must stand at a path (code: "200"); anything else is the source's refusal"""
    columns: Columns | None = None
    """各列含义 json, csv: which column says what; a dotted name is a field of a nested object"""
    encoding: str = ""
    """编码 csv: left out, UTF-8 or GB18030"""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """分隔符 csv: what stands between cells"""
    skip: int = Field(default=0, ge=0, le=100)
    """表头前的行数 csv: lines before the header"""
    absent: Annotated[tuple[int, ...], BeforeValidator(_several)] = ()
    """表示尚未发布的状态码 statuses that mean that it is not published yet, such as 404"""
    regions: dict[RegionCode, str] = Field(default={})
    """地区的写法 what {region} is for a region, where it is not its code"""
    file_name: str = ""
    """文件名模板 file: its name, where neither the server nor the URL says a good one"""
    pause_seconds: float = Field(default=0.5, ge=0, le=60)
    """两次请求的间隔（秒） seconds between two requests"""

    @model_validator(mode="after")
    def _usable(self) -> HttpOptions:
        if (self.format == "file") == (self.columns is not None):
            raise ValueError("json、csv 须有 columns，file 不须 / json and csv need columns, a file has none")
        if self.method == "GET" and self.body:
            raise ValueError("只有 POST 可带 body / only a POST has a body")
        if any(not 400 <= status < 500 for status in self.absent):
            raise ValueError("absent 应为 4xx / absent: statuses from 400 to 499")
        unknown = {name for text in (self.url, self.file_name) for name in _PLACEHOLDER.findall(text)} - _KNOWN
        if unknown:
            listed, known = ", ".join(sorted(unknown)), ", ".join(sorted(_KNOWN))
            raise ValueError(f"未知的占位符 {listed}（可用：{known}） / unknown placeholders; there are {known}")
        return self

    def names(self, placeholder: str) -> bool:
        """Whether the request differs by this placeholder."""
        texts = (self.url, self.body, *self.params.values())
        return any(f"{{{placeholder}}}" in text for text in texts)
