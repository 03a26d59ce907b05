"""Each case is an edit of the small catalogue that breaks one rule, and the one line that must be said about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from validators.catalogue import Catalogue
from validators.catalogue_file import MAX_BYTES, json_schema, load_catalogue
from validators.errors import CatalogueError

SMALL = (Path(__file__).parent.parent / "data" / "small_catalogue.yaml").read_text(encoding="utf-8")

Problems = Callable[[str], list[str]]


@dataclass(frozen=True)
class Edit:
    """In the block that starts with the line `entry:`, the first `old` becomes `new`. `at` is the part of the text
    whose line the problem must name, `new` itself where it isn't given."""

    entry: str
    old: str
    new: str
    key: str
    words: str
    at: str = ""

    def __str__(self) -> str:
        return f"{self.key}: {self.words[:30]}"

    def apply(self, text: str) -> str:
        start = text.index(f"{self.entry}:\n")
        assert self.old in text[start:]
        return text[:start] + text[start:].replace(self.old, self.new, 1)

    def line(self, text: str) -> int:
        start = text.index(f"{self.entry}:\n")
        found = text.index(self.at or self.new, start)
        return text.count("\n", 0, found) + 1


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    """The problems of a text as a file, each without its leading 'PATH:'."""

    def of(text: str) -> list[str]:
        path = tmp_path / "metrics_catalog.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CatalogueError) as caught:
            load_catalogue(path)
        assert str(caught.value) == "\n".join(caught.value.problems)
        assert all(problem.startswith(f"{path}:") for problem in caught.value.problems)
        return [problem.removeprefix(f"{path}:") for problem in caught.value.problems]

    return of


EXPORTS, GROWTH, SMES = "longwan-exports", "longwan-exports-growth", "longwan-tech-smes"

SHAPE = [
    Edit(EXPORTS, "pace: linear", "pase: linear", "targets.longwan-exports.pase", "unknown key; nearest: 'pace'"),
    Edit(
        "goods_exports", "labels: [", "lables: [", "indicators.goods_exports.lables", "unknown key; nearest: 'labels'"
    ),
    Edit("trade", "titles: [", "title: [", "datasets.trade.recognise.title", "unknown key; nearest: 'titles'"),
    Edit(
        "位",
        "dimension: rank\n",
        "dimension: rank\ntarget: {}\n",
        "target",
        "unknown key; nearest: 'targets'",
        "target:",
    ),
    Edit(EXPORTS, "    pace: linear\n", "", "targets.longwan-exports.pace", "is missing", "longwan-exports:"),
    Edit("goods_exports", "    kind: flow\n", "", "indicators.goods_exports.kind", "is missing", "goods_exports:"),
    Edit(
        EXPORTS,
        "comparator: at_least",
        "comparator: atleast",
        "targets.longwan-exports.comparator",
        "'atleast' is not one of at_least, more_than, at_most, less_than, about, rank_within, positive, exactly; "
        "nearest: 'at_least'",
    ),
    Edit(
        EXPORTS,
        "due: 2025-12",
        "due: 2025-13",
        "targets.longwan-exports.due",
        "'2025-13' must be a month such as 2025-12",
    ),
    Edit(EXPORTS, "value: 450", "value: 450亿", "targets.longwan-exports.value", "'450亿': should be a valid decimal"),
    Edit(
        "targets",
        "  longwan-exports:",
        "  Longwan_Exports:",
        "targets.Longwan_Exports",
        "'Longwan_Exports' must be lower-case English words joined by hyphens, such as longwan-exports",
    ),
    Edit(
        EXPORTS,
        'region: "330303"',
        "region: 330303",
        "targets.longwan-exports.region",
        '330303 is no text as it stands; put it in quotes: "330303"',
    ),
    Edit(
        "家",
        "dimension:",
        "dimension: yes #",
        "units.家.dimension",
        'True is no text as it stands; put it in quotes: "True"',
    ),
    Edit(
        "家",
        "name: {zh: 家, en: enterprises}",
        "name: 家",
        "units.家.name",
        "must be a mapping of zh, en, not '家'",
    ),
    Edit("trade", "due_day: 20", "due_day: 32", "datasets.trade.due_day", "32: should be less than or equal to 31"),
    Edit(
        "longwan-2025",
        "issued: 2025-03-04",
        "issued: 2025-02-30",
        "documents.longwan-2025.issued",
        "'2025-02-30': should be a valid date or datetime, day value is outside expected range",
    ),
]

