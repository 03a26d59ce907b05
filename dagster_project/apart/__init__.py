"""Working on a stranger's bytes in a process of its own.

Belongs here: the processes, their limits, and how they ended. Does not belong here: what is done with the bytes
(`tables/nursery.py`, `sources/nursery.py`), what to say where it went wrong.
"""
