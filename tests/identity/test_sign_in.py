"""Signing in: the same answer to all who can't, longer and longer waits for who guesses, on either database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from dagster_project.identity.audit import Deed
from dagster_project.identity.identity import Identity, SignIn
from dagster_project.identity.passwords import Passwords
from dagster_project.identity.permissions import Grant, Role
from dagster_project.identity.throttle import FREE_PER_ACCOUNT, FREE_PER_ADDRESS, LONGEST_PAUSE
from dagster_project.store import Store
from tests.identity.conftest import Clock, cheap_passwords
from validators.errors import IdentityError

GOOD, WRONG = "correct horse battery staple", "not the right password"
HERE = "192.0.2.7"


@pytest.fixture(autouse=True)
def wang(identity: Identity) -> None:
    add(identity, "wang")


def add(identity: Identity, name: str) -> None:
    identity.users.add(name, "", [Grant(Role.VIEWER)], by="test")
    assert identity.links.set_password(identity.invite(name, by="test").secret, GOOD) is not None


def attempt(identity: Identity, name: str = "wang", password: str = WRONG, address: str = HERE) -> SignIn:
    return identity.sign_in(name, password, address=address)


def test_the_right_password_begins_a_session(identity: Identity) -> None:
    found = attempt(identity, " ＷＡＮＧ ", GOOD)
    assert found.new is not None
    assert found.new.session.person.name == "wang"
    session = identity.sessions.find(found.new.secret)
    assert session is not None
    assert session.person.grants == (Grant(Role.VIEWER),)


def test_wrong_unknown_disabled_and_without_a_password_are_the_same_answer(identity: Identity) -> None:
    add(identity, "disabled")
    identity.users.disable("disabled", by="test")
    identity.users.add("invited", "", [], by="test")
    answers = [
        attempt(identity, "wang", WRONG),
        attempt(identity, "unknown", GOOD),
        attempt(identity, "disabled", GOOD),
        attempt(identity, "invited", GOOD),
        attempt(identity, "", ""),
        attempt(identity, "x\0'; --", "\ud800"),
    ]
    assert answers == [SignIn()] * 6


def test_after_some_failures_an_account_waits_twice_as_long_each_time(identity: Identity, clock: Clock) -> None:
    for _ in range(FREE_PER_ACCOUNT):
        assert attempt(identity) == SignIn()
    waits = []
    for _ in range(9):
        refused = attempt(identity, password=GOOD)
        assert refused.new is None
        waits.append(refused.wait)
        clock.now += refused.wait
        assert attempt(identity) == SignIn(), "after the wait the next attempt is looked at"
    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (15, 30, 60, 120)]
    assert waits[-1] == LONGEST_PAUSE
    clock.now += LONGEST_PAUSE
    assert attempt(identity, password=GOOD).new is not None
    assert attempt(identity) == SignIn(), "a success starts anew"


def test_an_unknown_name_waits_like_a_known_one(identity: Identity) -> None:
    for name in ("wang", "unknown"):
        answers = [attempt(identity, name, address=f"192.0.2.{number}") for number in range(FREE_PER_ACCOUNT + 2)]
        assert [answer.wait > timedelta(0) for answer in answers] == [False] * FREE_PER_ACCOUNT + [True, True]


def test_an_address_that_tries_many_names_waits_and_others_do_not(identity: Identity) -> None:
    for number in range(FREE_PER_ADDRESS):
        assert attempt(identity, f"name{number}") == SignIn()
    assert attempt(identity, password=GOOD).wait > timedelta(0)
    assert attempt(identity, password=GOOD, address="198.51.100.1").new is not None


def test_a_network_of_ipv6_is_one_address(identity: Identity) -> None:
    for number in range(FREE_PER_ADDRESS):
        assert attempt(identity, f"name{number}", address=f"2001:db8:1:2::{number:x}") == SignIn()
    assert attempt(identity, "another", address="2001:db8:1:2:ffff::1%eth0").wait > timedelta(0)
    assert attempt(identity, "another", address="2001:db8:1:3::1").wait == timedelta(0)


def test_an_office_that_signs_in_well_never_waits(identity: Identity) -> None:
    for _ in range(FREE_PER_ADDRESS + 1):
        assert attempt(identity, password=GOOD).new is not None


def test_failures_are_forgotten_after_an_hour(identity: Identity, clock: Clock) -> None:
    for _ in range(FREE_PER_ACCOUNT):
        attempt(identity)
    assert attempt(identity).wait > timedelta(0)
    clock.on(hours=1, seconds=1)
    for _ in range(FREE_PER_ACCOUNT):
        assert attempt(identity) == SignIn()


def test_attempts_at_the_same_moment_from_two_processes_do_not_slip_through(
    identity: Identity, url: str, clock: Clock
) -> None:
    with Store.open(url) as second:
        doors = (identity, Identity(second, clock, cheap_passwords()))
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: attempt(doors[number % 2]), range(24)))
    looked_at = [answer for answer in answers if not answer.wait]
    assert len(looked_at) == FREE_PER_ACCOUNT


def test_good_bad_and_refused_attempts_are_in_the_audit_and_no_password_ever(identity: Identity) -> None:
    attempt(identity, password=GOOD)
    attempt(identity, "my-password-typed-as-a-name", WRONG)
    for _ in range(FREE_PER_ACCOUNT + 5):
        attempt(identity)
    deeds = [entry.action for entry in identity.audit.entries()]
    assert deeds.count(Deed.SIGN_IN) == 1
    assert deeds.count(Deed.SIGN_IN_FAILED) == FREE_PER_ACCOUNT + 1
    assert deeds.count(Deed.SIGN_IN_REFUSED) == 1, "once per pause, or the log could be filled from outside"
    everything = "".join(f"{entry.object}{entry.details}" for entry in identity.audit.entries(limit=1000))
    assert HERE in everything
    for secret in (GOOD, WRONG, "typed-as-a-name"):
        assert secret not in everything


def test_an_old_hash_is_made_anew_at_the_next_sign_in(identity: Identity, store: Store, clock: Clock) -> None:
    before = store.accounts.named("wang")
    stronger = Identity(store, clock, Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    assert attempt(stronger, password=GOOD).new is not None
    after = store.accounts.named("wang")
    assert before is not None
    assert after is not None
    assert "t=1" in str(before.password_hash)
    assert "t=2" in str(after.password_hash)
    assert attempt(stronger, password=GOOD).new is not None


def test_changing_the_password_ends_all_sessions_but_the_one_that_it_begins(identity: Identity) -> None:
    first, second = (attempt(identity, password=GOOD).new for _ in range(2))
    assert first is not None
    assert second is not None
    person = first.session.person
    assert identity.change_password(person, WRONG, "another good password", address=HERE) == SignIn()
    with pytest.raises(IdentityError, match="at least 12"):
        identity.change_password(person, GOOD, "short", address=HERE)
    assert identity.sessions.find(second.secret) is not None
    changed = identity.change_password(person, GOOD, "another good password", address=HERE, instead_of=first.secret).new
    assert changed is not None
    assert [identity.sessions.find(one.secret) is not None for one in (first, second, changed)] == [
        False,
        False,
        True,
    ]
    assert attempt(identity, password=GOOD).new is None
    assert attempt(identity, password="another good password").new is not None


def test_guessing_the_old_password_of_an_open_session_has_to_wait_too(identity: Identity) -> None:
    new = attempt(identity, password=GOOD).new
    assert new is not None
    answers = [
        identity.change_password(new.session.person, WRONG, "another good password", address=HERE)
        for _ in range(FREE_PER_ACCOUNT + 1)
    ]
    assert answers[-1].wait > timedelta(0)


def test_a_subject_of_the_provider_signs_in_once_it_is_bound_and_never_by_its_name(identity: Identity) -> None:
    issuer = "https://id.example"
    assert identity.sign_in_by_provider(issuer, "wang", address=HERE) is None
    identity.users.bind("wang", issuer, "subject-1", by="test")
    assert identity.sign_in_by_provider(issuer, "wang", address=HERE) is None
    assert identity.sign_in_by_provider("https://other.example", "subject-1", address=HERE) is None
    new = identity.sign_in_by_provider(issuer, "subject-1", address=HERE)
    assert new is not None
    assert new.session.person.name == "wang"
    identity.users.disable("wang", by="test")
    assert identity.sign_in_by_provider(issuer, "subject-1", address=HERE) is None


def test_a_subject_belongs_to_one_user(identity: Identity) -> None:
    add(identity, "li")
    identity.users.bind("wang", "https://id.example", "subject-1", by="test")
    with pytest.raises(IdentityError, match="another user"):
        identity.users.bind("li", "https://id.example", "subject-1", by="test")
