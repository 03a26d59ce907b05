"""One sentence per judgement, in both languages, with the inputs."""

from __future__ import annotations

import re

import pytest

EXPORTS = {"kind": "flow", "value": 450}


def said(judge, target, figures, as_of="2025-09"):
    row = judge(target, figures, as_of)
    return row["reason_zh"], row["reason_en"]


def test_a_flow_behind_pace_names_figure_share_pace_and_what_the_remaining_months_must_bring(judge):
    zh, en = said(judge, EXPORTS, {"2025-09": 298.1})
    assert zh == (
        "1-9月指标0累计298.1亿元，为目标450亿元的66.2%，落后序时进度（75.0%）8.8个百分点；"
        "余下3个月月均需完成50.6亿元，是前9个月月均（33.1亿元）的1.53倍。"
    )
    assert en == (
        "January-September: Figure 0 298.1 × 100 million yuan, 66.2% of the target of 450 × 100 million yuan, "
        "8.8 points behind the linear pace (75.0%); the remaining 3 months need 50.6 × 100 million yuan each, "
        "1.53 times the average so far (33.1 × 100 million yuan)."
    )


@pytest.mark.parametrize(
    ("target", "figures", "as_of", "zh"),
    [
        (EXPORTS, {"2025-02": 90}, "2025-02",
         "1-2月指标0累计90亿元，为目标450亿元的20.0%，快于序时进度（16.7%）3.3个百分点；"
         "余下10个月月均需完成36亿元，是前2个月月均（45亿元）的0.8倍。"),
        (EXPORTS, {"2025-09": 337.5}, "2025-09",
         "1-9月指标0累计337.5亿元，为目标450亿元的75.0%，与序时进度（75.0%）持平；"
         "余下3个月月均需完成37.5亿元，是前9个月月均（37.5亿元）的1倍。"),
        (EXPORTS, {"2025-09": 337.4}, "2025-09", "1-9月指标0累计337.4亿元，为目标450亿元的75.0%，落后序时进度（75.0%）"
         "不足0.1个百分点；余下3个月月均需完成37.5亿元，是前9个月月均（37.5亿元）的1倍。"),
        (EXPORTS, {"2025-09": 460}, "2025-09", "1-9月指标0累计460亿元，为目标450亿元的102.2%，已完成目标。"),
        (EXPORTS, {"2025-12": 430}, "2025-12", "1-12月指标0累计430亿元，为目标450亿元的95.6%，未完成目标，差20亿元。"),
        (EXPORTS, {"2025-07": 298.1}, "2025-09",
         "1-7月指标0累计298.1亿元，为目标450亿元的66.2%，快于序时进度（58.3%）7.9个百分点；"
         "余下5个月月均需完成30.4亿元，是前7个月月均（42.6亿元）的0.71倍；之后2个月的数据尚未公布。"),
        (EXPORTS, {}, "2025-09", "指标0目标为450亿元以上，截至2025年9月尚无数据。"),
        ({"kind": "count", "value": 12}, {"2025-03": 0}, "2025-03",
         "1-3月指标0累计0家，为目标12家的0.0%，落后序时进度（25.0%）"
         "25.0个百分点；余下9个月月均需完成1.33家，前3个月月均为0家。"),
        ({"kind": "growth", "value": 5}, {"2025-09": 3.2}, "2025-09",
         "1-9月指标0为3.2%，目标为5%以上，距要求尚差1.8个百分点。"),
        ({"kind": "growth", "value": 5}, {"2025-09": 6.2}, "2025-09",
         "1-9月指标0为6.2%，目标为5%以上，达到要求，高1.2个百分点。"),
        ({"kind": "growth", "value": 0, "comparator": "positive"}, {"2025-09": 0}, "2025-09",
         "1-9月指标0为0%，目标为正增长，尚未达到要求。"),
        ({"kind": "stock", "value": 100}, {"2025-09": 80}, "2025-09",
         "9月末指标0为80家，目标为100家以上，距要求尚差20家。"),
        ({"kind": "duration", "value": 10, "comparator": "less_than"}, {"2025-09": 9}, "2025-09",
         "9月指标0为9分钟，目标为少于10分钟，达到要求，低1分钟。"),
        ({"kind": "rank", "value": 3, "comparator": "rank_within", "pace": "year_end"}, {}, "2025-09",
         "指标0目标为前3位，待2025年12月数据公布后判定。"),
        ({"kind": "rank", "value": 3, "comparator": "rank_within", "pace": "year_end"}, {"2025": 4}, "2026-02",
         "2025年指标0为第4位，目标为前3位，未完成目标，超出1位。"),
        ({"kind": "flow", "value": 100, "comparator": "exactly"}, {"2025-09": 105}, "2025-09",
         "1-9月指标0累计105亿元，为预算100亿元的105.0%，已超出预算。"),
        ({"kind": "flow", "value": 100, "comparator": "at_most"}, {"2025-09": 60}, "2025-09",
         "1-9月指标0累计60亿元，为上限100亿元的60.0%，低于序时进度（75.0%）15.0个百分点；"
         "余下3个月月均不超过13.3亿元，是前9个月月均（6.67亿元）的2倍。"),
        ({"kind": "flow", "value": 100, "comparator": "at_most"}, {"2025-09": 101}, "2025-09",
         "1-9月指标0累计101亿元，为上限100亿元的101.0%，已超出上限。"),
        ({"kind": "count", "value": 40, "pace": "schedule", "schedule": {"2025-09": 20}}, {"2025-09": 21}, "2025-09",
         "1-9月指标0累计21家，为目标40家的52.5%，快于计划进度（50.0%）2.5个百分点；余下3个月月均需完成6.33家，"
         "是前9个月月均（2.33家）的2.71倍。"),
    ],
)  # fmt: skip
def test_each_kind_of_judgement_has_its_sentence(judge, target, figures, as_of, zh):
    found_zh, found_en = said(judge, target, figures, as_of)
    assert found_zh == zh
    assert found_en.endswith(".")
    numbers = re.compile(r"\d+\.?\d*")
    said_zh = {one for one in numbers.findall(found_zh.replace("指标0", "")) if "." in one}
    assert said_zh <= set(numbers.findall(found_en)), "both languages hold the same figures"


