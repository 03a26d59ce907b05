"""The two languages in which pages and reports are written."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """In which language something is written."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The language tag of a page (BCP 47)."""
        return {"zh": "zh-CN", "en": "en"}[self.value]

    @property
    def other(self) -> Language:
        """The one to switch to."""
        return Language.EN if self is Language.ZH else Language.ZH