NAMES = [
    Edit(
        EXPORTS,
        "unit: 亿元",
        "unit: 亿员",
        "targets.longwan-exports.unit",
        "'亿员' is not a declared unit; nearest: '亿元'",
    ),
    Edit(
        EXPORTS,
        "indicator: goods_exports",
        "indicator: good_exports",
        "targets.longwan-exports.indicator",
        "'good_exports' is not a declared indicator; nearest: 'goods_exports'",
    ),
    Edit(
        EXPORTS,
        'region: "330303"',
        'region: "330304"',
        "targets.longwan-exports.region",
        "'330304' is not a declared region; nearest: '330303'",
    ),
    Edit(
        EXPORTS,
        "{document: longwan-2025",
        "{document: longwan-2024",
        "targets.longwan-exports.cite.document",
        "'longwan-2024' is not a declared document; nearest: 'longwan-2025'",
    ),
    Edit(
        EXPORTS,
        "responsible: [lw_commerce]",
        "responsible: [lw_comerce]",
        "targets.longwan-exports.owners.responsible.0",
        "'lw_comerce' is not a declared department; nearest: 'lw_commerce'",
    ),
    Edit(
        EXPORTS,
        "lead: lw_commerce",
        "lead: 区商务局",  # its name where its key is wanted
        "targets.longwan-exports.owners.lead",
        "'区商务局' is not a declared department; nearest: 'lw_commerce'",
    ),
    Edit(
        "longwan-high-tech-exports",
        "part_of: longwan-exports",
        "part_of: longwan-export",
        "targets.longwan-high-tech-exports.part_of",
        "'longwan-export' is not a declared target; nearest: 'longwan-exports'",
    ),
    Edit(
        "goods_exports",
        "dataset: trade",
        "dataset: trad",
        "indicators.goods_exports.dataset",
        "'trad' is not a declared dataset; nearest: 'trade'",
    ),
    Edit(
        "goods_exports",
        "unit: 亿元",
        "unit: 亿圆",
        "indicators.goods_exports.unit",
        "'亿圆' is not a declared unit; nearest: '亿元'",
    ),
    Edit(
        "rd_intensity",
        "denominator: gdp",
        "denominator: gdb",
        "indicators.rd_intensity.denominator",
        "'gdb' is not a declared indicator; nearest: 'gdp'",
    ),
    Edit(
        "trade",
        '"330300": wz_commerce',
        '"330301": wz_commerce',
        "datasets.trade.publishers.330301",
        "'330301' is not a declared region; nearest: '330303'",
    ),
    Edit(
        "lw_commerce",
        'region: "330303"',
        'region: "33030"',
        "departments.lw_commerce.region",
        "'33030' is not a declared region; nearest: '330303'",
    ),
    Edit(
        "wz_commerce",
        'region: "330300"\n',
        'region: "330300"\n    aliases: [区财政局]\n',
        "departments.wz_commerce.aliases.0",
        "'区财政局' already means the department 'lw_finance'",
        "aliases: [区财政局]",
    ),
    Edit(
        "wz_commerce",
        "en: Wenzhou Commerce Bureau",
        "en: Longwan  commerce bureau",
        "departments.wz_commerce.name.en",
        "'Longwan  commerce bureau' already means the department 'lw_commerce'",
    ),
    Edit('"330303"', "龙湾, 全区", "全市", "regions.330303.aliases.2", "'全市' already means the region '330300'"),
    Edit(
        "亿美元", "name: {zh: 亿美元", "name: {zh: 万元", "units.亿美元.name.zh", "'万元' already means the unit '万元'"
    ),
]
CIRCLES = [
    Edit(
        '"330300"',
        "aliases:",
        'part_of: "330303"\n    aliases:',
        "regions.330300.part_of",
        "part_of leads back to where it began: 330300 -> 330303 -> 330300",
        'part_of: "330303"',
    ),
    Edit(
        "goods_exports",
        "minimum: 0",
        "part_of: high_tech_exports",
        "indicators.goods_exports.part_of",
        "part_of leads back to where it began: goods_exports -> high_tech_exports -> goods_exports",
    ),
    Edit(
        EXPORTS,
        "pace: linear",
        "pace: linear\n    part_of: longwan-exports",
        "targets.longwan-exports.part_of",
        "part_of leads back to where it began: longwan-exports -> longwan-exports",
        "part_of: longwan-exports",
    ),
]

