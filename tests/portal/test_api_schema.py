"""The API does what its description says, whatever is sent to it, and never breaks: requests made up from the OpenAPI
description, good ones and bad ones, against a real server with a token that may do everything a token may."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from dagster_project.identity.permissions import Grant
from dagster_project.portal.desk import Desk
from tests.portal.reading import copied
from tests.portal.signing import browser, opened_desk, served
from validators.catalogue import Catalogue

MOST_EXAMPLES = 5  # made up for each operation, beside those at the edges of what is described
# Nothing else is wrong with the request. A form knows no types: `true` in the place of a file is a file of four
# letters.
OTHER_THAN_A_FILE = re.compile(
    r"^Invalid component: in body - violates `type` at /properties/file \(.*\Z", re.MULTILINE
)


@pytest.fixture(scope="module")
def desk(small_catalogue: Catalogue, filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_desk(copied(filled_home, tmp_path_factory.mktemp("api") / "home"), small_catalogue) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as found:
        yield found


def test_the_api_answers_everything_as_it_is_described(desk: Desk, address: str) -> None:
    token = desk.identity.tokens.add(
        "everything", [Grant.parse(role) for role in ("uploader", "approver", "viewer")], by="test"
    ).secret
    bearer = f"Bearer {token}"
    with browser(address, Authorization=bearer) as client:
        described = client.get("/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    configured = schema.config
    configured.update(
        base_url=address,
        headers={"Authorization": bearer},
        request_timeout=60.0,
        workers=1,
        suppress_health_check=None,
    )
    configured.generation.update(max_examples=MOST_EXAMPLES, deterministic=True, no_shrink=True, database="none")
    configured.phases.stateful.enabled = False
    statuses: Counter[int] = Counter()
    tried: Counter[str] = Counter()
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            wrong.append(str(event.value))
        elif isinstance(event, events.FatalError):
            wrong.append(str(event.exception))
        elif isinstance(event, events.ScenarioFinished):
            tried[event.recorder.label] += len(event.recorder.interactions)
            answers = [one.response for one in event.recorder.interactions.values() if one.response is not None]
            statuses.update(answer.status_code for answer in answers)
            wrong += failures(event.recorder)
    assert not wrong, f"{len(wrong)} failures\n" + "\n\n".join(dict.fromkeys(wrong))
    assert set(tried) == {
        f"{method.upper()} {path}" for path, operations in described["paths"].items() for method in operations
    }
    assert min(tried.values()) >= MOST_EXAMPLES, tried
    assert {200, 201, 404, 422} <= set(statuses), json.dumps(statuses)
    assert not [status for status in statuses if status >= 500]


def failures(recorder: ScenarioRecorder) -> list[str]:
    """What was wrong with the answers to an operation, each with the request and the answer."""
    found = []
    for key, checks in recorder.checks.items():
        interaction = recorder.interactions.get(key)
        answer = interaction.response if interaction else None
        said = f"{answer.status_code} {answer.content[:300]!r}" if answer else "no answer"
        for check in checks:
            if check.status is Status.FAILURE and check.failure_info is not None:
                info = check.failure_info
                if isinstance(info.failure, AcceptedNegativeData) and OTHER_THAN_A_FILE.search(info.failure.message):
                    continue
                found.append(f"{recorder.label}: {info.failure}\n{info.code_sample}\n{said}")
    return found
