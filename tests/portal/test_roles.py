"""Each role against each route, and against the objects of others: the table says what everybody gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from dagster_project.identity.permissions import Grant
from dagster_project.intake import State
from dagster_project.portal.desk import Desk
from dagster_project.portal.routes_table import ROUTES
from dagster_project.portal.security.session_guard import SessionGuard
from tests.portal.signing import add_user, browser, served, sign_in, token_in
from tests.portal.working import (
    Clock,
    careful_catalogue,
    digest_in,
    dropped,
    preview,
    tables,
    working_desk,
)

pytestmark = pytest.mark.xdist_group("portal-desk")

# Who asks: nobody, six people, five systems. A column each in the table, in this order.
PEOPLE = {
    "viewer": ["viewer"],
    "uploader-trade": ["uploader:trade"],
    "uploader": ["uploader"],
    "approver-trade": ["approver:trade"],
    "approver": ["approver"],
    "admin": ["admin"],
}
SYSTEMS = {name: roles for name, roles in PEOPLE.items() if name != "admin"}  # no token is an administrator
COLUMNS = ("anonymous", *PEOPLE, *(f"token {name}" for name in SYSTEMS))

# How an address is asked for, and what comes back. {trade} and {retail} are accepted uploads of somebody else, the
# first of a dataset that two people release; {pending} waits, from uploader-trade; {own} is accepted, from uploader;
# {batch} waits for uploader. What changes something is asked for in a way that stops after the permission: 400 or 409
# say that it was there.
TABLE = """
                                        nobody view up:t up   ap:t ap   adm    view up:t up   ap:t ap
GET  /                                     303  303  303  303  303  303  303    303  303  303  303  303
GET  /health                               200  200  200  200  200  200  200    200  200  200  200  200
GET  /metrics                              303  200  200  200  200  200  200    200  200  200  200  200
GET  /scoreboard                           303  200  200  200  200  200  200    200  200  200  200  200
GET  /scoreboard.csv                       303  200  200  200  200  200  200    200  200  200  200  200
GET  /scoreboard.pdf?section=none          303  400  400  400  400  400  400    400  400  400  400  400
GET  /targets/longwan-exports              303  200  200  200  200  200  200    200  200  200  200  200
GET  /targets/longwan-exports/explanation  303  200  200  200  200  200  200    200  200  200  200  200
GET  /targets/longwan-exports/what-if      303  200  200  200  200  200  200    200  200  200  200  200
GET  /calendar                             303  200  200  200  200  200  200    200  200  200  200  200
GET  /observations/goods_exports/330303/2025-03  303 200 200 200 200 200 200    200  200  200  200  200

GET  /hand-in                              303  403  200  200  403  403  200    403  200  200  403  403
POST /hand-in                              401  403  400  400  403  403  400    403  400  400  403  403
GET  /hand-in/{batch}                      303  403  409  200  403  403  409    403  409  409  403  403
GET  /hand-in/{batch}/0                    303  403  409  200  403  403  409    403  409  409  403  403
GET  /hand-in/{batch}/0/marked             303  403  409  200  403  403  409    403  409  409  403  403
POST /hand-in/{batch}/0/confirm digest=0   401  403  409  303  403  403  409    403  409  409  403  403
POST /hand-in/{batch}/9/cancel             401  403  409  409  403  403  409    403  409  409  403  403