ENTRIES = [
    Edit(
        "longwan-2025",
        "articles: [21, 25]",
        "articles: [6, 25]",
        "documents.longwan-2025.chapters.5.articles",
        "articles 6-25: not a range that goes on from 1 upwards, the chapter before it ends with 6",
    ),
    Edit("万元", "factor: 10000", "factor: 0", "units.万元.factor", "0: a factor is above 0"),
    Edit(
        "retail_sales",
        "国内贸易]",
        "外贸]",
        "datasets.retail_sales.recognise.titles.2",
        "'外贸' already recognises the dataset 'trade'",
    ),
    Edit(
        "retail_sales",
        "ytd: [年初至今]",
        "ytd: [年初至今]\n        month: [年初至今]",
        "datasets.retail_sales.recognise.columns.month.0",
        "'年初至今' already means ytd",
        "month: [年初至今]",
    ),
    Edit(
        "trade",
        "due_day: 20",
        "due_day: 20\n    due_month: 2",
        "datasets.trade.due_month",
        "is for annual datasets; this one is monthly",
        "due_month: 2",
    ),
    Edit(
        "trade",
        "due_day: 20",
        "due_day: 20\n    references: {'330300': wz_statistics}",
        "datasets.trade.references.330300",
        "stands among its publishers already",
        "references:",
    ),
    Edit(
        "trade",
        "due_day: 20",
        "due_day: 20\n    sources: [{name: share, connector: folder, since: 25年}]",
        "datasets.trade.sources.0.since",
        "'25年' must be a period such as 2025, 2025-01 or 2025-Q1",
        "sources:",
    ),
    Edit(
        "trade",
        "due_day: 20",
        "due_day: 20\n    sources: [{name: share, connector: folder}, {name: share, connector: http}]",
        "datasets.trade.sources.1.name",
        "'share' stands twice; a source has a name of its own in its dataset",
        "sources:",
    ),
    Edit(
        "rd",
        "cadence: annual",
        "cadence: annual\n    january: true",
        "datasets.rd.january",
        "is for monthly datasets; this one is annual",
        "january: true",
    ),
    Edit(
        "online_retail_sales_growth",
        'unit: "%"',
        "unit: 亿元",
        "indicators.online_retail_sales_growth.unit",
        "'亿元': growth is in '%'",
    ),
    Edit(
        "goods_exports_growth",
        "of: goods_exports",
        "of: goods_exports_growth",
        "indicators.goods_exports_growth.of",
        "'goods_exports_growth' is itself growth",
    ),
    Edit(
        "goods_exports_growth",
        "of: goods_exports",
        "of: gdp",
        "indicators.goods_exports_growth.of",
        "'gdp' is in the dataset 'rd', this one in 'trade'",
    ),
    Edit(
        "high_tech_exports",
        "part_of: goods_exports",
        "of: goods_exports",
        "indicators.high_tech_exports.of",
        "is for growth; high_tech_exports is a flow",
    ),
    Edit(
        "online_retail_sales_growth",
        "labels:",
        "of: retail_sales\n    labels:",
        "indicators.online_retail_sales_growth.of",
        "'retail_sales_growth' is already the growth of 'retail_sales'",
        "of: retail_sales",
    ),
    Edit(
        "rd_intensity",
        "    denominator: gdp\n",
        "",
        "indicators.rd_intensity.denominator",
        "is missing; a ratio has a numerator and a denominator, or neither",
        "rd_intensity:",
    ),
    Edit(
        "rd_intensity",
        "numerator: rd_expenditure",
        "numerator: innovation_rank",
        "indicators.rd_intensity.numerator",
        "'innovation_rank' is a rank; it must be a flow, a count or a stock",
    ),
    Edit(
        "rd_intensity",
        "numerator: rd_expenditure",
        "numerator: gdp",
        "indicators.rd_intensity.denominator",
        "is the numerator",
        "denominator: gdp",
    ),
    Edit(
        "rd_intensity",
        "denominator: gdp",
        "denominator: skilled_talent",
        "indicators.rd_intensity.denominator",
        "is in '万人', the numerator in '亿元': no per cent",
    ),
    Edit(
        "gdp",
        "unit: 亿元",
        "unit: 亿元\n    numerator: rd_expenditure",
        "indicators.gdp.numerator",
        "is for ratios; gdp is a flow",
        "numerator: rd_expenditure",
    ),
    Edit(
        "high_tech_exports",
        "part_of: goods_exports",
        "part_of: new_tech_smes",
        "indicators.high_tech_exports.part_of",
        "'new_tech_smes' is a count, this one a flow",
    ),
    Edit(
        "new_tech_smes",
        "unit: 家",
        "unit: 家\n    part_of: research_projects",
        "indicators.new_tech_smes.part_of",
        "'research_projects' is in '项', which does not convert to '家'",
        "part_of: research_projects",
    ),
    Edit(
        "retail_sales_growth",
        "of: retail_sales",
        "of: retail_sales\n    part_of: retail_sales",
        "indicators.retail_sales_growth.part_of",
        "is for flows, counts and stocks; retail_sales_growth is a growth",
        "part_of: retail_sales",
    ),
    Edit(
        "talent_firm_share",
        "maximum: 100",
        "maximum: -1",
        "indicators.talent_firm_share.maximum",
        "-1 is below the minimum 0",
    ),
    Edit(
        "goods_exports",
        "minimum: 0",
        "minimum: -.inf",
        "indicators.goods_exports.minimum",
        "-inf: must be a number; leave it out for no bound",
    ),
    Edit(
        "new_tech_smes",
        "unit: 家",
        "labels: [新认定 高新技术企业]\n    unit: 家",
        "indicators.new_tech_smes.labels.0",
        "'新认定 高新技术企业' already is a label of 'new_high_tech_firms' in the dataset 'science_talent'",
        "labels: [新认定 高新技术企业]",
    ),
    Edit(
        "online_retail_sales_growth",
        "labels: [网络零售额]",
        "labels: [社零总额]",
        "indicators.online_retail_sales_growth.labels.0",
        "'社零总额' already is a label of 'retail_sales' in the dataset 'retail_sales'",
    ),
]

