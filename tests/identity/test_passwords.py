"""Which passwords are taken, and that checking one costs the same whether or not there is anything to check."""

from __future__ import annotations

import time
from statistics import median

import pytest
from argon2 import PasswordHasher

from dagster_project.identity.passwords import LONGEST, Passwords, require_good
from tests.identity.conftest import cheap_passwords
from validators.errors import IdentityError

GOOD = "correct horse battery staple"


@pytest.mark.parametrize("password", [GOOD, "龙湾区统计局的密码要长一些", "x7#Kq9!mPz2w", "0123456789ab"])
def test_long_passwords_of_any_letters_are_taken(password: str) -> None:
    require_good(password, "wang", "王芳")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "at least 12 characters; this one has 5"),
        ("", "at least 12"),
        ("a" * 12, "fewer than 5 different"),
        ("abababababababab", "fewer than 5 different"),
        ("Wangfang2025", "made from the name"),
        ("2025gnafgnaw", "made from the name"),
        ("ＷＡＮＧＦＡＮＧ1234", "made from the name"),
        ("wangfangwangfang", "made from the name"),
        ("王芳王芳2025年王芳王芳", "made from the name"),
        ("长" * 342 + "abcde", "at most 1024 bytes"),
        ("half a letter \ud800", "a character that is none"),
    ],
)
def test_poor_passwords_are_refused_and_it_is_said_why(password: str, says: str) -> None:
    with pytest.raises(IdentityError, match=says):
        require_good(password, "wangfang", "王芳")


def test_a_name_of_one_letter_rules_nothing_out() -> None:
    require_good("abcdefghijkl", "a", "b")


def test_a_hash_is_argon2id_salted_and_checked() -> None:
    passwords = cheap_passwords()
    one, other = passwords.hash(GOOD), passwords.hash(GOOD)
    assert one.startswith("$argon2id$")
    assert one != other
    assert passwords.check(one, GOOD)
    assert not passwords.check(one, GOOD + " ")
    assert not passwords.check(one, "")
    assert not passwords.check(None, GOOD)
    assert not passwords.check("no hash at all", GOOD)


def test_a_password_is_the_same_however_the_keyboard_composes_it() -> None:
    passwords = cheap_passwords()
    kept = passwords.hash("café passwort 2025")
    assert passwords.check(kept, "cafe\N{COMBINING ACUTE ACCENT} passwort ２０２５")


@pytest.mark.parametrize("password", ["x" * (LONGEST + 1), "\ud800" * 20, "\0" * 20])
def test_what_no_form_would_send_is_wrong_and_no_more(password: str) -> None:
    passwords = cheap_passwords()
    assert not passwords.check(passwords.hash(GOOD), password)


def test_a_long_password_does_not_match_by_its_beginning() -> None:
    passwords = cheap_passwords()
    longest = "ab1!x" * 204
    assert not passwords.check(passwords.hash(longest[:12]), longest + "y" * 100)


def test_older_parameters_are_noticed() -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert stronger.outdated(cheap_passwords().hash(GOOD))
    assert not stronger.outdated(stronger.hash(GOOD))


def test_no_password_costs_as_much_work_as_a_wrong_one() -> None:
    passwords = Passwords(PasswordHasher(time_cost=4, memory_cost=8192, parallelism=1))
    kept = passwords.hash(GOOD)
    passwords.check(None, "the first time makes the hash of nobody")

    def work(hashed: str | None, password: str) -> float:
        spent = []
        for _ in range(7):
            begun = time.thread_time()  # of the processor: other programs don't count
            passwords.check(hashed, password)
            spent.append(time.thread_time() - begun)
        return median(spent)

    usual = work(kept, "a wrong password")
    for other in (work(None, "a wrong password"), work(kept, "x" * 2000), work(None, "x" * 2000)):
        assert usual / 2 < other < usual * 2