GET  /uploads                              303  403  200  200  200  200  200    403  200  200  200  200
GET  /sources                              303  403  200  200  200  200  200    403  200  200  200  200
GET  /sources/trade                        303  403  200  200  200  200  200    403  200  200  200  200
GET  /sources/retail_sales                 303  403  403  200  403  200  200    403  403  200  403  200
GET  /sources/none                         303  403  403  404  403  404  404    403  403  404  403  404
GET  /uploads/{trade}                      303  403  200  200  200  200  200    403  200  200  200  200
GET  /uploads/{retail}                     303  403  403  200  403  200  200    403  403  200  403  200
GET  /uploads/{pending}                    303  403  200  200  200  200  200    403  200  200  200  200
GET  /uploads/{trade}/file                 303  403  200  200  200  200  200    403  200  200  200  200
GET  /uploads/{retail}/file                303  403  403  200  403  200  200    403  403  200  403  200
GET  /uploads/{retail}/marked              303  403  403  200  403  200  200    403  403  200  403  200
GET  /uploads/99999                        303  403  404  404  404  404  404    403  404  404  404  404
POST /uploads/{trade}/approve              401  403  403  403  409  409  409    403  403  403  409  409
POST /uploads/{retail}/approve             401  403  403  403  403  409  409    403  403  403  403  409
POST /uploads/{trade}/decline reason=      401  403  403  403  400  400  400    403  403  403  400  400
POST /uploads/{pending}/decline reason=    401  403  400  403  400  400  400    403  403  403  400  400
POST /uploads/{retail}/decline reason=     401  403  403  403  403  400  400    403  403  403  403  400
POST /uploads/{trade}/withdraw reason=     401  403  403  403  400  400  400    403  403  403  400  400
POST /uploads/{retail}/withdraw reason=    401  403  403  403  403  400  400    403  403  403  403  400
POST /uploads/{own}/withdraw reason=       401  403  403  400  403  400  400    403  403  403  403  400

GET  /templates                            303  403  200  200  200  200  200    403  200  200  200  200
GET  /templates/trade.xlsx?region=0        303  403  400  400  400  400  400    403  400  400  400  400
GET  /templates/retail_sales.xlsx?region=0 303  403  403  400  403  400  400    403  403  400  403  400

GET  /open-data                            303  200  200  200  200  200  200    200  200  200  200  200

GET  /sign-in                              200  303  303  303  303  303  303    200  200  200  200  200
POST /sign-in forged                       403  403  403  403  403  403  403    401  401  401  401  401
POST /sign-out forged                      403  403  403  403  403  403  403    303  303  303  303  303
GET  /sign-in/provider                     303  303  303  303  303  303  303    303  303  303  303  303
GET  /sign-in/provider/back                400  400  400  400  400  400  400    400  400  400  400  400
GET  /link/none                            410  410  410  410  410  410  410    410  410  410  410  410
POST /link/none                            410  410  410  410  410  410  410    410  410  410  410  410
GET  /account                              303  200  200  200  200  200  200    403  403  403  403  403
POST /account/password password=1          401  400  400  400  400  400  400    403  403  403  403  403