TARGETS = [
    Edit(
        EXPORTS,
        "chapter: 5",
        "chapter: 4",
        "targets.longwan-exports.cite.chapter",
        "longwan-2025 has no chapter 4 (it has 1, 5); nearest: 5",
    ),
    Edit(
        "longwan-high-tech-exports",
        "article: 22",
        "article: 26",
        "targets.longwan-high-tech-exports.cite.article",
        "article 26 is not in chapter 5 of longwan-2025 (articles 21-25, or 0); nearest: 25",
    ),
    Edit(
        "longwan-high-tech-exports",
        "article: 22",
        "article: 2",
        "targets.longwan-high-tech-exports.cite.article",
        "article 2 is not in chapter 5 of longwan-2025 (articles 21-25, or 0); it is in chapter 1",
    ),
    Edit(
        GROWTH,
        'region: "330303"',
        'region: "330300"',
        "targets.longwan-exports-growth.region",
        "'330300' is outside the region of longwan-2025; nearest: '330303'",
    ),
    Edit(
        EXPORTS,
        "due: 2025-12",
        "due: 2024-12",
        "targets.longwan-exports.due",
        "2024-12 is before 2025, the year in which longwan-2025 was issued",
    ),
    Edit(
        "longwan-talent-budget",
        "unit: 万元",
        "unit: 万美元",
        "targets.longwan-talent-budget.unit",
        "'万美元' does not convert to '万元', the unit of talent_budget; nearest: '万元'",
    ),
    Edit(
        EXPORTS,
        "comparator: at_least",
        "comparator: at_least\n    tolerance: 0.05",
        "targets.longwan-exports.tolerance",
        "is for about and exactly; the comparator is at_least",
        "tolerance: 0.05",
    ),
    Edit(
        EXPORTS,
        "comparator: at_least",
        "comparator: rank_within",
        "targets.longwan-exports.comparator",
        "rank_within is for ranks; goods_exports is a flow",
    ),
    Edit(
        "longwan-innovation-rank",
        "comparator: rank_within",
        "comparator: at_least",
        "targets.longwan-innovation-rank.comparator",
        "at_least of a rank: 1 is best; nearest: 'rank_within'",
    ),
    Edit(
        "longwan-innovation-rank",
        "value: 10",
        'value: "1.5"',
        "targets.longwan-innovation-rank.value",
        "1.5: a rank is a whole number from 1",
    ),
    Edit(
        "longwan-online-retail-growth",
        "value: 0",
        "value: 3",
        "targets.longwan-online-retail-growth.value",
        "3: positive means above 0; nearest: 0, or the comparator at_least",
    ),
    Edit(EXPORTS, "value: 450", "value: 0", "targets.longwan-exports.value", "0: must be above 0"),
    Edit(
        "longwan-talent-firm-share",
        "comparator: at_least",
        "comparator: exactly",
        "targets.longwan-talent-firm-share.comparator",
        "exactly is for budgets, which are flows; talent_firm_share is a ratio",
    ),
    Edit(
        GROWTH,
        "pace: level",
        "pace: linear",
        "targets.longwan-exports-growth.pace",
        "linear is for flows and counts; goods_exports_growth is a growth; nearest: 'level'",
    ),
    Edit(
        EXPORTS,
        "pace: linear",
        "pace: schedule",
        "targets.longwan-exports.schedule",
        "is missing; pace is schedule",
        "longwan-exports:",
    ),
    Edit(
        SMES,
        "pace: schedule",
        "pace: linear",
        "targets.longwan-tech-smes.schedule",
        "is for the pace schedule; the pace is linear; nearest: 'schedule'",
        "schedule:\n",
    ),
    Edit(
        SMES,
        "2025-06: 120",
        "2025-02: 120",
        "targets.longwan-tech-smes.schedule.2025-02",
        "months must ascend; 2025-02 follows 2025-03",
    ),
    Edit(
        SMES,
        "2025-12: 300",
        "2025-11: 300",
        "targets.longwan-tech-smes.schedule.2025-11",
        "the last month must be the due month 2025-12",
    ),
    Edit(
        SMES,
        "2025-12: 300",
        "2025-12: 310",
        "targets.longwan-tech-smes.schedule.2025-12",
        "310: the plan must end with the target's value 300",
    ),
    Edit(
        SMES,
        "2025-06: 120",
        "2025-06: 20",
        "targets.longwan-tech-smes.schedule.2025-06",
        "20 is less than 40 before it; the plan is cumulative",
    ),
    Edit(
        EXPORTS,
        "responsible: [lw_commerce]",
        "responsible: [lw_commerce, lw_commerce]",
        "targets.longwan-exports.owners.responsible.1",
        "'lw_commerce' stands twice",
    ),
    Edit(
        "longwan-high-tech-exports",
        "part_of: longwan-exports",
        "part_of: longwan-tech-smes",
        "targets.longwan-high-tech-exports.part_of",
        "'longwan-tech-smes' is in '家', which does not convert to '亿元'",
    ),
    Edit(
        "wenzhou-high-tech-firms",
        "pace: linear",
        "pace: linear\n    part_of: longwan-high-tech-firms",
        "targets.wenzhou-high-tech-firms.part_of",
        "'longwan-high-tech-firms' is for the region '330303', of which '330300' is no part",
        "part_of: longwan-high-tech-firms",
    ),
    Edit(
        "trade",
        '{"330303": lw_commerce, "330300": wz_commerce}',
        '{"330303": lw_commerce}',
        "targets.wenzhou-exports-growth.region",
        "nobody publishes the dataset 'trade' for '330300': add it to its publishers",
        '330300"\n    cite: {document: wenzhou-2025, chapter: 5',
    ),
]


