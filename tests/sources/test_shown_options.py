"""What a source asks is shown as the catalogue says it, and nothing of it is a secret."""

from __future__ import annotations

from typing import Any

import pytest

from dagster_project.sources.shown_options import shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"url": "https://host/{year}?zb=A01"}, "https://host/{year}?zb=A01"),
        ({"url": "${share}"}, "${share}"),
        ({"url": "sftp://li:hunter2@host/out"}, "sftp://***:***@host/out"),
        ({"url": "mysql://${user}:${word}@host/base"}, "mysql://${user}:${word}@host/base"),
        ({"url": "https://host/a?token=hunter2&zb=A01"}, "https://host/a?token=***&zb=A01"),
        ({"url": "https://host/a?token=${bureau}"}, "https://host/a?token=${bureau}"),
        ({"body": '{"zb": "A01", "api_key": "hunter2"}'}, '{"zb": "A01", "api_key": "***"}'),
        ({"body": "user=li&password=hunter2"}, "user=li&password=***"),
        ({"headers": {"X-Whoever": "hunter2"}}, "***"),
        ({"headers": {"Authorization": "Bearer ${bureau}"}}, "Bearer ${bureau}"),
        ({"storage": {"private_key": "hunter2"}}, "***"),
        ({"storage": {"key": "hunter2"}}, "***"),
        ({"storage": {"user": "li"}}, "li"),
        ({"storage": {"passphrase": "${phrase}"}}, "${phrase}"),
        ({"params": {"token": "hunter2"}}, "***"),
        ({"storage": {"password": ["hunter2"]}}, "***"),
        ({"regions": {"100000": None}}, "null"),
        ({"schema_checked": False}, "false"),
        ({"key": "M.{regions}."}, "M.{regions}."),
        ({"params": {"key": "hunter2"}}, "***"),
        ({"series": [{"key": {"FREQ": "M"}}]}, "M"),
    ],
)
def test_an_option_is_shown_without_secrets(value: dict[str, Any], text: str) -> None:
    connector = "folder" if "storage" in value else "sdmx" if {"series", "key"} & value.keys() else "http"
    [(_, found)] = shown(connector, value)
    assert found == text


def test_options_keep_their_order_and_say_where_they_stand() -> None:
    options = {"url": "u", "codes": {"A": {"indicator": "x"}}, "series": [{"measure": "ytd"}, {}]}
    assert [name for name, _ in shown("sdmx", options)] == [
        "url",
        "codes.A.indicator",
        "series[0].measure",
        "series[1]",
    ]


def test_of_a_connector_that_is_not_installed_references_alone_are_shown() -> None:
    assert shown("theirs", {"word": "hunter2", "url": "${share}"}) == [("word", "***"), ("url", "${share}")]
