"""Handing in over HTTP, as a browser without scripts does: what waits for a decision, whose it is, how it ends."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import pytest

from dagster_project.portal.desk import Desk
from dagster_project.portal.pages.hand_in import download
from dagster_project.portal.staging import MOST_FILES
from dagster_project.store import State
from tests.end_to_end.workbooks import with_cells
from tests.portal.reading import copied
from tests.portal.signing import add_user, browser, opened_desk, served, sign_in, token_in
from tests.portal.working import (
    Clock,
    careful_catalogue,
    confirm,
    digest_in,
    drop,
    dropped,
    handed_in,
    post,
    preview,
    tables,
    working_desk,
)
from validators.catalogue import Catalogue
from validators.file_names import safe_name

pytestmark = pytest.mark.xdist_group("portal-desk")

HOSTILE_NAMES = (
    '"><script>alert(1)</script>.xlsx',
    "../../etc/passwd.xlsx",
    "..\\..\\表.xlsx",
    "a\r\nSet-Cookie: x=1.xlsx",
    "=HYPERLINK(1).xlsx",
    "表\u202excel.xlsx",
    "名" * 300 + ".xlsx",
    "𠮷é\U0001f600.xlsx",
)
HOSTILE = '"><script>alert(1)</script>'
LARGEST = 60_000


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return careful_catalogue(tmp_path_factory.mktemp("careful"))


@pytest.fixture(scope="module")
def found(careful: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return tables(careful, tmp_path_factory.mktemp("sample"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def staffed(careful: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a desk with its people and no table yet, to be copied: migrating a database takes long."""
    home = tmp_path_factory.mktemp("staffed") / "home"
    with working_desk(home, careful, Clock()):
        return home


