"""Passwords: which are good enough, and their argon2 hashes.

Belongs here: rules, hashing, checking in the same time whether or not there is such a user. Does not belong here:
whose password it is, or how often one may try.
"""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dagster_project.identity.secret import new_secret
from validators.errors import IdentityError

SHORTEST = 12  # characters
LONGEST = 1024  # bytes: a hash of megabytes would keep the machine busy
_FEWEST_DIFFERENT = 5
_FEWEST_OF_ITS_OWN = 8  # characters besides the name
_SHORTEST_NAME = 2  # a single letter is in every password

# A hash takes 64 MiB. More at a time would let whoever sends many passwords at once use up the memory.
_AT_ONCE = threading.BoundedSemaphore(4)


class Passwords:
    """Hashes and checks passwords with argon2id; by default as RFC 9106 recommends (64 MiB, 3 passes)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody: str | None = None
        self._lock = threading.Lock()

    def hash(self, password: str) -> str:
        """The hash to be kept, with its salt and parameters."""
        with _AT_ONCE:
            return self._hasher.hash(_normal(password))

    def check(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one. As much work is done when there is none (None), and then it never is."""
        text = _normal(password)
        fits = len(text.encode("utf-8", "surrogatepass")) <= LONGEST
        if not fits:
            text = text[:SHORTEST]
        hashed = kept or self._of_nobody()
        with _AT_ONCE:
            try:
                self._hasher.verify(hashed, text.encode("utf-8", "surrogatepass"))
            except (VerificationError, InvalidHashError):
                return False
        return fits and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _of_nobody(self) -> str:
        with self._lock:
            if self._nobody is None:
                self._nobody = self._hasher.hash(new_secret())
            return self._nobody


def require_good(password: str, *names: str) -> None:
    """IdentityError, with what to do, unless a password is long enough and is not made from the person's names."""
    text = _normal(password)
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise IdentityError("密码含有无法识别的字符", "the password holds a character that is none") from None
    if len(text) < SHORTEST:
        raise IdentityError(
            f"密码至少 {SHORTEST} 个字符，现为 {len(text)} 个",
            f"a password has at least {SHORTEST} characters; this one has {len(text)}",
        )
    if size > LONGEST:
        raise IdentityError(f"密码超过 {LONGEST} 字节", f"a password has at most {LONGEST} bytes; this one has {size}")
    folded = text.casefold()
    if any(name and _made_from(folded, _normal(name).casefold()) for name in names):
        raise IdentityError("密码不能由用户名或姓名构成", "the password is made from the name; choose another one")
    if len(set(folded)) < _FEWEST_DIFFERENT:
        raise IdentityError(
            f"密码中不同的字符少于 {_FEWEST_DIFFERENT} 个",
            f"the password has fewer than {_FEWEST_DIFFERENT} different characters; choose another one",
        )


def _made_from(password: str, name: str) -> bool:
    """Whether little is left of it without the name, forwards or backwards."""
    if len(name) < _SHORTEST_NAME:
        return False
    rest = password.replace(name, "").replace(name[::-1], "")
    return rest != password and len(rest) < _FEWEST_OF_ITS_OWN


def _normal(password: str) -> str:
    """One text for one password, however the keyboard composes accents or widens letters."""
    return unicodedata.normalize("NFKC", password)
