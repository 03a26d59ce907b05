"""Who guesses passwords has to wait, longer each time.

By account (whoever asks) and by address (whatever account is tried). After the free failures the wait doubles with
each one, up to a quarter of an hour; an hour without a failure forgets them. Unknown names are counted like known
ones, so waiting tells nothing about who has an account.

Belongs here: the numbers and the keys. Does not belong here: the counters (`store.attempts`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta

from dagster_project.identity.secret import digest
from dagster_project.store.attempts import Attempts, Charge

FREE_PER_ACCOUNT = 5
FREE_PER_ADDRESS = 30  # an office shares one address
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
FORGET = timedelta(hours=1)


class Throttle:
    """Counts sign-ins for all processes together."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    def charge(self, name: str, address: str, at: datetime) -> Charge:
        """Count an attempt before the password is looked at; it may go on unless there is a `wait`."""
        pauses = {_account(name): _pause_after(FREE_PER_ACCOUNT), _address(address): _pause_after(FREE_PER_ADDRESS)}
        return self._attempts.charge(pauses, at, FORGET)

    def succeeded(self, name: str, address: str) -> None:
        """It was the right password: the account starts anew; of the address this one attempt is taken back."""
        self._attempts.clear(_account(name))
        self._attempts.take_back(_address(address))

    def forgive(self, name: str) -> None:
        """Let an account start anew."""
        self._attempts.clear(_account(name))


def _pause_after(free: int) -> Callable[[int], timedelta]:
    def pause(failures: int) -> timedelta:
        if failures < free:
            return timedelta(0)
        doublings = min(failures - free, 20)
        return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)

    return pause


def _account(name: str) -> str:
    return "account:" + digest(name)


def _address(address: str) -> str:
    """A network of IPv6 (/64) counts as one address: its holder has 2^64 of them."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "address:" + digest(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return "address:" + digest(str(found.ipv4_mapped))
        return "address:" + digest(str(ipaddress.ip_network((found, 64), strict=False)))
    return "address:" + digest(str(found))