@pytest.mark.parametrize("edit", [*SHAPE, *NAMES, *CIRCLES, *ENTRIES, *TARGETS], ids=str)
def test_a_mistake_is_named_with_line_key_and_what_is_right(edit: Edit, problems: Problems) -> None:
    text = edit.apply(SMALL)
    assert f"{edit.line(text)}: {edit.key}: {edit.words}" in problems(text)


@pytest.mark.parametrize("edit", [*NAMES[:4], *CIRCLES[:1], *TARGETS[:4]], ids=str)
def test_one_mistake_is_one_line(edit: Edit, problems: Problems) -> None:
    assert len(problems(edit.apply(SMALL))) == 1


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file(problems: Problems) -> None:
    edits = [SHAPE[0], SHAPE[1], SHAPE[-2], NAMES[4], NAMES[8], CIRCLES[0], TARGETS[1], TARGETS[16]]
    text = SMALL
    for edit in edits:
        text = edit.apply(text)
    found = problems(text)
    for edit in edits:
        assert any(problem.endswith(f": {edit.key}: {edit.words}") for problem in found)
    lines = [int(problem.partition(":")[0]) for problem in found]
    assert lines == sorted(lines)


def test_an_entry_with_several_mistakes_has_all_of_them_reported(problems: Problems) -> None:
    text = SMALL
    for edit in (SHAPE[0], NAMES[0], NAMES[4]):  # an unknown key, an undeclared unit and owner in one target
        text = edit.apply(text)
    found = problems(text)
    assert len(found) == 4  # and the key that is missing
    assert all(problem.partition(": ")[2].startswith("targets.longwan-exports.") for problem in found)


