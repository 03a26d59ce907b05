"""Signing in over the web: cookies, forged forms, the identity provider.

Belongs here: what turns a request into a person. Does not belong here: passwords, sessions and roles themselves
(`identity`), headers that don't depend on who asks (`portal/headers.py`), the pages (`pages/signin.py`, `account.py`).
"""
