"""Messages as Alertmanager's own template engine fills them in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dashboards.alertmanager import TEMPLATES

SCRIPT = "<script>alert(1)</script>"


def alert(name: str = "货物贸易出口", *, status: str = "firing", **changes: Any) -> dict[str, Any]:
    labels = {
        "alertname": "TargetOffTrack",
        "severity": "warning",
        "document": "longwan-2025",
        "chapter": "5",
        "article": "22",
        "unit": "台(套)",
    }
    annotations = {
        "summary_zh": f"龙湾区{name}：进度滞后",
        "summary_en": f"{name}, Longwan: far behind pace",
        "description_zh": f"龙湾区{name}：进度滞后。实际 86.4台(套)。",
        "description_en": f"{name}, Longwan: far behind pace. Actual 86.4.",
        "figures": " actual_value=86.4 target_value=450 gap=26.1 required_run_rate=40.4 since=2025-02",
        "dashboard": "http://grafana.example.test/d/x?var-region=330303&var-indicator=goods_exports",
        "runbook": "http://runbook.example.test/#targetofftrack",
    }
    return {
        "status": status,
        "labels": labels | changes.pop("labels", {}),
        "annotations": annotations | changes.pop("annotations", {}),
        "startsAt": "2025-04-16T02:00:00Z",
        "endsAt": "2025-04-17T20:30:00Z",
    }


@pytest.fixture
def rendered(tmp_path: Path) -> Any:
    """A function that fills in a template for some alerts."""

    def fill(template: str, *alerts: dict[str, Any], kind: str = "text", owner: str | None = "区商务局") -> str:
        common = {"owner_zh": owner, "owner_en": "Longwan Bureau of Commerce"} if owner else {}
        data = {
            "receiver": "r",
            "status": "firing",
            "alerts": alerts,
            "commonLabels": common,
            "externalURL": "http://a",
        }
        (tmp_path / "data.json").write_text(json.dumps(data))
        command = ["amtool", "template", "render", f"--template.glob={TEMPLATES}/*.tmpl", f"--template.type={kind}"]
        command += [f"--template.data={tmp_path}/data.json", f'--template.text={{{{ template "{template}" . }}}}']
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return fill


def test_a_subject_says_who_and_how_many_in_one_line(rendered: Any) -> None:
    said = rendered("xushi.subject", alert(), alert("进口"), alert("外资", status="resolved"))
    assert said == ("[序时] 区商务局：2 项需关注，1 项已恢复 | Longwan Bureau of Commerce: 2 to look at, 1 recovered")
    assert "\n" not in rendered("xushi.escalation.subject", alert())
    assert rendered("xushi.subject", alert(), owner=None).startswith("[序时] 多个单位：1 项需关注")


def test_every_message_on_sample_data_says_so(rendered: Any) -> None:
    marked = alert(annotations={"figures": " gap=1 sample=1"})
    for template in (
        "xushi.subject",
        "xushi.escalation.subject",
        "xushi.email.text",
        "xushi.email.html",
        "xushi.wecom",
    ):
        assert "示例数据" in rendered(template, marked)
        assert "示例数据" not in rendered(template, alert())


def test_html_is_escaped_wherever_words_come_from_outside(rendered: Any) -> None:
    annotations = {
        "description_zh": SCRIPT,
        "description_en": SCRIPT,
        "figures": f" actual_value={SCRIPT.replace(' ', '')} target_value=1",
        "dashboard": "javascript:alert(1)",
        "runbook": '"><script>alert(1)</script>',
    }
    evil = alert(SCRIPT, annotations=annotations, labels={"unit": SCRIPT, "document": SCRIPT, "article": SCRIPT})
    said = rendered("xushi.email.html", evil, {**evil, "status": "resolved"}, kind="html", owner=SCRIPT)
    assert "<script" not in said
    assert "javascript:" not in said
    assert "&lt;script&gt;" in said


def test_a_letter_has_chinese_before_english_and_the_figures_in_a_table(rendered: Any) -> None:
    plain = rendered("xushi.email.text", alert())
    assert plain.index("进度滞后") < plain.index("far behind pace")
    assert "出处：longwan-2025 第 5 章第 22 条" in plain
    assert "Written in: longwan-2025, chapter 5, article 22" in plain
    page = rendered("xushi.email.html", alert(), kind="html")
    for words, figure in {
        "实际 actual": "86.4",
        "目标 target": "450",
        "差 short by": "26.1",
        "自 since": "2025-02",
    }.items():
        assert f"{words}</span><br><b>{figure}</b>" in page
    assert "此前月均" not in page  # no such figure, no such cell
    assert page.count("86.4") == 1  # and no sentence that repeats them
    assert 'href="http://grafana.example.test/d/x?var-region=330303&amp;var-indicator=goods_exports"' in page


def test_a_letter_names_the_document_by_its_title_where_the_rules_know_it(rendered: Any) -> None:
    titled = alert(annotations={"document_zh": "若干政策", "document_en": "Policies"})
    plain = rendered("xushi.email.text", titled)
    assert "出处：《若干政策》第 5 章第 22 条" in plain
    assert "Written in: Policies, chapter 5, article 22" in plain
    assert "《若干政策》第 5 章第 22 条" in rendered("xushi.email.html", titled, kind="html")


def test_a_page_has_the_worst_first(rendered: Any) -> None:
    given = [alert(name, labels={"severity": severity}) for name, severity in (("偏慢", "info"), ("滞后", "warning"))]
    page = rendered("xushi.email.html", *given, alert("督办", labels={"severity": "critical"}), kind="html")
    places = [page.index(f"龙湾区{name}：") for name in ("督办", "滞后", "偏慢")]
    assert places == sorted(places)
    assert page.count("龙湾区") == 3


def test_a_gap_between_per_cents_is_in_percentage_points(rendered: Any) -> None:
    share = alert(labels={"unit": "%"})
    assert "差 26.1个百分点，每月需 40.4%" in rendered("xushi.wecom", share)
    assert "<b>26.1</b> 百分点 points" in rendered("xushi.email.html", share, kind="html")


def test_an_opening_paragraph_has_no_article_number(rendered: Any) -> None:
    plain = rendered("xushi.email.text", alert(labels={"article": "0"}))
    assert "第 5 章\n" in plain
    assert "chapter 5\n" in plain


def test_times_are_beijings(rendered: Any) -> None:
    said = rendered("xushi.email.text", alert(status="resolved"))
    assert "2025-04-16 10:00 至 2025-04-18 04:30" in said


def test_an_alert_without_a_target_or_figures_is_a_letter_too(rendered: Any) -> None:
    bare = {
        "status": "firing",
        "labels": {"alertname": "GaugesAbsent", "severity": "critical"},
        "annotations": {"summary_zh": "监测指标缺失", "summary_en": "gauges absent", "description_zh": "缺失。"},
        "startsAt": "2025-04-16T02:00:00Z",
    }
    for template in ("xushi.subject", "xushi.email.text", "xushi.wecom"):
        assert rendered(template, bare)
    page = rendered("xushi.email.html", bare, kind="html")
    assert "监测指标缺失" in page
    assert "<table" not in page


def test_a_text_for_wecom_fits_its_2048_bytes(rendered: Any) -> None:
    many = [alert(f"战略性新兴产业增加值占规模以上工业比重之{number}") for number in range(40)]
    said = rendered("xushi.wecom", *many)
    assert len(said.encode()) <= 2048
    assert "40 项需关注" in said
    assert "差 26.1台(套)，每月需 40.4台(套)" in said
