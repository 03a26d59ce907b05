"""Where bytes come from and where they are kept.

Belongs here: fetching and keeping bytes as they are. Does not belong here: reading them (`tables`), the ledger
(`store`).
"""
