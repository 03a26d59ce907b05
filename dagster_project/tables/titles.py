"""How a table of ours is titled: its subject and its period, in the words by which a reader recognises them.

Belongs here: words that the sample tables and the templates share. Does not belong here: reading a title
(`recognition.py`, `period_axis.py`).
"""

from __future__ import annotations

from unicodedata import east_asian_width

from validators.catalogue import Cadence, Dataset
from validators.periods import Period, Quarter, Year


def period_words(dataset: Dataset, period: Period) -> str:
    """The period as a title has it: 2025年3月, 2025年1-2月, 2024年, 2025年第一季度."""
    if isinstance(period, Quarter):
        return f"{period.year}年第{'一二三四'[period.quarter - 1]}季度"
    if isinstance(period, Year):
        return f"{period.year}年"
    together = period.month == 2 and dataset.cadence is Cadence.MONTHLY and not dataset.january
    return f"{period.year}年{'1-2' if together else period.month}月"


def subject_words(dataset: Dataset) -> str:
    """The dataset's title, with a word by which its tables are recognised."""
    title = dataset.title.zh
    return title if any(word in title for word in dataset.recognise.titles) else dataset.recognise.titles[0] + title


def half_widths(text: str) -> int:
    """Width of a text in half-width characters."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
