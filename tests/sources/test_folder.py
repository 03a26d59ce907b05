"""Files are taken from folders of this machine, SFTP, S3 and WebDAV once they are whole, each against a real server."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.sources.connector import Delivery, Request
from dagster_project.sources.folder import Folder, FolderOptions
from dagster_project.sources.folder_storage import StorageOptions, opened
from tests.servers import sftp
from tests.servers.ports import free_port
from tests.servers.s3 import S3Server, s3_server
from tests.servers.sftp import sftp_server
from tests.servers.strangers import silent, stranger
from tests.servers.web import drip, web
from tests.servers.webdav import webdav_server
from tests.sources.folders import LONG_AGO, Place, emptied, in_s3, local, over_sftp, over_webdav
from validators.catalogue import Catalogue
from validators.errors import SourceOptionsError, SourceRefusedError, SourceUnavailableError
from validators.periods import Month, Period, Year

pytestmark = pytest.mark.xdist_group("folders")

MARCH = "2025/外贸 1-3月#50%.xlsx"
PATTERN = "{year}/*-{month}月*.xlsx"
NOW = datetime(2100, 1, 1, tzinfo=UTC)
_BUCKETS = itertools.count(1)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Place]]:
    """A fresh folder of a kind; servers are started when first asked for."""
    with ExitStack() as stack:
        started: dict[str, tuple[Path, Any]] = {}

        def place(kind: str) -> Place:
            if kind not in started:
                folder = tmp_path_factory.mktemp(kind)
                begin = {"sftp": sftp_server, "webdav": webdav_server, "s3": lambda _: s3_server()}.get(kind)
                started[kind] = folder, None if begin is None else stack.enter_context(begin(folder))
            folder, server = started[kind]
            if isinstance(server, S3Server):
                return in_s3(server, f"xushi-{next(_BUCKETS)}")
            emptied(folder)
            return {"sftp": over_sftp, "webdav": over_webdav}[kind](folder, server) if server else local(folder)

        yield place


@pytest.fixture(params=["local", "sftp", "webdav", "s3"])
def place(request: pytest.FixtureRequest, servers: Callable[[str], Place]) -> Place:
    return servers(request.param)


@pytest.fixture(params=["sftp", "webdav", "s3"])
def remote(request: pytest.FixtureRequest, servers: Callable[[str], Place]) -> Place:
    return servers(request.param)


@pytest.fixture
def box(tmp_path: Path) -> Place:
    """A folder of this machine."""
    (tmp_path / "box").mkdir()
    return local(tmp_path / "box")


@pytest.fixture
def asked(small_catalogue: Catalogue) -> Callable[..., Request]:
    def make(*periods: Period, **changes: Any) -> Request:
        wanted = {"dataset": "trade", "source": "customs", "regions": ["330303"], "now": NOW, "max_bytes": 1000}
        return Request(**(wanted | {"periods": periods or [Month(2025, 3)], "catalogue": small_catalogue} | changes))

    return make


def connector(place: Place, pattern: str = PATTERN, **options: Any) -> Folder:
    sleep = options.pop("sleep", lambda _: None)
    given = {"url": place.url, "pattern": pattern, "storage": place.storage} | options
    return Folder(FolderOptions.model_validate(given), sleep)


def names(deliveries: Iterator[Delivery]) -> list[str]:
    return [delivery.file_name for delivery in deliveries]


def test_a_file_is_fetched_whole_and_without_a_secret(place: Place, asked: Callable[..., Request]) -> None:
    place.put(MARCH, b"x" * 1000)
    place.put("2025/外贸 1-2月.xlsx", b"")
    delivery, empty = connector(place).pull(asked(Month(2025, 2), Month(2025, 3)))
    if not delivery.content:  # oldest first: the two may be equally old
        delivery, empty = empty, delivery
    assert (empty.content, empty.period) == (b"", "2025-02")
    assert (delivery.content, delivery.file_name, delivery.period) == (b"x" * 1000, "外贸 1-3月#50%.xlsx", "2025-03")
    assert delivery.origin == f"{place.url}/{MARCH}"
    assert not [secret for secret in place.storage.values() if secret in str(delivery)]


def test_a_file_is_fetched_once_and_again_when_it_was_replaced(place: Place, asked: Callable[..., Request]) -> None:
    place.put(MARCH, b"first")
    [delivery] = connector(place).pull(asked())
    assert not list(connector(place).pull(asked(known=delivery.keep)))
    place.put(MARCH, b"second")
    [second] = connector(place).pull(asked(known=delivery.keep))
    assert second.content == b"second"


def test_a_folder_that_is_not_there_is_refused(place: Place, asked: Callable[..., Request]) -> None:
    with pytest.raises(SourceRefusedError, match="there is no such folder or bucket"):
        list(connector(place, url=place.absent).pull(asked()))


def test_a_folder_that_is_empty_has_nothing_yet(place: Place, asked: Callable[..., Request]) -> None:
    assert not list(connector(place).pull(asked()))


def test_who_is_not_let_in_is_refused(place: Place, asked: Callable[..., Request]) -> None:
    for storage in place.strangers:
        with pytest.raises((SourceRefusedError, SourceUnavailableError)) as caught:
            list(connector(place, storage=storage).pull(asked()))
        assert type(caught.value) is SourceRefusedError
        assert not [secret for secret in ("wrong", sftp.PASSWORD) if secret in str(caught.value)]


def test_a_server_that_is_away_is_unavailable(remote: Place, asked: Callable[..., Request]) -> None:
    port = free_port()
    away = {"url": f"{remote.url.split(':')[0]}://127.0.0.1:{port}/box"}
    if "endpoint" in remote.storage:
        away = {"storage": remote.storage | {"endpoint": f"http://127.0.0.1:{port}"}}
    with pytest.raises(SourceUnavailableError, match="is away or slow"):
        list(connector(remote, **away).pull(asked()))


def test_a_server_that_says_nothing_is_unavailable(remote: Place, asked: Callable[..., Request]) -> None:
    with stranger(silent) as url:
        mute: dict[str, Any] = {"url": f"{remote.url.split(':')[0]}://{url.partition('://')[2]}/box"}
        if "endpoint" in remote.storage:
            mute = {"storage": remote.storage | {"endpoint": url}}
        with pytest.raises(SourceUnavailableError, match="is away or slow"):
            list(connector(remote, timeout_seconds=0.3, **mute).pull(asked()))


@pytest.mark.parametrize("kind", ["sftp", "webdav"])
def test_a_server_that_goes_while_files_are_fetched_is_unavailable(
    kind: str, asked: Callable[..., Request], tmp_path: Path
) -> None:
    with ExitStack() as running:
        if kind == "sftp":
            place = over_sftp(tmp_path, running.enter_context(sftp_server(tmp_path)))
        else:
            place = over_webdav(tmp_path, running.enter_context(webdav_server(tmp_path)))
        for name in ("a", "b"):
            place.put(f"2025/{name}-3月.xlsx", b"x")
        deliveries = connector(place).pull(asked())
        assert next(deliveries).content == b"x"
        running.close()
        with pytest.raises(SourceUnavailableError, match="is away or slow"):
            next(deliveries)


def test_a_file_that_comes_a_byte_at_a_time_has_an_end() -> None:
    def fetch(url: str) -> bytes:
        with opened(f"webdav+{url}", StorageOptions(), "trade/customs", 0.02) as storage:
            storage.fs.client.http.timeout = 5  # no single wait is long
            return storage.read("a.xlsx", 1000)

    with web() as server:
        server.tell("/box/a.xlsx", drip)
        with pytest.raises(SourceUnavailableError, match="too slow"):
            fetch(f"{server.url}/box")


def test_a_known_hosts_file_or_a_key_lets_in(
    servers: Callable[[str], Place], asked: Callable[..., Request], tmp_path: Path
) -> None:
    with sftp_server(tmp_path) as server:
        (tmp_path / "3月.xlsx").write_bytes(b"x")
        account = {"user": sftp.USER, "password": sftp.PASSWORD}
        place = over_sftp(tmp_path, server)
        known = account | {"known_hosts": str(server.known_hosts(tmp_path))}
        assert names(connector(place, "{month}月.xlsx", storage=known).pull(asked()))
        key = {"user": sftp.USER, "private_key": server.client_key, "host_key": server.host_key}
        assert names(connector(place, "{month}月.xlsx", storage=key).pull(asked()))
        other = account | {"known_hosts": str(server.known_hosts(tmp_path, sftp.public_key()))}
        with pytest.raises(SourceRefusedError, match="Host key is not trusted"):
            list(connector(place, "{month}月.xlsx", storage=other).pull(asked()))
        assert (tmp_path / "known_hosts").read_text().count("\n") == 1, "no key was learnt"
        with pytest.raises(SourceOptionsError, match="no host key to trust"):
            list(connector(place, storage=account | {"known_hosts": str(tmp_path / "none")}).pull(asked()))


def test_a_file_that_still_grows_is_left_for_the_next_time(box: Place, asked: Callable[..., Request]) -> None:
    box.put(MARCH, b"half")
    box.put("2025/b-3月.xlsx", b"whole")
    said: list[str] = []
    a_moment_later = asked(now=LONG_AGO.replace(second=30), say=lambda _, en: said.append(en))
    growing = connector(box, sleep=lambda seconds: box.put(MARCH, b"half and more"))
    assert names(growing.pull(a_moment_later)) == ["b-3月.xlsx"]
    assert any("is being changed" in line for line in said)
    assert sorted(names(connector(box).pull(a_moment_later))) == ["b-3月.xlsx", "外贸 1-3月#50%.xlsx"]


def test_what_a_storage_shows_only_when_it_is_whole_needs_no_second_look(
    servers: Callable[[str], Place], asked: Callable[..., Request]
) -> None:
    bucket = servers("s3")
    bucket.put(MARCH, b"x")
    waited: list[float] = []
    assert names(connector(bucket, sleep=waited.append).pull(asked(now=datetime.now(UTC))))
    assert not waited


def test_what_changes_or_goes_while_others_are_read_is_left(box: Place, asked: Callable[..., Request]) -> None:
    for number, name in enumerate("abc", start=1):
        box.put(f"2025/{name}-3月.xlsx", b"x" * number)  # each a second younger
    deliveries = connector(box).pull(asked())
    assert next(deliveries).file_name == "a-3月.xlsx"
    box.put("2025/b-3月.xlsx", b"replaced meanwhile")
    (Path(box.url.removeprefix("file://")) / "2025/c-3月.xlsx").unlink()
    assert not list(deliveries)


def test_a_file_beyond_the_limit_is_refused_after_the_others_came(place: Place, asked: Callable[..., Request]) -> None:
    place.put("2025/a-3月.xlsx", b"x" * 1001)
    place.put("2025/b-3月.xlsx", b"x")
    deliveries = connector(place).pull(asked())
    assert next(deliveries).file_name == "b-3月.xlsx"
    with pytest.raises(SourceRefusedError, match=r"limit of 1,000 bytes: .*a-3月.xlsx \(1,001\)"):
        next(deliveries)


def test_hidden_and_temporary_files_and_folders_of_the_name_are_passed_over(
    box: Place, asked: Callable[..., Request]
) -> None:
    for name in ("~$a-3月.xlsx", ".a-3月.xlsx", "a-3月.xlsx.tmp", "d-3月.xlsx/inside"):
        box.put(f"2025/{name}", b"x")
    assert not list(connector(box, "{year}/*{month}月*").pull(asked()))


def test_a_link_counts_within_the_folder_only(box: Place, asked: Callable[..., Request], tmp_path: Path) -> None:
    box.put("2025/a-3月.xlsx", b"x")
    outside = tmp_path / "secret.xlsx"
    outside.write_bytes(b"not yours")
    folder = tmp_path / "box" / "2025"
    (folder / "out-3月.xlsx").symlink_to(outside)
    (folder / "lost-3月.xlsx").symlink_to(tmp_path / "nothing")
    (folder / "in-3月.xlsx").symlink_to(folder / "a-3月.xlsx")
    (tmp_path / "box" / "2026").symlink_to(tmp_path)
    assert sorted(names(connector(box).pull(asked()))) == ["a-3月.xlsx", "in-3月.xlsx"]
    assert not list(connector(box, "{year}/secret.xlsx").pull(asked(Month(2026, 1))))


def test_several_periods_and_regions_are_told_apart_by_name_oldest_first(
    box: Place, asked: Callable[..., Request]
) -> None:
    for number, path in enumerate(("龙湾/2025-3月.xlsx", "温州/2025-2月.xlsx", "龙湾/2025-2月.xlsx"), start=1):
        box.put(path, b"x" * number)
    both = connector(box, "{region}/{year}-{month}月.xlsx", region_names={"330303": "龙湾", "330300": "温州"})
    found = both.pull(asked(Month(2025, 2), Month(2025, 3), regions=["330303", "330300"]))
    assert [(one.region, one.period) for one in found] == [
        ("330303", "2025-03"),
        ("330300", "2025-02"),
        ("330303", "2025-02"),
    ]


def test_a_name_without_the_period_leaves_it_to_the_table(box: Place, asked: Callable[..., Request]) -> None:
    box.put("累计.xlsx", b"x")
    [delivery] = connector(box, "*.xlsx").pull(asked(Month(2025, 2), Month(2025, 3)))
    assert (delivery.period, delivery.region) == (None, None)


def test_a_folder_that_may_not_be_read_is_refused(box: Place, asked: Callable[..., Request], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(SourceRefusedError):
        list(connector(box, url=str(tmp_path / "file")).pull(asked()))
    if os.geteuid() == 0:
        return  # root may read everything
    (tmp_path / "box").chmod(0)
    with pytest.raises(SourceRefusedError):
        list(connector(box).pull(asked()))


@pytest.mark.parametrize("url", ["ftp://host/a", "relative/path", "sftp:///path", "file://host/path", "webdav://host"])
def test_an_address_of_no_known_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no such address"):
        FolderOptions(url=url, pattern="*.csv")


def test_a_pattern_with_months_is_none_for_a_yearly_table(box: Place, asked: Callable[..., Request]) -> None:
    with pytest.raises(SourceOptionsError, match=r"annual has no \{month\}"):
        list(connector(box).pull(asked(Year(2024), dataset="rd")))
