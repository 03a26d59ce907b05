"""Which role may do what: one table, and the one function that reads it.

Belongs here: roles, actions, grants. Does not belong here: who somebody is (`users`, `tokens`), or any page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from validators.errors import IdentityError


class Role(StrEnum):
    """What somebody is. Viewers and administrators are so for everything; the others for a dataset, or for all."""

    VIEWER = "viewer"
    UPLOADER = "uploader"
    APPROVER = "approver"
    ADMIN = "admin"


class Action(StrEnum):
    """What can be done."""

    VIEW_HEALTH = "view_health"
    SIGN_IN = "sign_in"
    OWN_ACCOUNT = "own_account"  # see it, change one's password, sign out
    VIEW_SCOREBOARD = "view_scoreboard"
    VIEW_METRICS = "view_metrics"
    VIEW_CALENDAR = "view_calendar"
    VIEW_OBSERVATIONS = "view_observations"  # a figure with all its versions
    EXPORT = "export"  # the scoreboard and figures as CSV, PDF, xlsx
    USE_API = "use_api"
    VIEW_UPLOADS = "view_uploads"  # the list, which holds the datasets of one's roles
    VIEW_UPLOAD = "view_upload"
    DOWNLOAD_UPLOAD = "download_upload"  # the file as it came, or marked
    DOWNLOAD_TEMPLATE = "download_template"
    HAND_IN = "hand_in"
    CANCEL = "cancel"  # what was dropped and is not confirmed, or waits for a second person
    WITHDRAW = "withdraw"
    APPROVE = "approve"  # release or decline
    MANAGE_USERS = "manage_users"
    MANAGE_TOKENS = "manage_tokens"
    VIEW_AUDIT = "view_audit"


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role, for one dataset or ('') for all."""

    role: Role
    dataset: str = ""

    def __post_init__(self) -> None:
        if self.dataset and self.role in (Role.VIEWER, Role.ADMIN):
            raise IdentityError(
                f"角色 {self.role} 不能限于一个数据集：{self.dataset}",
                f"the role {self.role} can't be limited to a dataset ({self.dataset}); leave the dataset out",
            )

    @classmethod
    def parse(cls, text: str) -> Grant:
        """`uploader:trade`, or `viewer`; IdentityError."""
        role, _, dataset = text.partition(":")
        if role not in tuple(Role):
            raise IdentityError(
                f"没有这个角色：{role}；可用：{'、'.join(Role)}",
                f"there is no role {role}; there are {', '.join(Role)}, as in uploader:trade",
            )
        return cls(Role(role), dataset)

    @property
    def text(self) -> str:
        """As `parse` reads it."""
        return f"{self.role}:{self.dataset}" if self.dataset else self.role.value


class Kind(StrEnum):
    """A person who signs in, a system with a token, or somebody unknown."""

    USER = "user"
    TOKEN = "token"  # noqa: S105 - a word
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asking."""

    name: str
    display_name: str
    grants: tuple[Grant, ...]
    kind: Kind = Kind.USER

    @property
    def actor(self) -> str:
        """The name in the ledger and in the audit log. No user's name holds a colon."""
        return f"token:{self.name}" if self.kind is Kind.TOKEN else self.name


ANONYMOUS = Person("", "", (), Kind.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class _Rule:
    """`roles` may do it. `own`: these may do it to what they made themselves (as `roles` when None; an empty set means
    nobody may, not even an administrator). `per_dataset`: a role for one dataset is good for that one alone."""

    roles: frozenset[Role]
    own: frozenset[Role] | None = None
    per_dataset: bool = False
    kinds: frozenset[Kind] = frozenset({Kind.USER, Kind.TOKEN})


_V, _U, _P, _A = Role.VIEWER, Role.UPLOADER, Role.APPROVER, Role.ADMIN
_EVERY = frozenset(Role)
_DESK = frozenset({_U, _P, _A})
_ADMIN = frozenset({_A})
_PEOPLE = frozenset({Kind.USER})

_TABLE: dict[Action, _Rule] = {
    Action.OWN_ACCOUNT: _Rule(_EVERY, kinds=_PEOPLE),
    Action.VIEW_SCOREBOARD: _Rule(_EVERY),
    Action.VIEW_METRICS: _Rule(_EVERY),
    Action.VIEW_CALENDAR: _Rule(_EVERY),
    Action.VIEW_OBSERVATIONS: _Rule(_EVERY),
    Action.EXPORT: _Rule(_EVERY),
    Action.USE_API: _Rule(_EVERY),
    Action.VIEW_UPLOADS: _Rule(_DESK),
    Action.VIEW_UPLOAD: _Rule(_DESK, per_dataset=True),
    Action.DOWNLOAD_UPLOAD: _Rule(_DESK, per_dataset=True),
    Action.DOWNLOAD_TEMPLATE: _Rule(_DESK, per_dataset=True),
    Action.HAND_IN: _Rule(frozenset({_U, _A}), per_dataset=True),
    Action.CANCEL: _Rule(_ADMIN, own=frozenset({_U, _A}), per_dataset=True),
    Action.WITHDRAW: _Rule(frozenset({_P, _A}), own=_DESK, per_dataset=True),
    Action.APPROVE: _Rule(frozenset({_P, _A}), own=frozenset(), per_dataset=True),
    Action.MANAGE_USERS: _Rule(_ADMIN, kinds=_PEOPLE),
    Action.MANAGE_TOKENS: _Rule(_ADMIN, kinds=_PEOPLE),
    Action.VIEW_AUDIT: _Rule(_ADMIN),
}

# What anybody may do, and what anybody may do where a setting says so.
_OPEN = frozenset({Action.VIEW_HEALTH, Action.SIGN_IN})


def allowed(
    person: Person,
    action: Action,
    dataset: str | None = None,
    *,
    own: bool = False,
    public_scoreboard: bool = False,
    public_metrics: bool = False,
) -> bool:
    """Whether somebody may do something.

    `dataset`: the one that it is about; None asks whether it may be done with any dataset at all; '' is an upload
    whose dataset nobody knows, which is everybody's who has the role for all datasets, and its maker's. `own`: whether
    the person made the thing. For an accepted upload of a dataset that a second person releases, ask for `withdraw`
    without `own`, or its maker could undo alone what two decided.
    """
    if action in _OPEN:
        return True
    if action is Action.VIEW_SCOREBOARD and public_scoreboard:
        return True
    if action is Action.VIEW_METRICS and public_metrics:
        return True
    rule = _TABLE[action]
    if person.kind not in rule.kinds:
        return False
    roles = rule.own if own and rule.own is not None else rule.roles
    fitting = [grant for grant in person.grants if grant.role in roles]
    if dataset is None or not rule.per_dataset or (own and dataset == ""):
        return bool(fitting)
    return any(grant.dataset in ("", dataset) for grant in fitting)


def datasets_of(person: Person, action: Action, every: Iterable[str]) -> frozenset[str]:
    """Of `every` dataset, those with which somebody may do something."""
    return frozenset(dataset for dataset in every if allowed(person, action, dataset))
