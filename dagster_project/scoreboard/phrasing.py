"""How periods, moments, amounts and the catalogue's words are said in one language.

Belongs here: small formats that templates ask for as `say`. Does not belong here: the texts themselves, which whoever
makes the pages brings along, sentences.
"""

from __future__ import annotations

import math
import re
from calendar import month_abbr
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from dagster_project.progress.lights import WORDS, Light
from dagster_project.scoreboard import marks
from dagster_project.scoreboard.language import Language
from dagster_project.scoreboard.marks import MARKS, Mark
from validators.periods import Month, Quarter, Year, parse_period

_HAN, _LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile("[A-Za-z]")


class _Both(Protocol):
    """Words in both languages, such as the catalogue's."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Phrasing:
    """Says things in one language, and moments in the zone of the installation. `wording`: (zh, en) by key."""

    language: Language
    zone: ZoneInfo
    wording: Mapping[str, tuple[str, str]] = field(repr=False, compare=False)

    @property
    def chinese(self) -> bool:
        """Whether it is Chinese."""
        return self.language is Language.ZH

    def text(self, key: str, /, **values: object) -> str:
        """The text of a key with its {places} filled. KeyError for a key that nobody wrote."""
        chosen = self.wording[key][0 if self.chinese else 1]
        return chosen.format(**values) if values else chosen

    def words(self, both: _Both | None) -> str:
        """The catalogue's words, a finding's, anything with `zh` and `en`; '' for None."""
        if both is None:
            return ""
        return both.zh if self.chinese else both.en

    def either(self, text: str) -> str:
        """The half of '中文 / English' in this language; any other text as it is."""
        for pause in re.finditer(" / ", text):
            zh, en = text[: pause.start()], text[pause.end() :]
            if _HAN.search(zh) and not _HAN.search(en) and _LATIN.search(en):
                return zh if self.chinese else en
        return text

    def of(self, row: Mapping[str, Any], name: str) -> str:
        """A column that comes as `name_zh` and `name_en`."""
        return str(row[f"{name}_{self.language.value}"])

    def name(self, row: Mapping[str, Any]) -> str:
        """What a row of the scoreboard counts, with its condition."""
        return self.words(marks.full_name(row))

    def period(self, sdmx: str) -> str:
        """2025年3月, 2025年一季度, 2025年 / Mar 2025, 2025 Q1, 2025; '–' for ''."""
        if not sdmx:
            return "–"
        found = parse_period(sdmx)
        if isinstance(found, Month):
            return f"{found.year}年{found.month}月" if self.chinese else f"{month_abbr[found.month]} {found.year}"
        if isinstance(found, Quarter):
            return (
                f"{found.year}年{'一二三四'[found.quarter - 1]}季度"
                if self.chinese
                else f"{found.year} Q{found.quarter}"
            )
        assert isinstance(found, Year)  # noqa: S101 - the third of three
        return f"{found.year}年" if self.chinese else str(found.year)

    def month(self, number: int) -> str:
        """3月 / Mar."""
        return f"{number}月" if self.chinese else month_abbr[number]

    def moment(self, when: datetime | None) -> str:
        """2025-03-18 16:05, where the statistics are made; '–' for none."""
        return "–" if when is None else f"{when.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def day(self, when: date | None) -> str:
        """2025-03-18; '–' for none."""
        return "–" if when is None else when.isoformat()

    def short_day(self, when: date) -> str:
        """3-18, in a table whose heading says the year or the month before."""
        return f"{when.month}-{when.day}"

    @property
    def comma(self) -> str:
        """Between two parts of a line."""
        return "，" if self.chinese else ", "

    def spaced(self, unit: str) -> str:
        """A unit as it follows a number: 450亿元, 4.1% / 450 × 100 million yuan, 4.1%."""
        if self.chinese or unit == "%":
            return unit
        return f" × {unit}" if unit[:1].isdigit() else f" {unit}"

    def difference(self, value: float) -> str:
        """'+1.2', '−3', '–' where there is none."""
        if not math.isfinite(value):
            return "–"
        said = marks.amount(abs(value))
        return "0" if said == "0" else f"{'+' if value > 0 else '−'}{said}"

    def apart(self, actual: float, due: float | None) -> str:
        """How far a figure is from what was due: '+1.2' is more."""
        return "–" if due is None else self.difference(actual - due)

    def amount(self, value: float, decimals: int = 2) -> str:
        """A number in plain writing as the reasons write it; '–' where there is none."""
        return marks.amount(value, decimals)

    def exact(self, value: float) -> str:
        """A figure with all the digits that the store keeps, without an exponent; '–' where there is none."""
        return f"{Decimal(f'{value:.15g}'):f}" if math.isfinite(value) else "–"

    def tick(self, value: float) -> str:
        """A number for an axis: 25万, 1.2亿 / 250,000, 120,000,000."""
        size = abs(value)
        if not self.chinese or size < 1e4:
            return f"{value:,.10g}"
        power, word = (1e8, "亿") if size >= 1e8 else (1e4, "万")
        return f"{value / power:.10g}{word}"

    def promise(self, comparator: str, value: float) -> str:
        """'≥450'."""
        return marks.promise(comparator, value)

    def per_cent(self, ratio: float) -> str:
        """'66.2%' of a fraction."""
        return marks.per_cent(ratio)

    def light(self, light: str) -> str:
        """The word for a light."""
        return self.words(WORDS[Light(light)])

    def unit(self, row: Mapping[str, Any]) -> str:
        """The unit of a row of the scoreboard."""
        return str(row["unit"] if self.chinese or row["unit"] == "%" else row["unit_en"])

    def mark(self, light: str) -> Mark:
        """The shape and colours of a light."""
        return MARKS[light]

    def chapter(self, number: int) -> str:
        """五 / 5."""
        return marks.chapter_number(number) if self.chinese else str(number)

    def article(self, number: int) -> str:
        """第12条 / article 12; 章首 for 0."""
        if number == 0:
            return "章首" if self.chinese else "chapter opening"
        return f"第{number}条" if self.chinese else f"art. {number}"