@pytest.fixture
def desk(careful: Catalogue, staffed: Path, tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    home = copied(staffed, tmp_path / "home")
    with opened_desk(home, careful, now=clock, max_upload_bytes=LARGEST) as opened:
        yield opened


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as at:
        yield at


@pytest.fixture
def wang(address: str) -> Iterator[httpx.Client]:
    with browser(address) as client:
        sign_in(client, "wangfang")
        yield client


@pytest.fixture
def li(address: str) -> Iterator[httpx.Client]:
    with browser(address) as client:
        sign_in(client, "limin")
        yield client


@pytest.fixture
def retail(found: dict[str, bytes]) -> bytes:
    return found["2025-05_retail_sales"]


def staged(desk: Desk) -> list[Path]:
    return [path for path in (desk.settings.home / "staging").rglob("*") if path.is_file()]


def archived(desk: Desk) -> list[Path]:
    return [path for path in desk.settings.archive.rglob("*") if path.is_file()]


# What waits


def test_a_dropped_file_waits_an_hour_for_its_owner_alone(
    desk: Desk, address: str, wang: httpx.Client, clock: Clock, retail: bytes
) -> None:
    batch = dropped(wang, ("社零.xlsx", retail))
    assert "可以入库" in preview(wang, batch)
    assert "社零.xlsx" in wang.get("/hand-in").text
    add_user(desk, "zhou", "uploader", display="周兰")
    with browser(address) as zhou:
        sign_in(zhou, "zhou")
        for path in (batch, f"{batch}/0", f"{batch}/0/marked"):
            assert zhou.get(path).status_code == 409
        token = token_in(zhou.get("/hand-in").text)
        for step in ("confirm", "cancel"):
            form = {"form_token": token, "digest": digest_in(preview(wang, batch))}
            assert zhou.post(f"{batch}/0/{step}", data=form).status_code == 409
        assert "社零.xlsx" not in zhou.get("/hand-in").text
    clock.on(minutes=61)
    late = wang.get(batch)
    assert late.status_code == 409
    assert "已过期" in late.text
    assert "社零.xlsx" not in wang.get("/hand-in").text
    assert desk.store.uploads() == []
    assert archived(desk) == []


def test_a_guessed_batch_or_number_is_nobodys(wang: httpx.Client, retail: bytes) -> None:
    for guessed in ("x", "a" * 32, "%00" * 32, "龙" * 32):
        assert wang.get(f"/hand-in/{guessed}").status_code in (404, 409)
        assert wang.get(f"/hand-in/{guessed}/0").status_code in (404, 409)
    batch = dropped(wang, ("社零.xlsx", retail))
    assert wang.get(f"{batch}/1").status_code == 409
    assert wang.get(f"{batch}/-1").status_code == 409
    assert wang.get(f"{batch}/{'9' * 30}").status_code == 409
    assert wang.get(f"{batch}/x").status_code == 400


def test_too_many_files_at_a_time_or_waiting_are_refused(desk: Desk, wang: httpx.Client) -> None:
    few = [(f"{number}.csv", b"a,b\n1,2\n") for number in range(20)]
    refused = drop(wang, *few, ("20.csv", b"a,b\n"))
    assert refused.status_code == 400
    assert "最多 20 份" in refused.text
    for _ in range(MOST_FILES // 20):
        batch = dropped(wang, *few)
    full = drop(wang, *few)
    assert full.status_code == 409
    assert f"最多同时有 {MOST_FILES} 份" in full.text
    page = wang.get(batch).text
    for number in range(20):
        form = {"form_token": token_in(page)}
        assert wang.post(f"{batch}/{number}/cancel", data=form).status_code == 303
    assert len(staged(desk)) == 2 * 20
    assert drop(wang, *few).status_code == 303


def test_cancelling_leaves_nothing(desk: Desk, wang: httpx.Client, retail: bytes) -> None:
    batch = dropped(wang, ("社零.xlsx", retail), ("表.csv", b"a,b\n"))
    preview(wang, batch)
    first = post(wang, f"{batch}/0/cancel", batch)
    assert first.headers["Location"] == batch, "another file of the batch waits"
    assert post(wang, f"{batch}/1/cancel", batch).headers["Location"] == "/hand-in"
    assert (staged(desk), archived(desk), desk.store.uploads()) == ([], [], [])
    assert wang.get(batch).status_code == 409


# Confirming


def test_confirming_twice_makes_one_upload(desk: Desk, wang: httpx.Client, retail: bytes) -> None:
    batch = dropped(wang, ("社零.xlsx", retail))
    page = preview(wang, batch)
    form = {"form_token": token_in(page), "digest": digest_in(page)}
    first, second = (wang.post(f"{batch}/0/confirm", data=form) for _ in range(2))
    assert first.headers["Location"] == "/uploads/1?handed_in=true"
    assert second.status_code == 409
    assert [one.state for one in desk.store.uploads()] == [State.ACCEPTED]
    assert staged(desk) == []


def test_what_somebody_else_published_meanwhile_is_shown_before_it_is_confirmed(
    desk: Desk, wang: httpx.Client, retail: bytes
) -> None:
    other = with_cells(retail, {"龙湾区!B5": 26.0})
    batch = dropped(wang, ("社零.xlsx", retail))
    shown = digest_in(preview(wang, batch))
    handed_in(wang, "社零2.xlsx", other)
    moved = confirm(wang, batch, digest=shown)
    assert moved.headers["Location"] == f"{batch}?moved=true"
    assert len(desk.store.uploads()) == 1
    anew = wang.get(moved.headers["Location"])
    assert "库中数据刚刚有变化" in anew.text
    page = preview(wang, batch)
    assert digest_in(page) != shown
    assert "26.37" in page, "what it would be"
    assert confirm(wang, batch).headers["Location"].startswith("/uploads/2")


def test_the_same_file_again_is_told_apart_and_can_not_be_confirmed(wang: httpx.Client, retail: bytes) -> None:
    number = handed_in(wang, "社零.xlsx", retail)
    page = preview(wang, dropped(wang, ("社零.xlsx", retail)))
    assert "已交过" in page
    assert f'href="/uploads/{number}"' in page
    assert "digest" not in page


def test_a_table_of_a_dataset_that_is_not_ones_own_can_be_looked_at_and_not_confirmed(
    desk: Desk, wang: httpx.Client, found: dict[str, bytes]
) -> None:
    batch = dropped(wang, ("科技.xlsx", found["2025-05_science_talent"]))
    page = preview(wang, batch)
    assert "没有报送“科技与人才工作进度”的权限" in page
    assert "digest" not in page
    staging = desk.staging.one(batch.rpartition("/")[2], 0, by="wangfang", now=desk.now())
    guessed = desk.rehearsals.begin(staging, now=desk.now()).result().digest
    for digest, status in (("0" * 64, 303), (guessed, 403)):
        answer = wang.post(f"{batch}/0/confirm", data={"form_token": token_in(page), "digest": digest})
        assert answer.status_code == status
    assert desk.store.uploads() == []


def test_a_file_with_errors_can_not_be_confirmed(desk: Desk, wang: httpx.Client, retail: bytes) -> None:
    batch = dropped(wang, ("坏.xlsx", with_cells(retail, {"龙湾区!C5": "不详9"})))
    page = preview(wang, batch)
    assert "有错误，不能入库" in page
    assert "龙湾区!C5" in page
    assert "digest" not in page
    answer = wang.post(f"{batch}/0/confirm", data={"form_token": token_in(page), "digest": "0" * 64})
    assert answer.headers["Location"] == f"{batch}?moved=true"
    assert desk.store.uploads() == []


def test_who_releases_sees_what_it_would_change_and_who_handed_it_in(
    desk: Desk, wang: httpx.Client, li: httpx.Client, found: dict[str, bytes]
) -> None:
    number = handed_in(wang, "外贸.xlsx", found["2025-05_trade"])
    own, other = wang.get(f"/uploads/{number}").text, li.get(f"/uploads/{number}").text
    assert "核准发布</button>" not in own
    assert "核准发布</button>" in other
    assert "王芳" in other
    assert "38.49" in other
    refused = post(wang, f"/uploads/{number}/approve", "/hand-in")
    assert refused.status_code == 403
    assert post(li, f"/uploads/{number}/decline", f"/uploads/{number}", reason=" ").status_code == 400
    assert post(li, f"/uploads/{number}/approve", f"/uploads/{number}").status_code == 303
    assert desk.store.upload(number).state is State.ACCEPTED
    assert post(li, f"/uploads/{number}/approve", f"/uploads/{number}").status_code == 409


# What the form says


def test_what_the_form_says_wrongly_is_refused(desk: Desk, wang: httpx.Client, retail: bytes) -> None:
    for field, said in (
        ("dataset", "nonsense"),
        ("period", "2025-13"),
        ("period", "二〇二五"),
        ("region", "999999"),
        ("status", "perhaps"),
        ("published", "2025-02-30"),
        ("embargo", "soon"),
        ("embargo", "9999-12-31T23:59"),
        ("embargo", "0001-01-01T00:00"),
        ("dataset", HOSTILE),
    ):
        answer = drop(wang, ("社零.xlsx", retail), **{field: said})
        assert answer.status_code == 400, (field, said)
        assert "有误" in answer.text
        assert "<script>alert" not in answer.text
    assert staged(desk) == []


def test_what_the_form_says_is_held_against_the_table(wang: httpx.Client, retail: bytes) -> None:
    page = preview(wang, dropped(wang, ("社零.xlsx", retail), period="2025-04"))
    assert "有错误，不能入库" in page


def test_an_embargo_keeps_the_figures_back(desk: Desk, wang: httpx.Client, retail: bytes) -> None:
    batch = dropped(wang, ("社零.xlsx", retail), embargo="2025-06-25T09:30")
    assert "2025-06-25 09:30 之前不公布" in preview(wang, batch)
    answer = confirm(wang, batch)
    page = wang.get(answer.headers["Location"])
    assert "到时自动公布" in page.text
    assert "核准发布</button>" not in page.text, "nobody has to release it"
    assert desk.store.uploads()[0].state is State.PENDING


def test_a_form_without_a_file_or_without_its_token_is_refused(desk: Desk, wang: httpx.Client, retail: bytes) -> None:
    token = token_in(wang.get("/hand-in").text)
    empty = wang.post("/hand-in", data={"form_token": token}, files=[("files", ("", b""))])
    assert empty.status_code == 400
    assert wang.post("/hand-in", data={"form_token": token}).status_code == 400
    file = [("files", ("社零.xlsx", retail))]
    for forged in ({}, {"form_token": ""}, {"form_token": "x" * 43}):
        assert wang.post("/hand-in", data=forged, files=file).status_code == 403
    batch = dropped(wang, ("社零.xlsx", retail))
    digest = digest_in(preview(wang, batch))
    assert wang.post(f"{batch}/0/confirm", data={"digest": digest}).status_code == 403
    assert wang.post(f"{batch}/0/cancel").status_code == 403
    assert desk.store.uploads() == []
    assert len(staged(desk)) == 2, "the file and its description"


def test_a_file_that_is_too_large_is_refused_in_words(desk: Desk, wang: httpx.Client) -> None:
    batch = dropped(wang, ("大.csv", b"1," * LARGEST))
    page = preview(wang, batch)
    assert "有错误，不能入库" in page
    assert "MB" in page or "字节" in page
    assert sum(path.stat().st_size for path in staged(desk)) < 2 * LARGEST, "no more was kept than tells it"
    assert wang.get(f"{batch}/0/marked").status_code in (200, 409)


# Hostile names and cells


def test_hostile_file_names_do_no_harm(desk: Desk, wang: httpx.Client, retail: bytes) -> None:
    batch = dropped(wang, *((name, b"no workbook") for name in HOSTILE_NAMES))
    pages = [preview(wang, batch, number) for number in range(len(HOSTILE_NAMES))]
    number = handed_in(wang, HOSTILE_NAMES[0], retail)
    pages += [wang.get(path).text for path in (batch, "/hand-in", "/uploads", f"/uploads/{number}")]
    for page in pages:
        assert "<script>alert" not in page
        assert "\u202e" not in page
    file = wang.get(f"/uploads/{number}/file")
    assert file.headers["content-type"] == "application/octet-stream"
    for path in desk.settings.home.rglob("*"):
        assert path.resolve().is_relative_to(desk.settings.home.resolve())


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_download_says_its_name_in_one_header_that_holds_nothing_else(name: str) -> None:
    said = download(b"", safe_name(name), "application/octet-stream").headers["content-disposition"]
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%~-]+", said), said
    assert not {"%2F", "%5C", "%0D", "%0A"} & {said[at : at + 3] for at in range(len(said))}


def test_what_stands_in_cells_is_shown_as_text(wang: httpx.Client, retail: bytes) -> None:
    cells = {
        "龙湾区!C5": HOSTILE,
        "龙湾区!A6": f"网络零售额{HOSTILE}",
        "龙湾区!A1": f"2025年5月龙湾区消费品市场{HOSTILE}",
    }
    page = preview(wang, dropped(wang, ("坏.xlsx", with_cells(retail, cells))))
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


# Workbooks to take home


def test_the_marked_workbook_has_colour_and_comment_in_the_bad_cell(wang: httpx.Client, retail: bytes) -> None:
    batch = dropped(wang, ("坏.xlsx", with_cells(retail, {"龙湾区!C5": "不详9"})))
    preview(wang, batch)
    answer = wang.get(f"{batch}/0/marked")
    assert answer.headers["content-disposition"].startswith("attachment")
    cell = openpyxl.load_workbook(io.BytesIO(answer.content))["龙湾区"]["C5"]
    assert cell.comment is not None
    assert "数值" in cell.comment.text
    assert cell.fill.fill_type == "solid"


def test_an_upload_gives_back_its_bytes_and_its_marked_workbook(wang: httpx.Client, retail: bytes) -> None:
    off = with_cells(retail, {"龙湾区!B5": 27.37})
    number = handed_in(wang, "社零.xlsx", off)
    assert wang.get(f"/uploads/{number}/file").content == off
    book = openpyxl.load_workbook(io.BytesIO(wang.get(f"/uploads/{number}/marked").content))
    assert "龙湾区" in book.sheetnames


def test_templates_are_offered_for_ones_own_datasets(wang: httpx.Client, li: httpx.Client) -> None:
    page = wang.get("/templates").text
    assert "/templates/trade.xlsx" in page
    assert "/templates/science_talent.xlsx" not in page
    assert "/templates/science_talent.xlsx" in li.get("/templates").text
    assert wang.get("/templates/science_talent.xlsx").status_code == 403
    assert wang.get("/templates/nonsense.xlsx").status_code == 404
    assert wang.get("/templates/trade.xlsx?period=2025-13").status_code == 400
    assert wang.get("/templates/trade.xlsx?region=1").status_code == 400
    answer = wang.get("/templates/trade.xlsx?period=2025-05&region=330303")
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames


def test_a_filled_template_goes_in_as_it_is(wang: httpx.Client) -> None:
    answer = wang.get("/templates/retail_sales.xlsx?period=2025-05&region=330303")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if not cell.protection.locked:
                    cell.value = 5.5
    buffer = io.BytesIO()
    book.save(buffer)
    page = preview(wang, dropped(wang, ("模板.xlsx", buffer.getvalue())))
    assert "消费品市场" in page
    assert "2025年5月" in page
    assert "可以入库" in page


# What is due


def test_the_form_lists_what_is_due_next_for_ones_own_datasets(wang: httpx.Client, found: dict[str, bytes]) -> None:
    april = found["2025-04_retail_sales"]
    page = wang.get("/hand-in").text
    assert "接下来应报" in page
    assert "消费品市场" in page
    assert "科技与人才" not in page
    assert "另有2期逾期" in page, "February is the first, March and April come after it"
    handed_in(wang, "社零.xlsx", april)
    assert "另有1期逾期" in wang.get("/hand-in").text