def test_the_year_is_said_where_it_is_not_the_as_of_year(judge):
    zh, en = said(judge, {"kind": "stock", "value": 100}, {"2025-11": 80}, "2026-02")
    assert zh == "2025年11月末指标0为80家，目标为100家以上，距要求尚差20家；待2025年12月数据公布后定论。"
    assert en == (
        "End of November 2025: Figure 0 80 firms; target at least 100 firms; 20 firms from the target; "
        "final once December 2025 is published."
    )


def test_one_month_left_is_said_in_the_singular(judge):
    assert "the remaining month needs 60 × 100 million yuan," in said(judge, EXPORTS, {"2025-11": 390}, "2025-11")[1]


def test_very_small_and_very_large_figures_are_written_out(judge):
    zh, _ = said(judge, {"kind": "flow", "value": 0.05}, {"2025-09": 0.0123})
    assert "累计0.0123亿元，为目标0.05亿元的24.6%" in zh
    zh, _ = said(judge, {"kind": "flow", "value": 2e9}, {"2025-09": 1234567890.5})
    assert "累计1234567890.5亿元，为目标2000000000亿元的61.7%" in zh


def test_every_target_of_a_catalogue_has_a_sentence_without_gaps(small_catalogue, judge_all):
    found = judge_all(small_catalogue, {})
    for column in ("reason_zh", "reason_en"):
        assert found[column].str.len().gt(10).all()
        assert not found[column].str.contains("nan|None|  ").any()