GET  /api/v1/openapi.json                  401  200  200  200  200  200  200    200  200  200  200  200
POST /api/v1/uploads trade.xlsx            401  403  200  200  403  403  200    403  200  200  403  403
POST /api/v1/uploads retail.xlsx           401  403  403  200  403  403  200    403  403  200  403  403
GET  /api/v1/uploads                       401  403  200  200  200  200  200    403  200  200  200  200
GET  /api/v1/uploads/{trade}               401  403  200  200  200  200  200    403  200  200  200  200
GET  /api/v1/uploads/{retail}              401  403  403  200  403  200  200    403  403  200  403  200
GET  /api/v1/uploads/{retail}/file         401  403  403  200  403  200  200    403  403  200  403  200
GET  /api/v1/uploads/{retail}/marked       401  403  403  200  403  200  200    403  403  200  403  200
POST /api/v1/uploads/{trade}/approve       401  403  403  403  409  409  409    403  403  403  409  409
POST /api/v1/uploads/{retail}/decline {}   401  403  403  403  403  409  409    403  403  403  403  409
POST /api/v1/uploads/{pending}/withdraw {} 401  403  403  403  409  409  409    403  403  403  409  409
GET  /api/v1/targets                       401  200  200  200  200  200  200    200  200  200  200  200
GET  /api/v1/targets/longwan-exports       401  200  200  200  200  200  200    200  200  200  200  200
GET  /api/v1/targets/longwan-exports/explanation 401 200 200 200 200 200 200 200 200 200 200 200
GET  /api/v1/observations?indicator=goods_exports 401 200 200 200 200 200 200   200  200  200  200  200
GET  /api/v1/observations/goods_exports/330303/2025-03 401 200 200 200 200 200 200 200 200 200 200 200
GET  /api/v1/progress                      401  200  200  200  200  200  200    200  200  200  200  200
GET  /api/v1/calendar?year=2025            401  200  200  200  200  200  200    200  200  200  200  200
GET  /api/v1/export/columns                401  200  200  200  200  200  200    200  200  200  200  200
GET  /api/v1/export/structure.xml          401  200  200  200  200  200  200    200  200  200  200  200
GET  /api/v1/export/package.zip?known_on=0 401  422  422  422  422  422  422    422  422  422  422  422
GET  /api/v1/export/observations?region=330303 401 200 200 200 200 200 200      200  200  200  200  200
GET  /api/v1/templates/trade.xlsx?region=0 401  403  400  400  400  400  400    403  400  400  400  400
GET  /api/v1/templates/retail_sales.xlsx?region=0 401 403 403 400 403 400 400   403  403  400  403  400
"""
LINES = [line.split() for line in TABLE.splitlines()[2:] if line]


class Asker:
    """One column: a client, and what its forms carry."""

    def __init__(self, client: httpx.Client, token: str) -> None:
        self.client, self.token = client, token

    def ask(self, method: str, address: str, said: list[str], files: dict[str, bytes]) -> httpx.Response:
        """One request of the table."""
        if method == "GET":
            return self.client.get(address)
        if said == ["{}"]:
            return self._send(address, json={"reason": "试"})
        if said and said[0].endswith(".xlsx"):
            return self._send(address, files={"file": ("表.xlsx", files[said[0]])}, data={"dry_run": "true"})
        fields = dict(one.split("=") for one in said if "=" in one)
        fields = {name: text or " " for name, text in fields.items()}
        if said == ["forged"]:
            return self.client.post(address, data={"name": "somebody"})
        return self._send(address, data=fields)

    def _send(self, address: str, **content: object) -> httpx.Response:
        headers = {"X-Form-Token": self.token} if self.token else {}
        return self.client.post(address, headers=headers, **content)  # type: ignore[arg-type]  # as httpx takes it


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    found = tables(careful_catalogue(tmp_path_factory.mktemp("c")), tmp_path_factory.mktemp("sample"))
    names = {"trade.xlsx": "2025-05_trade", "retail.xlsx": "2025-05_retail_sales", **{name: name for name in found}}
    return {name: found[key] for name, key in names.items()}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("roles")
    with working_desk(folder / "home", careful_catalogue(folder), Clock()) as opened:
        for name, roles in PEOPLE.items():
            add_user(opened, name, *roles, display=name.title())
        yield opened


@pytest.fixture(scope="module")
def objects(desk: Desk, files: dict[str, bytes]) -> dict[str, str]:
    """The numbers of the uploads that the table names."""

    def hand_in(name: str, by: str) -> int:
        outcome = desk.intake.submit(files[name], f"{name}.xlsx", by=by, now=desk.now())
        assert outcome.upload is not None, outcome.report
        return outcome.upload

    trade = hand_in("2025-03_trade", "somebody")
    assert desk.intake.approve(trade, by="limin", now=desk.now()).state is State.ACCEPTED
    found = {
        "trade": trade,
        "retail": hand_in("2025-03_retail_sales", "somebody"),
        "pending": hand_in("2025-04_trade", "uploader-trade"),
        "own": hand_in("2025-04_retail_sales", "uploader"),
    }
    return {name: str(number) for name, number in found.items()}


@pytest.fixture(scope="module")
def askers(desk: Desk) -> Iterator[dict[str, Asker]]:
    with served(desk) as address, ExitStack() as open_ones:
        anonymous = open_ones.enter_context(browser(address))
        found = {"anonymous": Asker(anonymous, token_in(anonymous.get("/sign-in").text))}
        for name in PEOPLE:
            client = open_ones.enter_context(browser(address))
            sign_in(client, name)
            found[name] = Asker(client, token_in(client.get("/account").text))
        for name, roles in SYSTEMS.items():
            made = desk.identity.tokens.add(name, [Grant.parse(role) for role in roles], by="test")
            client = open_ones.enter_context(browser(address, Authorization=f"Bearer {made.secret}"))
            found[f"token {name}"] = Asker(client, "")
        yield found


@pytest.fixture(scope="module")
def places(askers: dict[str, Asker], objects: dict[str, str], files: dict[str, bytes]) -> dict[str, str]:
    client = askers["uploader"].client
    batch = dropped(client, ("外贸.xlsx", files["trade.xlsx"]))
    preview(client, batch)
    return {**objects, "batch": batch.rpartition("/")[2]}


def test_the_table_has_every_route() -> None:
    asked = [(line[0], line[1].partition("?")[0]) for line in LINES]
    # The first route that fits is the one that answers.
    hit = {next(route.name for route in ROUTES if _fits(route.method, route.path, *one)) for one in asked}
    assert sorted({route.name for route in ROUTES} - hit) == []
    assert all(len(line) - len(COLUMNS) >= 2 for line in LINES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[: -len(COLUMNS)]))
def test_everybody_gets_what_the_table_says(
    askers: dict[str, Asker], places: dict[str, str], files: dict[str, bytes], line: list[str]
) -> None:
    (method, path, *said), expected = line[: -len(COLUMNS)], line[-len(COLUMNS) :]
    address = path.format(**places)
    got = [askers[name].ask(method, address, said, files) for name in COLUMNS]
    assert {name: str(answer.status_code) for name, answer in zip(COLUMNS, got, strict=True)} == dict(
        zip(COLUMNS, expected, strict=True)
    )
    for answer in got:
        if answer.status_code in (401, 403) and address.startswith("/api/"):
            assert set(answer.json()) == {"error", "message"}


def test_a_list_holds_what_one_may_see_and_nothing_else(
    desk: Desk, askers: dict[str, Asker], places: dict[str, str]
) -> None:
    uploads = desk.store.uploads()  # another test may have handed in one more
    every = {one.id for one in uploads}
    of_trade = {one.id for one in uploads if one.dataset == "trade"}
    assert {int(places[name]) for name in ("trade", "pending")} <= of_trade
    assert {int(places[name]) for name in ("retail", "own")} <= every - of_trade
    for name, there in (("uploader-trade", of_trade), ("approver-trade", of_trade), ("admin", every)):
        for column in (name, f"token {name}"):
            if column in askers:
                answer = askers[column].client.get("/api/v1/uploads")
                assert {one["id"] for one in answer.json()} == there, column
        page = askers[name].client.get("/uploads").text
        assert {number for number in every if f'href="/uploads/{number}"' in page} == there, name


def test_nobody_releases_what_they_handed_in_not_even_an_administrator(
    desk: Desk, askers: dict[str, Asker], places: dict[str, str], files: dict[str, bytes]
) -> None:
    admin = askers["admin"]
    batch = dropped(admin.client, ("外贸.xlsx", files["2025-02_trade"]))
    form = {"digest": digest_in(preview(admin.client, batch)), "form_token": admin.token}
    number = int(admin.client.post(f"{batch}/0/confirm", data=form).headers["Location"].split("/")[2].split("?")[0])
    for address in (f"/uploads/{number}/approve", f"/api/v1/uploads/{number}/approve"):
        answer = admin.ask("POST", address, [], files)
        assert answer.status_code == 403
    assert desk.store.upload(number).state.value == "pending"
    assert desk.store.upload(int(places["pending"])).state.value == "pending"


def test_what_settings_open_is_open_to_everybody_and_nothing_else(desk: Desk, places: dict[str, str]) -> None:
    settings = desk.settings.model_copy(update={"public_scoreboard": True, "public_metrics": True})
    guard = SessionGuard(desk.identity, settings)
    opened = Desk.of(settings, desk.catalogue, desk.store, now=desk.now, guard=guard)
    entered = desk.identity.audit.head().number
    with served(opened) as address, browser(address) as anybody:
        for method, path, *rest in LINES:
            if method == "GET":
                route = next(one for one in ROUTES if _fits(method, one.path, method, path.partition("?")[0]))
                closed = str(anybody.get(path.format(**places)).status_code) in ("303", "401")
                was_closed = rest[-len(COLUMNS)] in ("303", "401")
                assert closed == (was_closed and not route.opened_by), path
    assert desk.identity.audit.head().number == entered, "nobody unknown fills the log"


def _fits(method: str, path: str, asked: str, address: str) -> bool:
    """Whether an address of the table is one of a route."""
    if method != asked:
        return False
    parts, given = path.split("/"), address.split("/")
    return len(parts) == len(given) and all(
        part == one or (part.startswith("{") and (not part.endswith(".xlsx") or one.endswith(".xlsx")))
        for part, one in zip(parts, given, strict=True)
    )
