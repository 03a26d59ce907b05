"""Sample bulletins: a district's year in workbooks that look like a bureau's, with numbers made from a seed.

`write_sample` writes them, `truth` says what they hold.
"""

from dagster_project.sample.editions import Edition, plan_editions
from dagster_project.sample.write import truth, write_sample

__all__ = ["Edition", "plan_editions", "truth", "write_sample"]
