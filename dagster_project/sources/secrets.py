"""What an installation knows and the catalogue must not say: addresses, passwords and tokens of its sources.

A text in the catalogue holds `${customs_token}`; its value comes from the variable XUSHI_SOURCE_CUSTOMS_TOKEN or from
the file `xushi_source_customs_token` in the folder of XUSHI_SECRETS_DIR. Whatever was filled in once is taken out of
every text that is kept or shown.

Belongs here: filling in and taking out. Does not belong here: any connector's options.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from validators.errors import SourceOptionsError

_NAMED = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")
_PREFIX, _FOLDER = "XUSHI_SOURCE_", "XUSHI_SECRETS_DIR"
_SHORTEST = 3  # a value of one or two letters would be taken out of ordinary words
# Headers that carry who asked or what only the asker may know, whatever the source is.
_PRIVATE_HEADERS = frozenset(
    ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "www-authenticate")
)


def names_in(options: Any) -> list[str]:
    """The names that these options refer to, each once, in their order."""
    return list(dict.fromkeys(name for text in _texts(options) for name in _NAMED.findall(text)))


class Vault:
    """The values of one installation. Its text names none of them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self._said: dict[str, str] = {}  # every spelling of a value that was filled in -> its name
        self._pattern: re.Pattern[str] | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Vault:
        """The values of the environment, then those of the folder of secrets."""
        values = {}
        folder = environment.get(_FOLDER)
        if folder is not None and Path(folder).is_dir():
            for file in sorted(Path(folder).iterdir()):
                if file.is_file() and file.name.lower().startswith(_PREFIX.lower()):
                    values[file.name[len(_PREFIX) :].lower()] = file.read_text(encoding="utf-8").strip()
        for name, value in environment.items():
            if name.startswith(_PREFIX):
                values[name[len(_PREFIX) :].lower()] = value
        return cls(values)

    def __repr__(self) -> str:
        return f"Vault({', '.join(sorted(self._values))})"

    def missing(self, options: Any) -> list[str]:
        """The names in the options that have no value here."""
        return [name for name in names_in(options) if name not in self._values]

    def fill(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options with every `${name}` filled in; SourceOptionsError names what is not set, and how to set it."""
        missing = self.missing(options)
        if missing:
            raise SourceOptionsError(
                [
                    f"${{{name}}} 未设置：请设环境变量 {_PREFIX}{name.upper()}，或在 {_FOLDER} 的文件夹中放文件 "
                    f"{(_PREFIX + name).lower()} / ${{{name}}} is not set: set {_PREFIX}{name.upper()}, or put a file "
                    f"{(_PREFIX + name).lower()} into the folder of {_FOLDER}"
                    for name in missing
                ]
            )
        for name in names_in(options):
            self._remember(name, self._values[name])
        return {key: self._filled(value) for key, value in options.items()}

    def redact(self, text: str) -> str:
        """The text with `${name}` where a value stood that was filled in, however it was encoded in a URL; a password
        in a URL goes in any case."""
        text = re.sub(r"(?<=://)([^/\s@:]*):[^/\s@]*@", r"\1:***@", text)
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: f"${{{self._said[found[0]]}}}", text)

    def headers(self, received: Mapping[str, str]) -> dict[str, str]:
        """The headers that may be kept: names in small letters, none that is private, no secret in any."""
        small = {name.lower(): value for name, value in received.items()}
        return {name: self.redact(value) for name, value in small.items() if name not in _PRIVATE_HEADERS}

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return _NAMED.sub(lambda found: self._values[found[1]], value)
        if isinstance(value, Mapping):
            return {key: self._filled(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._filled(one) for one in value]
        return value

    def _remember(self, name: str, value: str) -> None:
        for secret in _secrets_of(value):
            for spelling in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}:
                if len(spelling) >= _SHORTEST:
                    self._said[spelling] = name
        # The longest first: one value may begin like another.
        ordered = sorted(self._said, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None


def _secrets_of(value: str) -> Iterable[str]:
    """What of a value is secret: of an address only its password, or the user where it has none, and what its query
    says; of anything else the whole."""
    parts = urlsplit(value) if "://" in value else None
    if parts is None:
        return [value]
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    queried = [one for _, one in parse_qsl(parts.query)]
    return [unquote(one) for one in (password or user, *queried) if one]


def _texts(options: Any) -> Iterable[str]:
    if isinstance(options, str):
        yield options
    elif isinstance(options, Mapping):
        for value in options.values():
            yield from _texts(value)
    elif isinstance(options, list | tuple):
        for value in options:
            yield from _texts(value)
