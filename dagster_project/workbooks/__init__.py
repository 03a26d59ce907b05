"""Workbooks handed out: a dataset's template to fill in, and a handed-in workbook with its findings marked.

Belongs here: making those files. Does not belong here: reading tables (`tables`), what is wrong with a figure
(`validators`).
"""

from dagster_project.workbooks.marked import MarkedWorkbook, mark
from dagster_project.workbooks.template import template_name, template_workbook

__all__ = ["MarkedWorkbook", "mark", "template_name", "template_workbook"]