def test_a_repeated_key_is_refused_where_it_stands_second(problems: Problems) -> None:
    text = SMALL.replace("    value: 450\n", "    value: 450\n    value: 500\n", 1)
    first = text.count("\n", 0, text.index("value: 450")) + 1
    assert problems(text) == [f"{first + 1}: targets.longwan-exports.value: duplicate key, first on line {first}"]


def test_a_repeated_entry_is_refused_and_looked_at_no_further(problems: Problems) -> None:
    text = f"{SMALL}  longwan-exports:\n    nonsense: 1\n"
    first = text.count("\n", 0, text.index("  longwan-exports:\n")) + 1
    last = text.count("\n") - 1
    assert problems(text) == [f"{last}: targets.longwan-exports: duplicate key, first on line {first}"]


def test_the_same_promise_under_two_names_is_refused(problems: Problems) -> None:
    start = SMALL.index("  longwan-exports:\n")
    block = SMALL[start : SMALL.index("  longwan-exports-growth:\n")]
    text = SMALL + block.replace("  longwan-exports:", "  longwan-exports-again:")
    line = text.count("\n", 0, text.index("longwan-exports-again")) + 1
    assert problems(text) == [f"{line}: targets.longwan-exports-again: is the same promise as 'longwan-exports'"]


def test_an_absent_section_is_one_problem_not_one_for_each_mention(problems: Problems) -> None:
    text = SMALL.replace("\nregions:\n", "\nregion:\n", 1)
    assert [problem.partition(": ")[2] for problem in problems(text)] == [
        "regions: is missing",
        "region: unknown key; nearest: 'regions'",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty"),
        ("# nothing\n", 1, "the file is empty"),
        ("a: 1\nb: [1\n", 3, "not valid YAML"),
        ("a: 1\n b: 2\n", 2, "not valid YAML"),
        ("a: b: c\n", 1, "not valid YAML"),
        ("a: \x01\n", 1, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("- 1\n", 1, "must be a mapping of documents, regions"),
        ("? [a]\n: 1\n", 1, "a key must be a plain word"),
        ("a: 1\nb: &name 2\n", 2, "anchors are not read here: remove &name"),
        ("a: 1\nb: *name\n", 2, "aliases are not read here: write out what *name stands for"),
        ("a: !!python/name:os.system x\n", 1, "tags are not read here: remove tag:yaml.org,2002:python/name:os.system"),
        ("a: !!set {}\n", 1, "tags are not read here"),
    ],
)
def test_a_text_that_is_no_catalogue_is_named_as_such(text: str, line: int, words: str, problems: Problems) -> None:
    assert any(problem.startswith(f"{line}: ") and words in problem for problem in problems(text))


