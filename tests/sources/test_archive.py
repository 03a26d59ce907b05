"""The archive keeps bytes as they came, through crashes, and notices damage."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import stat
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from dagster_project.sources.archive import Archive
from validators.errors import ArchiveError


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "deep" / "archive")


def test_what_is_put_comes_back_under_its_sha256(archive: Archive) -> None:
    data = "货物贸易出口\x00".encode() * 1000
    sha256 = archive.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert archive.get(sha256) == data
    assert sha256 in archive


def test_an_empty_file_is_kept_like_any_other(archive: Archive) -> None:
    assert archive.get(archive.put(b"")) == b""


def test_files_lie_two_folders_deep_and_read_only(archive: Archive, tmp_path: Path) -> None:
    sha256 = archive.put(b"table")
    place = archive.path(sha256)
    assert place.relative_to(tmp_path / "deep" / "archive").parts == (sha256[:2], sha256[2:4], sha256)
    assert stat.S_IMODE(place.stat().st_mode) == 0o440


def test_the_same_bytes_twice_are_one_file_left_untouched(archive: Archive) -> None:
    sha256 = archive.put(b"table")
    before = archive.path(sha256).stat()
    assert archive.put(b"table") == sha256
    after = archive.path(sha256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(list(archive.path(sha256).parent.iterdir())) == 1


def test_damage_is_noticed_and_mended_by_the_next_upload(archive: Archive) -> None:
    sha256 = archive.put(b"table")
    place = archive.path(sha256)
    place.chmod(0o640)
    place.write_bytes(b"tab")
    with pytest.raises(ArchiveError, match="damaged"):
        archive.get(sha256)
    archive.put(b"table")
    assert archive.get(sha256) == b"table"


def test_missing_bytes_are_named(archive: Archive) -> None:
    sha256 = "ab" * 32
    assert sha256 not in archive
    with pytest.raises(ArchiveError, match=sha256):
        archive.get(sha256)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "", "AB" * 32, "ab" * 31 + "/x", "ab" * 32 + "\n"])
def test_only_a_sha256_is_a_name(archive: Archive, name: str) -> None:
    with pytest.raises(ArchiveError, match="no SHA-256"):
        archive.get(name)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")
    with pytest.raises(ArchiveError, match="can't archive"):
        Archive(tmp_path / "archive").put(b"table")


def _put_for_ever(folder: Path, ready: Event) -> None:
    archive = Archive(folder)
    while True:
        archive.put(os.urandom(8) + bytes(2_000_000))
        ready.set()


def test_a_kill_while_writing_leaves_whole_files_only(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    for pause in (0.0, 0.003, 0.011, 0.02, 0.037):
        ready = processes.Event()
        writer = processes.Process(target=_put_for_ever, args=(tmp_path / "archive", ready))
        writer.start()
        assert ready.wait(60)
        writer.join(pause)
        writer.kill()
        writer.join()
        assert writer.exitcode == -9
        writer.close()
    archive = Archive(tmp_path / "archive")
    files = [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]
    whole = [path for path in files if not path.name.startswith(".partial-")]
    assert len(whole) >= 5
    assert all(len(archive.get(path.name)) == 2_000_008 for path in whole)
