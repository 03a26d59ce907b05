"""Which role may do what: the whole table once more, written as people would check it."""

from __future__ import annotations

import pytest

from dagster_project.identity.permissions import ANONYMOUS, Action, Grant, Kind, Person, Role, allowed, datasets_of
from validators.errors import IdentityError

# v viewer · u uploader · p approver · a admin; what each may do with a dataset of theirs that somebody else handed in.
TABLE = {
    Action.VIEW_HEALTH: "vupa",
    Action.SIGN_IN: "vupa",
    Action.OWN_ACCOUNT: "vupa",
    Action.VIEW_SCOREBOARD: "vupa",
    Action.VIEW_METRICS: "vupa",
    Action.VIEW_CALENDAR: "vupa",
    Action.VIEW_OBSERVATIONS: "vupa",
    Action.EXPORT: "vupa",
    Action.USE_API: "vupa",
    Action.VIEW_UPLOADS: "upa",
    Action.VIEW_UPLOAD: "upa",
    Action.DOWNLOAD_UPLOAD: "upa",
    Action.DOWNLOAD_TEMPLATE: "upa",
    Action.HAND_IN: "ua",
    Action.CANCEL: "a",
    Action.WITHDRAW: "pa",
    Action.APPROVE: "pa",
    Action.MANAGE_USERS: "a",
    Action.MANAGE_TOKENS: "a",
    Action.VIEW_AUDIT: "a",
}
ROLES = {"v": Role.VIEWER, "u": Role.UPLOADER, "p": Role.APPROVER, "a": Role.ADMIN}
OF_ONE_DATASET = [
    Action.VIEW_UPLOAD,
    Action.DOWNLOAD_UPLOAD,
    Action.DOWNLOAD_TEMPLATE,
    Action.HAND_IN,
    Action.WITHDRAW,
    Action.APPROVE,
]


def _with(*grants: str, kind: Kind = Kind.USER) -> Person:
    return Person("wang", "王芳", tuple(Grant.parse(grant) for grant in grants), kind)


def test_every_action_is_in_the_table() -> None:
    assert set(TABLE) == set(Action)


@pytest.mark.parametrize("letter", ROLES)
def test_each_role_may_do_what_the_table_says_and_nothing_else(letter: str) -> None:
    person = _with(ROLES[letter].value)
    assert {action for action in Action if allowed(person, action, "trade")} == {
        action for action, letters in TABLE.items() if letter in letters
    }


def test_nobody_may_do_anything_but_sign_in_and_ask_for_health() -> None:
    may = {action for action in Action if allowed(ANONYMOUS, action)}
    assert may == {Action.VIEW_HEALTH, Action.SIGN_IN}
    without_roles = {action for action in Action if allowed(_with(), action, "trade")}
    assert without_roles == may


def test_settings_open_the_scoreboard_and_the_metrics_and_nothing_else() -> None:
    may = {action for action in Action if allowed(ANONYMOUS, action, public_scoreboard=True, public_metrics=True)}
    assert may == {Action.VIEW_HEALTH, Action.SIGN_IN, Action.VIEW_SCOREBOARD, Action.VIEW_METRICS}
    assert not allowed(ANONYMOUS, Action.VIEW_METRICS, public_scoreboard=True)
    assert not allowed(ANONYMOUS, Action.VIEW_SCOREBOARD, public_metrics=True)


@pytest.mark.parametrize("action", OF_ONE_DATASET)
def test_a_role_for_one_dataset_is_no_role_for_another(action: Action) -> None:
    person = _with("uploader:trade", "approver:trade")
    assert allowed(person, action, "trade")
    assert not allowed(person, action, "retail")
    assert allowed(person, action), "with some dataset"
    assert not allowed(person, action, ""), "a dataset that nobody knows"
    assert allowed(_with("uploader", "approver"), action, "retail")


def test_who_made_it_may_see_it_take_it_back_and_cancel_it_also_while_its_dataset_is_unknown() -> None:
    uploader = _with("uploader:trade")
    for action in (Action.VIEW_UPLOAD, Action.DOWNLOAD_UPLOAD, Action.CANCEL, Action.WITHDRAW):
        assert allowed(uploader, action, "trade", own=True)
        assert allowed(uploader, action, "", own=True)
        assert not allowed(uploader, action, "retail", own=True), "the role has been taken back since"
    assert not allowed(uploader, Action.CANCEL, "trade")
    assert not allowed(_with("viewer"), Action.VIEW_UPLOAD, "", own=True)


@pytest.mark.parametrize("roles", [["approver"], ["admin"], ["uploader", "approver", "admin"]])
def test_nobody_releases_what_they_handed_in_not_even_an_administrator(roles: list[str]) -> None:
    person = _with(*roles)
    assert allowed(person, Action.APPROVE, "trade")
    assert not allowed(person, Action.APPROVE, "trade", own=True)


def test_a_token_has_no_account_and_manages_nobody() -> None:
    token = _with("viewer", "uploader", "approver", "admin", kind=Kind.TOKEN)
    refused = {action for action in Action if not allowed(token, action, "trade")}
    assert refused == {Action.OWN_ACCOUNT, Action.MANAGE_USERS, Action.MANAGE_TOKENS}
    assert token.actor == "token:wang"


def test_the_datasets_of_a_person() -> None:
    every = ["trade", "retail"]
    assert datasets_of(_with("uploader:trade"), Action.HAND_IN, every) == {"trade"}
    assert datasets_of(_with("admin"), Action.HAND_IN, every) == {"trade", "retail"}
    assert datasets_of(ANONYMOUS, Action.HAND_IN, every) == set()


@pytest.mark.parametrize("text", ["boss", "viewer:trade", "admin:trade", "", "Uploader"])
def test_a_role_that_is_none_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(IdentityError):
        Grant.parse(text)


def test_a_role_is_written_as_it_is_read() -> None:
    for text in ("viewer", "uploader:trade", "approver"):
        assert Grant.parse(text).text == text
