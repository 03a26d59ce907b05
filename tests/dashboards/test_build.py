"""Building: the same text each time, and the committed files say what the code says."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from dagster_project.progress.lights import WORDS
from dashboards import build, provisioning
from dashboards.lights import LIGHTS
from validators.catalogue import Catalogue


def test_the_committed_files_are_what_the_code_builds(catalogue: Catalogue) -> None:
    assert build.drifted(catalogue) == []


def test_building_twice_gives_the_same_bytes(catalogue: Catalogue) -> None:
    assert build.files(catalogue) == build.files(catalogue)


def test_json_has_sorted_keys_and_chinese_as_it_is(catalogue: Catalogue) -> None:
    for name, text in build.files(catalogue).items():
        if name.endswith(".json"):
            assert text == json.dumps(json.loads(text), sort_keys=True, indent=2, ensure_ascii=False) + "\n"
            assert "目标" in text or "数据" in text or "推送" in text


def test_only_files_that_differ_are_written(catalogue: Catalogue, tmp_path: Path) -> None:
    assert len(build.write(catalogue, tmp_path)) == len(build.files(catalogue))
    assert build.write(catalogue, tmp_path) == []
    (tmp_path / "xushi-overview.json").write_text("{}")
    assert build.drifted(catalogue, tmp_path) == ["xushi-overview.json"]
    assert [path.name for path in build.write(catalogue, tmp_path)] == ["xushi-overview.json"]


def test_a_part_is_left_out_of_counts_as_soon_as_the_catalogue_says_so(small_catalogue: Catalogue) -> None:
    text = build.files(small_catalogue)["xushi-overview.json"]
    parts = next(one for one in json.loads(text)["templating"]["list"] if one["name"] == "parts")
    assert parts["query"] == "longwan-high-tech-exports"


def test_lights_have_the_words_that_they_have_everywhere() -> None:
    assert {each.id: (each.zh, each.en) for each in LIGHTS} == {
        str(light): (words.zh, words.en) for light, words in WORDS.items()
    }


def test_the_policy_text_is_linked_where_the_catalogue_knows_its_page(catalogue: Catalogue) -> None:
    pages = [document.url for document in catalogue.documents.values() if document.url is not None]
    assert pages
    text = build.files(catalogue)["xushi-overview.json"]
    assert all(page in text for page in pages)


def test_provisioning_files_name_the_folder_the_source_and_the_place_of_the_dashboards(tmp_path: Path) -> None:
    written = provisioning.write(tmp_path, prometheus_url="http://127.0.0.1:9090", dashboards=Path("/srv/$boards"))
    assert {path.relative_to(tmp_path).as_posix() for path in written} == {
        "datasources/xushi.yaml",
        "dashboards/xushi.yaml",
    }
    source = yaml.safe_load((tmp_path / "datasources" / "xushi.yaml").read_text(encoding="utf-8"))["datasources"][0]
    assert (source["uid"], source["url"]) == ("xushi-prometheus", "http://127.0.0.1:9090")
    provider = yaml.safe_load((tmp_path / "dashboards" / "xushi.yaml").read_text(encoding="utf-8"))["providers"][0]
    assert (provider["folder"], provider["folderUid"]) == ("序时 Xushi", "xushi")
    assert provider["options"]["path"] == "/srv/$$boards"  # Grafana would put a variable in place of a single $
