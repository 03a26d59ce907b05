"""The contacts from their file: strict as the catalogue is, everything wrong reported at once; and their secrets.

Belongs here: reading the file, names that the catalogue must know, reading secrets from where the file says they are.
Does not belong here: the models (`contacts.py`). No message here repeats what may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from validators.catalogue import Catalogue
from validators.catalogue_yaml import Place, Problem, nearest, read_yaml
from validators.contacts import Contacts, Hook, Secret
from validators.errors import ContactsError
from validators.shapes import problem_lines, shape_problem

_MAX_BYTES = 1_000_000
_SECRET_KEYS = ("password", "secret", "dingtalk", "feishu", "webhook")
_PLACES = "secrets do not stand in this file; write {env: NAME} or {file: PATH}, where the secret is"
_PATTERNS = {  # what a pattern of the models means, for a reader
    "@": "must be one e-mail address, such as name@example.gov.cn",
    "https?": "must begin with http:// or https://",
    "[smh]": "must be a number with s, m or h, such as 10m",
    "[01]": "must be a time such as 08:30, in quotes",
    "A-Z": "must be the name of an environment variable",
}


def load_contacts(path: Path, catalogue: Catalogue) -> Contacts:
    """The contacts in the file. Raises ContactsError with every problem of it, in the order of the lines."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ContactsError([f"{path}:1: larger than {_MAX_BYTES} bytes; this is no file of contacts"])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ContactsError([f"{path}: can't be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ContactsError([f"{path}: not UTF-8 text; save the file as UTF-8"]) from error
    return parse_contacts(text, str(path), catalogue)


def parse_contacts(text: str, name: str, catalogue: Catalogue) -> Contacts:
    """The contacts in a text that goes by this name. Raises ContactsError."""
    read = read_yaml(text)
    problems = list(read.problems)
    contacts = None
    if read.complete:
        problems += _unknown_departments(read.data, catalogue)
        try:
            contacts = Contacts.model_validate(read.data)
        except ValidationError as error:
            problems += [_problem(detail) for detail in error.errors(include_url=False)]
        else:
            problems += _missing_accounts(contacts)
    if contacts is None or problems:
        raise ContactsError(problem_lines(name, read, problems))
    return contacts


def _problem(detail: ErrorDetails) -> Problem:
    place = tuple(str(part) for part in detail["loc"])
    if detail["type"] == "value_error":  # of our own validators, which name no values
        return Problem(place, detail["msg"].removeprefix("Value error, "))
    secret = next((index for index, key in enumerate(place) if key in _SECRET_KEYS), None)
    if secret is not None and detail["type"] not in ("missing", "extra_forbidden"):
        return Problem(place[: secret + 1], _PLACES)
    if detail["type"] == "string_pattern_mismatch":
        pattern = detail["ctx"]["pattern"]
        words = next(words for mark, words in _PATTERNS.items() if mark in pattern)
        return Problem(place, f"{detail['input']!r} {words}")
    return shape_problem(detail, Contacts.model_json_schema())


def _unknown_departments(data: Any, catalogue: Catalogue) -> Iterator[Problem]:
    named = data.get("departments") if isinstance(data, dict) else None
    for key in named if isinstance(named, dict) else ():
        if key not in catalogue.departments:
            words = f"the catalogue has no such department{nearest(key, catalogue.departments)}"
            yield Problem(("departments", str(key)), words)


def _missing_accounts(contacts: Contacts) -> Iterator[Problem]:
    """Ways to reach somebody for which the file has no server or account."""
    for name, contact in contacts.everybody():
        place = _place(name)
        if contact.email and contacts.smtp is None:
            yield Problem((*place, "email"), "there is no mail server to send it by: give smtp")
        if contact.wecom is not None and contacts.wecom is None:
            yield Problem((*place, "wecom"), "there is no application in WeCom: give wecom at the top of the file")
    smtp = contacts.smtp
    if smtp is not None and (smtp.username is None) != (smtp.password is None):
        yield Problem(("smtp",), "username and password belong together: give both or neither")


def _place(name: str) -> Place:
    kind, _, department = name.partition("-")
    return ("departments", department) if kind == "department" else (name,)


@dataclass(frozen=True)
class Secrets:
    """Reads secrets from where the contacts say they are. `folder` is that of the contacts file."""

    folder: Path
    environment: Mapping[str, str]

    def path(self, secret: Secret | Hook) -> Path | None:
        """The file that holds it, absolute; None where it is elsewhere."""
        return None if secret.file is None else (self.folder / secret.file).resolve()

    def read(self, secret: Secret | Hook, what: str) -> str:
        """The secret. Raises ContactsError, which says `what` is missing from where."""
        if isinstance(secret, Hook) and secret.url is not None:
            return secret.url
        path = self.path(secret)
        if path is None:
            found, place = self.environment.get(secret.env or "", ""), f"environment variable {secret.env}"
        else:
            place = str(path)
            try:
                found = path.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ContactsError([f"{what}: {place}: 读不到 / can't be read: {error.strerror}"]) from error
            except UnicodeDecodeError as error:
                raise ContactsError([f"{what}: {place}: 不是文本 / is no text"]) from error
        if not found.strip() or "\n" in found.strip():
            raise ContactsError([f"{what}: {place}: 为空或不止一行 / is empty, or more than one line"])
        return found.strip()
