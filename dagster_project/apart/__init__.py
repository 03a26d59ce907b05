"""Working on a stranger's bytes in a process of its own.

Belongs here: the processes, their limits, how they ended, and what is said where a limit was not enough. Does not
belong here: what is done with the bytes (`tables/nursery.py`, `sources/nursery.py`), what is said where the bytes are
to blame.
"""
