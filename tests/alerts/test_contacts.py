"""The contacts file: strict, everything wrong at once, and no secret in any message."""

from __future__ import annotations

from pathlib import Path

import pytest

from validators.catalogue import Catalogue
from validators.contacts import Contacts, Secret
from validators.contacts_file import Secrets, load_contacts, parse_contacts
from validators.errors import ContactsError

LEAST = "default: {webhook: [{url: 'http://127.0.0.1:1/'}]}\n"


def problems(text: str, catalogue: Catalogue) -> list[str]:
    with pytest.raises(ContactsError) as raised:
        parse_contacts(text, "contacts.yaml", catalogue)
    return list(raised.value.problems)


def test_the_example_is_valid(contacts: Contacts) -> None:
    assert {name for name, _ in contacts.everybody()} >= {"default", "operations", "escalation", "department-lw_reform"}


def test_nothing_but_a_default_contact_is_mandatory(catalogue: Catalogue) -> None:
    contacts = parse_contacts(LEAST, "contacts.yaml", catalogue)
    assert [name for name, _ in contacts.everybody()] == ["default"]
    assert problems("departments: {}", catalogue) == ["contacts.yaml:1: default: is missing"]


def test_everything_wrong_is_said_at_once_with_its_line_and_the_nearest_name(catalogue: Catalogue) -> None:
    text = """
smtp: {host: a, sender: "x", usernam: b}
default: {email: [a b, "c@d, e@f"]}
operations: {}
departments:
  lw_comerce: {email: [a@b.test]}
sending: {repeat_weeks: 99, wait: 5 min, working_hours: {days: [mondy], start: "25:00"}}
"""
    found = problems(text, catalogue)
    assert [line.split(": ")[0].partition(":")[2] + " " + line.split(": ")[1] for line in found] == [
        "2 smtp.sender",
        "2 smtp.usernam",
        "3 default.email.0",
        "3 default.email.1",
        "4 operations",
        "6 departments.lw_comerce",
        "7 sending.repeat_weeks",
        "7 sending.wait",
        "7 sending.working_hours.days.0",
        "7 sending.working_hours.start",
    ]
    assert "nearest: 'username'" in found[1]
    assert "nearest: 'lw_commerce'" in found[5]


@pytest.mark.parametrize(
    "text",
    [
        "smtp: {host: a, sender: a@b.test, username: u, password: hunter2}",
        "smtp: {host: a, sender: a@b.test, username: u, password: [hunter2]}",
        "wecom: {corp_id: w, secret: hunter2}",
        "departments: {lw_reform: {dingtalk: {url: 'https://hunter2'}}}",
        "departments: {lw_reform: {feishu: {url: {file: f}, secret: hunter2}}}",
        "departments: {lw_reform: {webhook: ['https://hunter2/']}}",
        "departments: {lw_reform: {webhook: [{url: hunter2}]}}",
        "departments: {lw_reform: {dingtalk: hunter2}}",
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(text: str, catalogue: Catalogue) -> None:
    (said,) = problems(f"{LEAST}{text}", catalogue)
    assert "hunter2" not in said
    assert "secrets do not stand in this file" in said


def test_a_way_without_its_server_is_refused(catalogue: Catalogue) -> None:
    found = problems(
        "default: {email: [a@b.test]}\ndepartments:\n  lw_reform: {wecom: {agent_id: '1', to_tag: '2'}}\n", catalogue
    )
    assert [line.split(": ")[1] for line in found] == ["default.email", "departments.lw_reform.wecom"]
    smtp = "smtp: {host: a, sender: a@b.test, password: {env: A}}\n"
    assert ["username and password belong together" in line for line in problems(LEAST + smtp, catalogue)] == [True]


def test_two_places_for_a_secret_are_refused(catalogue: Catalogue) -> None:
    text = "smtp: {host: a, sender: a@b.test, username: u, password: {env: A, file: b}}\n"
    assert problems(LEAST + text, catalogue) == ["contacts.yaml:2: smtp.password: give one of env and file"]


@pytest.mark.parametrize("text", ["", "- a\n", "default: [\n", "default: *x\n"])
def test_what_is_no_file_of_contacts_is_refused(text: str, catalogue: Catalogue) -> None:
    assert problems(text, catalogue)


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(ContactsError, match=r"none\.yaml: can't be read"):
        load_contacts(tmp_path / "none.yaml", catalogue)
    (tmp_path / "c.yaml").write_bytes("默认".encode("gb18030"))
    with pytest.raises(ContactsError, match="UTF-8"):
        load_contacts(tmp_path / "c.yaml", catalogue)


def test_a_secret_is_read_from_its_file_beside_the_contacts_or_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("  秘密 words \n")
    secrets = Secrets(tmp_path, {"KEY": "from environment"})
    assert secrets.read(Secret(file=Path("key")), "what") == "秘密 words"
    assert secrets.read(Secret(env="KEY"), "what") == "from environment"


@pytest.mark.parametrize("secret", [Secret(env="NONE"), Secret(file=Path("none")), Secret(file=Path("two"))])
def test_a_secret_that_is_not_there_is_named_by_its_place(secret: Secret, tmp_path: Path) -> None:
    (tmp_path / "two").write_text("one\ntwo\n")
    with pytest.raises(ContactsError, match=r"smtp\.password: .*(NONE|none|two)") as raised:
        Secrets(tmp_path, {}).read(secret, "smtp.password")
    assert "one\n" not in str(raised.value)