def test_aliases_that_would_fill_the_memory_are_refused_at_the_first(problems: Problems) -> None:
    rows = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    found = problems("\n".join(["a0: &a0 [x]", *rows]))
    assert any("aliases are not read here" in problem for problem in found)


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- "])
def test_endless_nesting_is_refused(bracket: str, problems: Problems) -> None:
    assert "nested deeper than 20 levels" in problems(bracket * 300_000)[0]


def test_a_file_that_is_too_large_missing_or_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metrics_catalog.yaml"
    with pytest.raises(CatalogueError, match="can't be read: No such file"):
        load_catalogue(path)
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(CatalogueError, match=f"at most {MAX_BYTES}"):
        load_catalogue(path)
    path.write_bytes("a: 1\nb: 龙湾".encode("gb18030"))
    with pytest.raises(CatalogueError, match=r":2: not UTF-8 text"):
        load_catalogue(path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path, small_catalogue: Catalogue) -> None:
    path = tmp_path / "metrics_catalog.yaml"
    path.write_text(SMALL, encoding="utf-8-sig")
    assert load_catalogue(path) == small_catalogue


def test_numbers_are_kept_as_written(small_catalogue: Catalogue) -> None:
    assert str(small_catalogue.targets["longwan-rd-intensity"].value) == "4.10"
    assert small_catalogue.targets["longwan-tech-smes"].schedule == {
        "2025-03": Decimal(40),
        "2025-06": Decimal(120),
        "2025-09": Decimal(200),
        "2025-12": Decimal(300),
    }


def test_growth_may_share_the_label_of_what_grows(tmp_path: Path) -> None:
    edit = Edit("goods_exports_growth", "of: goods_exports", "of: goods_exports\n    labels: [货物贸易出口]", "", "")
    path = tmp_path / "metrics_catalog.yaml"
    path.write_text(edit.apply(SMALL), encoding="utf-8")
    assert load_catalogue(path).indicators["goods_exports_growth"].labels == ("货物贸易出口",)


def test_a_ratio_whose_parts_are_no_statistics_has_neither(small_catalogue: Catalogue) -> None:
    share = small_catalogue.indicators["talent_firm_share"]
    assert (share.numerator, share.denominator) == (None, None)


def test_the_schema_for_editors_names_every_key_and_describes_it() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == set(Catalogue.model_fields)
    target = schema["$defs"]["Target"]
    assert target["additionalProperties"] is False
    assert all("description" in entry for entry in target["properties"].values())
    assert schema["$defs"]["Pace"]["enum"] == ["linear", "level", "schedule", "year_end"]
