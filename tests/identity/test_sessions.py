"""Sessions, tokens, one-time links and users: what opens a door, for how long, and what closes it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from dagster_project.identity.audit import Deed
from dagster_project.identity.identity import Identity
from dagster_project.identity.links import Purpose
from dagster_project.identity.permissions import Action, Grant, Kind, Role, allowed
from dagster_project.identity.sessions import IDLE, LONGEST, NewSession
from dagster_project.store import Store
from dagster_project.store.engine import connect, reading
from tests.identity.conftest import Clock, cheap_passwords
from validators.errors import IdentityError

GOOD = "correct horse battery staple"
HERE = "192.0.2.7"
VIEWER, UPLOADER, ADMIN = Grant(Role.VIEWER), Grant(Role.UPLOADER, "trade"), Grant(Role.ADMIN)


def _signed_in(identity: Identity, name: str = "wang", *grants: Grant) -> NewSession:
    identity.users.add(name, "王芳", grants or [VIEWER], by="test")
    new = identity.sign_in_by_link(identity.invite(name, by="test").secret, GOOD, address=HERE)
    assert new is not None
    return new


def test_a_session_that_nobody_uses_ends_after_some_hours(identity: Identity, clock: Clock) -> None:
    one, other = _signed_in(identity), _signed_in(identity, "li")
    clock.now += IDLE - timedelta(seconds=1)
    assert identity.sessions.find(one.secret) is not None
    clock.on(seconds=1)
    assert identity.sessions.find(one.secret) is not None, "it was used a second ago"
    assert identity.sessions.find(other.secret) is None


def test_use_keeps_a_session_open_but_not_beyond_a_day(identity: Identity, clock: Clock) -> None:
    new = _signed_in(identity)
    begun = clock.now
    for _ in range(3):
        clock.on(hours=7)
        assert identity.sessions.find(new.secret) is not None
    clock.now = begun + LONGEST
    assert identity.sessions.find(new.secret) is None


def test_signing_in_again_gives_a_new_secret_and_ends_the_one_that_the_browser_had(identity: Identity) -> None:
    planted = _signed_in(identity)
    again = identity.sign_in("wang", GOOD, address=HERE, instead_of=planted.secret).new
    assert again is not None
    assert again.secret != planted.secret
    assert again.session.csrf != planted.session.csrf
    assert identity.sessions.find(planted.secret) is None
    assert identity.sessions.find(again.secret) is not None


def test_signing_out_ends_this_session_alone_and_is_in_the_audit(identity: Identity) -> None:
    one = _signed_in(identity)
    other = identity.sign_in("wang", GOOD, address=HERE).new
    assert other is not None
    assert identity.sessions.end(one.secret)
    assert not identity.sessions.end(one.secret)
    assert identity.sessions.find(one.secret) is None
    assert identity.sessions.find(other.secret) is not None
    assert [entry.actor for entry in identity.audit.entries(action=Deed.SIGN_OUT)] == ["wang"]


def test_a_role_given_or_taken_works_at_once_for_who_is_signed_in(identity: Identity) -> None:
    new = _signed_in(identity)

    def may_hand_in() -> bool:
        session = identity.sessions.find(new.secret)
        assert session is not None
        return allowed(session.person, Action.HAND_IN, "trade")

    assert not may_hand_in()
    identity.users.grant("wang", [UPLOADER], by="test")
    assert may_hand_in()
    identity.users.revoke("wang", [UPLOADER], by="test")
    assert not may_hand_in()


def test_disabling_ends_sessions_and_links_at_once_and_enabling_brings_neither_back(identity: Identity) -> None:
    new = _signed_in(identity)
    link = identity.invite("wang", by="test")
    identity.users.disable("wang", by="test")
    assert identity.sessions.find(new.secret) is None
    with pytest.raises(IdentityError, match="disabled"):
        identity.invite("wang", by="test")
    identity.users.enable("wang", by="test")
    assert identity.sessions.find(new.secret) is None
    assert identity.links.holder(link.secret) is None
    assert identity.sign_in("wang", GOOD, address=HERE).new is not None


def test_a_made_up_secret_opens_nothing(identity: Identity) -> None:
    for secret in ("", "x", "\ud800", "\0", "é" * 1000, "0" * 64):
        assert identity.sessions.find(secret) is None
        assert identity.tokens.person(secret) is None
        assert identity.tokens.person(f"xushi_{secret}") is None
        assert identity.links.holder(secret) is None
        assert identity.sign_in_by_link(secret, GOOD, address=HERE) is None


def test_no_secret_is_in_the_database(identity: Identity, url: str) -> None:
    new = _signed_in(identity)
    link = identity.invite("wang", by="test")
    token = identity.tokens.add("erp", [UPLOADER], by="test")
    engine = connect(url, wait_seconds=5)
    tables = ("account", "portal_session", "one_time_link", "api_token", "audit", "sign_in_attempt")
    with reading(engine) as connection:
        stored = str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])
    engine.dispose()
    for secret in (new.secret, link.secret, token.secret, GOOD):
        assert secret not in stored


# One-time links


def test_the_first_start_makes_an_administrator_who_has_no_password_but_a_link(
    identity: Identity, store: Store, clock: Clock
) -> None:
    first = identity.first_link()
    assert first is not None
    assert first.purpose is Purpose.FIRST_ADMIN
    assert first.account.password_hash is None
    again = Identity(store, clock, cheap_passwords()).first_link()
    assert again is not None
    assert again.account.name == first.account.name == "admin"
    assert identity.links.holder(first.secret) is None, "the newest alone is good"
    new = identity.sign_in_by_link(again.secret, GOOD, address=HERE)
    assert new is not None
    assert new.session.person.grants == (ADMIN,)
    assert identity.first_link() is None


def test_where_there_are_people_but_no_administrator_no_link_appears_by_itself(identity: Identity) -> None:
    _signed_in(identity)
    assert identity.first_link() is None


def test_a_link_is_good_once(identity: Identity) -> None:
    identity.users.add("wang", "", [], by="test")
    link = identity.invite("wang", by="test")
    for _ in range(3):  # a mail program looks first
        assert identity.links.holder(link.secret) is not None
    with pytest.raises(IdentityError):
        identity.links.set_password(link.secret, "short")
    assert identity.links.set_password(link.secret, GOOD) is not None
    assert identity.links.holder(link.secret) is None
    assert identity.links.set_password(link.secret, "another good password") is None
    assert identity.sign_in("wang", GOOD, address=HERE).new is not None


def test_of_many_who_use_a_link_at_the_same_time_one_sets_the_password(identity: Identity) -> None:
    identity.users.add("wang", "", [], by="test")
    link = identity.invite("wang", by="test")
    passwords = [f"good password no. {number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        used = list(pool.map(lambda password: identity.links.set_password(link.secret, password), passwords))
    assert len([account for account in used if account is not None]) == 1


def test_a_link_is_good_for_a_day_and_a_newer_one_replaces_it(identity: Identity, clock: Clock) -> None:
    identity.users.add("wang", "", [], by="test")
    old = identity.invite("wang", by="test")
    new = identity.invite("wang", by="test")
    assert identity.links.holder(old.secret) is None
    clock.on(hours=23, minutes=59)
    assert identity.links.holder(new.secret) is not None
    clock.on(minutes=1)
    assert identity.links.holder(new.secret) is None


def test_an_invitation_leaves_the_password_alone_and_a_reset_takes_it_away(identity: Identity) -> None:
    new = _signed_in(identity)
    assert identity.invite("wang", by="test").purpose is Purpose.RESET
    assert identity.sessions.find(new.secret) is not None
    link = identity.reset("wang", by="test")
    assert identity.sessions.find(new.secret) is None
    assert identity.sign_in("wang", GOOD, address=HERE).new is None
    assert identity.sign_in_by_link(link.secret, "another good password", address=HERE) is not None


def test_a_link_lets_somebody_in_who_was_slowed_down(identity: Identity) -> None:
    _signed_in(identity)
    for number in range(10):
        identity.sign_in("wang", "wrong", address=f"192.0.2.{number}")
    assert identity.sign_in("wang", GOOD, address=HERE).wait
    link = identity.invite("wang", by="test")
    assert identity.sign_in_by_link(link.secret, "another good password", address=HERE) is not None
    assert identity.sign_in("wang", "another good password", address=HERE).new is not None


# Tokens


def test_a_token_opens_what_its_roles_say_until_it_is_revoked(identity: Identity, clock: Clock) -> None:
    made = identity.tokens.add("ERP", [UPLOADER], by="test")
    assert made.secret.startswith("xushi_")
    person = identity.tokens.person(made.secret)
    assert person is not None
    assert (person.kind, person.actor, person.grants) == (Kind.TOKEN, "token:erp", (UPLOADER,))
    assert identity.tokens.all()[0].used_at == clock.now
    clock.on(days=1000)
    assert identity.tokens.person(made.secret) is not None
    identity.tokens.revoke("erp", by="test")
    assert identity.tokens.person(made.secret) is None
    with pytest.raises(IdentityError, match="no token erp"):
        identity.tokens.revoke("erp", by="test")
    with pytest.raises(IdentityError, match="taken"):
        identity.tokens.add("erp", [UPLOADER], by="test")


def test_a_token_expires(identity: Identity, clock: Clock) -> None:
    made = identity.tokens.add("erp", [UPLOADER], by="test", good_for=timedelta(days=30))
    clock.on(days=30, seconds=-1)
    assert identity.tokens.person(made.secret) is not None
    clock.on(seconds=1)
    assert identity.tokens.person(made.secret) is None


def test_a_token_is_no_session_and_a_session_no_token(identity: Identity) -> None:
    new, made = _signed_in(identity), identity.tokens.add("erp", [UPLOADER], by="test")
    assert identity.tokens.person(new.secret) is None
    assert identity.sessions.find(made.secret) is None


def test_a_token_without_a_role_or_with_every_power_is_refused(identity: Identity) -> None:
    wrong: list[tuple[str, list[Grant], str]] = [
        ("erp", [], "needs a role"),
        ("erp", [ADMIN], "administrator"),
        ("a:b", [VIEWER], "name"),
        ("", [VIEWER], "name"),
    ]
    for name, grants, says in wrong:
        with pytest.raises(IdentityError, match=says):
            identity.tokens.add(name, grants, by="test")


# Users


def test_a_name_that_could_be_mistaken_is_refused(identity: Identity) -> None:
    for name in ("", " ", "token:x", "a b", "-x", "_x", "x" * 65, "a\0b", "a\nb", "<b>", "\ud800", "?"):
        with pytest.raises(IdentityError, match="can't be a user name"):
            identity.users.add(name, "", [], by="test")


def test_names_of_any_letters_are_taken(identity: Identity) -> None:
    for name in ("wang.fang", "王芳", "wang@tj.example.cn", "w", "2号"):
        assert identity.users.add(name, "", [VIEWER], by="test").name == name


def test_a_name_is_taken_once_however_it_is_written(identity: Identity) -> None:
    identity.users.add("Wang", "", [], by="test")
    for name in ("wang", "WANG", " ＷＡＮＧ"):
        with pytest.raises(IdentityError, match="taken"):
            identity.users.add(name, "", [], by="test")


def test_the_last_administrator_stays(identity: Identity) -> None:
    identity.users.add("one", "", [ADMIN], by="test")
    for act in (
        lambda: identity.users.disable("one", by="test"),
        lambda: identity.users.revoke("one", [ADMIN], by="t"),
    ):
        with pytest.raises(IdentityError, match="only administrator"):
            act()
    identity.users.add("two", "", [ADMIN], by="test")
    identity.users.disable("one", by="test")
    with pytest.raises(IdentityError, match="only administrator"):
        identity.users.disable("two", by="test")


def test_a_role_that_somebody_has_not_got_is_not_taken_back(identity: Identity) -> None:
    identity.users.add("wang", "", [UPLOADER], by="test")
    with pytest.raises(IdentityError, match="uploader:trade"):
        identity.users.revoke("wang", [Grant(Role.UPLOADER)], by="test")
    with pytest.raises(IdentityError, match="no user li"):
        identity.users.grant("li", [UPLOADER], by="test")


def test_every_change_of_users_and_tokens_is_in_the_audit_with_who_made_it(identity: Identity) -> None:
    identity.users.add("wang", "", [], by="admin")
    identity.users.grant("wang", [UPLOADER], by="admin")
    identity.users.revoke("wang", [UPLOADER], by="admin")
    identity.users.bind("wang", "https://id.example", "subject", by="admin")
    identity.users.disable("wang", by="admin")
    identity.users.enable("wang", by="admin")
    identity.invite("wang", by="admin")
    identity.reset("wang", by="admin")
    identity.tokens.add("erp", [VIEWER], by="admin")
    identity.tokens.revoke("erp", by="admin")
    entries = identity.audit.entries(actor="admin")[::-1]
    assert [entry.action for entry in entries] == [
        Deed.USER_ADDED,
        Deed.GRANTS_CHANGED,
        Deed.GRANTS_CHANGED,
        Deed.IDENTITY_BOUND,
        Deed.USER_DISABLED,
        Deed.USER_ENABLED,
        Deed.LINK_MADE,
        Deed.PASSWORD_SET,
        Deed.LINK_MADE,
        Deed.TOKEN_ADDED,
        Deed.TOKEN_REVOKED,
    ]
    assert {entry.object for entry in entries} == {"user:wang", "token:erp"}


def test_a_change_that_is_refused_leaves_no_entry(identity: Identity) -> None:
    identity.users.add("wang", "", [], by="admin")
    head = identity.audit.head()
    with pytest.raises(IdentityError):
        identity.users.add("wang", "", [], by="admin")
    with pytest.raises(IdentityError):
        identity.tokens.revoke("none", by="admin")
    assert identity.audit.head() == head
