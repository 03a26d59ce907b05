"""From handing in to what is believed, where a second person releases, a date holds back, or somebody takes back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from dagster_project.intake import Hints, Intake, Outcome, State
from dagster_project.settings import Settings
from dagster_project.store import State as UploadState
from tests.end_to_end.desk import NOW, Desk
from tests.end_to_end.workbooks import MONTH, edited, value, with_cells
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.errors import DecisionRefusedError
from validators.periods import Month

FILE = "2025-04_trade_对外贸易.xlsx"
DAY = timedelta(days=1)
EXPORTS = "龙湾区!C5"


@pytest.fixture(scope="session")
def careful_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The small catalogue, with a second person for foreign trade."""
    source = Path(__file__).parent.parent / "data" / "small_catalogue.yaml"
    text = source.read_text(encoding="utf-8")
    careful = text.replace("  trade:\n", "  trade:\n    approval: true\n", 1)
    assert careful != text
    path = tmp_path_factory.mktemp("careful") / "catalogue.yaml"
    path.write_text(careful, encoding="utf-8")
    return load_catalogue(path)


@pytest.fixture
def careful(careful_catalogue: Catalogue, until_march: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk where foreign trade needs a second person."""
    opened = Desk.at(careful_catalogue, Settings(home=shutil.copytree(until_march, tmp_path / "home")))
    with opened.store:
        yield opened


def hand_in(desk: Desk, data: bytes, *, now: datetime = NOW, **said: object) -> Outcome:
    return desk.intake.submit(data, FILE, by="王敏", now=now, **said)  # type: ignore[arg-type]  # fields by name


def number(outcome: Outcome) -> int:
    assert outcome.upload is not None
    return outcome.upload


def state(desk: Desk, outcome: Outcome) -> UploadState:
    return desk.store.upload(number(outcome)).state


def exports(desk: Desk, known_on: datetime | None = None) -> list[float]:
    """What is believed of the district's exports until April."""
    found = desk.store.observations(
        indicators=["goods_exports"], regions=["330303"], measures=["ytd"], first="2025-04", known_on=known_on
    )
    return [float(one) for one in found["value"]]


def refused(rule: str) -> pytest.RaisesExc[DecisionRefusedError]:
    return pytest.raises(DecisionRefusedError, check=lambda error: error.rule == rule and "请" in error.zh)


def test_nothing_of_a_pending_upload_is_believed_until_a_second_person_releases_it(careful: Desk, april: bytes) -> None:
    before = careful.store.observations()
    rehearsed = hand_in(careful, april, dry_run=True)
    assert (rehearsed.state, rehearsed.waits_for) == (State.PASSED, ("approval",))
    outcome = hand_in(careful, april)
    assert (outcome.state, outcome.waits_for, outcome.good, outcome.change) == (
        State.PENDING,
        ("approval",),
        True,
        None,
    )
    pd.testing.assert_frame_equal(careful.store.observations(), before)
    waiting = careful.store.upload(number(outcome))
    assert (waiting.state, waiting.dataset, waiting.period_last) == (UploadState.PENDING, "trade", "2025-04")
    assert waiting.published == date(2025, 5, 16)

    reviewed = careful.intake.review(waiting.id, now=NOW + DAY)
    assert (reviewed.state, reviewed.waits_for) == (State.PASSED, ("approval",))
    released = careful.intake.approve(waiting.id, by="李强", now=NOW + DAY)
    assert (released.state, released.change) == (State.ACCEPTED, reviewed.change)
    kept = careful.store.upload(waiting.id)
    assert (kept.state, kept.approved_by, kept.approved_at, kept.decided_at) == (
        UploadState.ACCEPTED,
        "李强",
        NOW + DAY,
        NOW + DAY,
    )
    assert exports(careful) == [value(april, EXPORTS)]
    assert kept.known_from == datetime(2025, 5, 15, 16, tzinfo=UTC)  # midnight of the day of publication


@pytest.mark.parametrize("name", ["王敏", " 王敏 "])
def test_who_handed_in_may_not_release(careful: Desk, april: bytes, name: str) -> None:
    outcome = hand_in(careful, april)
    with refused("same_person"):
        careful.intake.approve(number(outcome), by=name, now=NOW)
    assert state(careful, outcome) is UploadState.PENDING
    assert careful.intake.release_due(NOW + 300 * DAY) == []


def test_the_same_bytes_wait_once(careful: Desk, april: bytes) -> None:
    first, again = hand_in(careful, april), hand_in(careful, april)
    assert (again.state, again.upload) == (State.DUPLICATE, first.upload)
    assert "待发布" in again.report.findings[0].zh


def test_a_dataset_without_the_setting_does_not_wait(careful: Desk, retail: bytes) -> None:
    assert careful.hand_in(retail, "零售.xlsx").state is State.ACCEPTED


def test_an_embargo_holds_until_its_moment_and_then_ends_by_itself(desk: Desk, april: bytes) -> None:
    until = NOW + 3 * DAY
    outcome = hand_in(desk, april, embargo_until=until)
    assert (outcome.state, outcome.waits_for) == (State.PENDING, ("embargo",))
    assert desk.intake.release_due(until - timedelta(seconds=1)) == []
    assert exports(desk) == []
    released = desk.intake.release_due(until + timedelta(minutes=1))
    assert [one.state for one in released] == [State.ACCEPTED]
    assert desk.store.upload(number(outcome)).known_from == until
    assert (exports(desk, until - timedelta(seconds=1)), len(exports(desk, until))) == ([], 1)
    assert desk.intake.release_due(until + DAY) == []


def test_an_embargo_that_is_over_holds_nothing_back(desk: Desk, april: bytes) -> None:
    outcome = hand_in(desk, april, embargo_until=NOW - timedelta(hours=1))
    assert outcome.state is State.ACCEPTED
    assert desk.store.upload(number(outcome)).known_from == NOW - timedelta(hours=1)


def test_a_release_under_embargo_waits_for_the_date(careful: Desk, april: bytes) -> None:
    until = NOW + 3 * DAY
    outcome = hand_in(careful, april, embargo_until=until)
    assert outcome.waits_for == ("approval", "embargo")
    released = careful.intake.approve(number(outcome), by="李强", now=NOW + DAY)
    assert (released.state, released.waits_for) == (State.PENDING, ("embargo",))
    assert exports(careful) == []
    assert [one.state for one in careful.intake.release_due(until)] == [State.ACCEPTED]
    assert careful.store.upload(number(outcome)).approved_by == "李强"


def test_a_table_may_be_published_on_the_day_its_embargo_ends(desk: Desk, april: bytes) -> None:
    day = date(2025, 5, 28)
    early = hand_in(desk, april, hints=Hints(published=day), dry_run=True)
    assert early.state is State.BLOCKED
    until = datetime(2025, 5, 28, 1, tzinfo=UTC)
    outcome = hand_in(desk, april, hints=Hints(published=day), embargo_until=until)
    assert outcome.state is State.PENDING
    assert [one.state for one in desk.intake.release_due(until)] == [State.ACCEPTED]
    kept = desk.store.upload(number(outcome))
    assert (kept.published, kept.known_from) == (day, until)


def test_what_was_said_of_a_file_is_kept_until_its_release(careful: Desk, april: bytes) -> None:
    hints = Hints(status="revised", published=date(2025, 5, 20))
    outcome = hand_in(careful, april, hints=hints)
    assert Hints.of(careful.store.upload(number(outcome)).hints) == hints
    careful.intake.approve(number(outcome), by="李强", now=NOW + DAY)
    stored = careful.store.observations(first="2025-04")
    mine = stored[stored["upload"] == outcome.upload]
    assert set(mine["status"]) == {"revised"}
    assert careful.store.upload(number(outcome)).published == date(2025, 5, 20)


def test_the_moment_of_publication_is_kept_until_the_release(careful: Desk, april: bytes) -> None:
    moment = datetime(2025, 5, 20, 1, 30, 0, 250_000, tzinfo=UTC)
    outcome = hand_in(careful, april, hints=Hints(published=moment))
    careful.intake.approve(number(outcome), by="李强", now=NOW + DAY)
    kept = careful.store.upload(number(outcome))
    assert (kept.published, kept.known_from) == (date(2025, 5, 20), moment)


def test_a_release_checks_again_by_what_is_stored_by_then(careful: Desk, april: bytes) -> None:
    outcome = hand_in(careful, april)
    absurd = with_cells(april, {EXPORTS: value(april, EXPORTS) * 1.5})
    careful.intake.submit(absurd, FILE, by="李强", now=NOW)  # whatever becomes of it
    reviewed = careful.intake.review(number(outcome), now=NOW)
    released = careful.intake.approve(number(outcome), by="李强", now=NOW)
    assert (released.state is State.ACCEPTED) == (reviewed.state is State.PASSED)


def test_a_declined_upload_is_never_believed_and_may_come_again(careful: Desk, april: bytes) -> None:
    outcome = hand_in(careful, april)
    with refused("reason_missing"):
        careful.intake.decline(number(outcome), by="李强", reason=" ", now=NOW)
    declined = careful.intake.decline(number(outcome), by="李强", reason="数据待核", now=NOW)
    assert (declined.state, declined.withdrawn_by, declined.withdrawn_because, declined.known_from) == (
        UploadState.WITHDRAWN,
        "李强",
        "数据待核",
        None,
    )
    assert careful.store.figures_of(declined.id).empty
    again = hand_in(careful, april)
    assert (again.state, again.upload != outcome.upload) == (State.PENDING, True)


def test_who_handed_in_may_take_back_what_waits(careful: Desk, april: bytes) -> None:
    outcome = hand_in(careful, april)
    careful.intake.decline(number(outcome), by="王敏", reason="交错了", now=NOW)
    assert state(careful, outcome) is UploadState.WITHDRAWN


def test_a_withdrawn_table_leaves_what_was_believed_before_it(desk: Desk, april: bytes) -> None:
    first = desk.accepts(april, FILE)
    revised = with_cells(april, {EXPORTS: value(april, EXPORTS) + 1})
    second = desk.intake.submit(revised, FILE, by="王敏", now=NOW + DAY, hints=Hints(published=date(2025, 5, 26)))
    assert second.state is State.ACCEPTED
    assert exports(desk) == [value(april, EXPORTS) + 1]
    with refused("reason_missing"):
        desk.intake.withdraw(number(second), by="李强", reason="", now=NOW + 2 * DAY)
    desk.intake.withdraw(number(second), by="李强", reason="错表", now=NOW + 2 * DAY)
    assert exports(desk) == [value(april, EXPORTS)]
    versions = desk.store.versions("goods_exports", "330303", "2025-04", "ytd")
    assert versions["upload"].tolist() == [first.upload, second.upload, first.upload]
    assert versions["restored"].tolist() == [False, False, True]
    again = desk.intake.submit(revised, FILE, by="王敏", now=NOW + 3 * DAY, hints=Hints(published=date(2025, 5, 26)))
    assert again.state is State.ACCEPTED
    assert exports(desk) == [value(april, EXPORTS) + 1]


def test_each_decision_asks_for_its_state(careful: Desk, april: bytes, retail: bytes) -> None:
    intake: Intake = careful.intake
    accepted = careful.hand_in(retail, "零售.xlsx")
    rejected = careful.hand_in(b"", "空.xlsx")
    withdrawn = hand_in(careful, april)
    intake.decline(number(withdrawn), by="李强", reason="错", now=NOW)
    pending = hand_in(careful, april)
    received = intake.land(b"later", "晚.xlsx", by="王敏", now=NOW).id
    said = {"reason": "错", "by": "李强", "now": NOW}
    for one in (number(accepted), number(rejected), number(withdrawn), received):
        with refused("not_pending"):
            intake.approve(one, by="李强", now=NOW)
        with refused("not_pending"):
            intake.decline(one, **said)  # type: ignore[arg-type]  # fields by name
        with refused("not_pending"):
            intake.review(one, now=NOW)
    for one in (number(pending), number(rejected), number(withdrawn), received):
        with refused("not_in_force"):
            intake.withdraw(one, **said)  # type: ignore[arg-type]  # fields by name


def test_an_upload_cut_off_before_its_decision_keeps_its_embargo(desk: Desk, april: bytes) -> None:
    until = NOW + 3 * DAY
    sha256 = desk.archive.put(april)
    about = {"sha256": sha256, "file_name": FILE, "size": len(april), "received_by": "王敏"}
    cut_off = desk.store.receive(**about, received_at=NOW, embargo_until=until)  # type: ignore[arg-type]  # fields by name
    assert desk.intake.process(cut_off, now=NOW + DAY).state is State.PENDING
    assert [one.state for one in desk.intake.release_due(until)] == [State.ACCEPTED]


def test_a_release_cut_off_after_the_approval_is_completed(careful: Desk, april: bytes) -> None:
    outcome = hand_in(careful, april)
    careful.store.approve(number(outcome), by="李强", at=NOW)
    assert [one.state for one in careful.intake.release_due(NOW + DAY)] == [State.ACCEPTED]


def test_a_rejected_table_names_its_region_where_it_has_one(desk: Desk, april: bytes) -> None:
    slip = with_cells(april, {MONTH: "约33"})
    assert desk.store.upload(number(desk.rejects(slip, FILE))).region == ""  # district and city
    book = edited(slip, lambda workbook: workbook.remove(workbook["温州市"]))
    assert desk.store.upload(number(desk.rejects(book, FILE))).region == "330303"
    unread = desk.rejects(b"", "空.xlsx", hints=Hints(region="330300"))
    assert desk.store.upload(number(unread)).region == "330300"


def test_dagster_passes_by_what_waits_and_what_is_withdrawn(careful: Desk, april: bytes) -> None:
    pending = hand_in(careful, april)
    month = Month(2025, 4)
    assert [one.state for one in careful.intake.process_pending("trade", month, month, now=NOW)] == [State.PENDING]
    careful.intake.decline(number(pending), by="李强", reason="错", now=NOW)
    assert careful.intake.process_pending("trade", month, month, now=NOW) == []
