"""Marks in the names of files that say where a file comes from."""

from __future__ import annotations

# In the name of every generated workbook, as in its titles: it travels with the file into the ledger, the findings and
# every page that shows them.
SAMPLE_MARK = "示例数据"
