"""Texts of the calendar page."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {}
