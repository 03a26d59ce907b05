"""What sharing a file out among datasets and regions has to say about it, in words.

Belongs here: the sentences. Does not belong here: noticing (`shares.py`, `regions_within.py`), rows and columns
(`mapping_findings.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from validators.catalogue import Catalogue
from validators.findings import Finding, Severity

_MOST_NAMED = 8  # labels that a sentence lists


def dataset_unknown(catalogue: Catalogue, file: str, found: Sequence[str]) -> Finding:
    """No title names a dataset."""
    known_zh = "；".join("、".join(dataset.recognise.titles) for dataset in catalogue.datasets.values())
    seen = "、".join(text for text in found if text) or file
    return Finding(
        Severity.ERROR,
        "dataset_unknown",
        f"认不出“{file}”是哪一类统计表：标题是“{seen}”，目录认识的标题用词有 {known_zh}；"
        "请在标题中写明，或用 --dataset 指定。",
        f"Can't tell which dataset {file!r} is: its titles are {seen!r}, the catalogue knows titles with {known_zh}; "
        "write one into the title, or name the dataset with --dataset.",
        found=seen,
        expected=known_zh,
    )


def no_such_dataset(catalogue: Catalogue, dataset: str, near: str) -> Finding:
    """The dataset given isn't in the catalogue."""
    return Finding(
        Severity.ERROR,
        "dataset_unknown",
        f"目录中没有数据集“{dataset}”，最接近的是 {near}；可用的有 {'、'.join(catalogue.datasets)}。",
        f"The catalogue has no dataset {dataset!r}, the nearest is {near}; there are {', '.join(catalogue.datasets)}.",
        found=dataset,
        expected=near,
    )


def several_datasets(catalogue: Catalogue, by_dataset: dict[str, list[str]]) -> Finding:
    """The tables of one file belong to different datasets, where one is wanted."""
    said = "；".join(
        f"{'、'.join(sheets)}：{key} {catalogue.datasets[key].title.zh}" for key, sheets in by_dataset.items()
    )
    return Finding(
        Severity.ERROR,
        "several_datasets",
        f"一个文件里有几类统计表（{said}）；请分开上传，或用 --dataset 指定只取其中一类。",
        f"The file holds tables of several datasets ({said}); hand them in separately, or take one with --dataset.",
        found=said,
        expected="一类统计表 / tables of one dataset",
    )


def other_dataset(sheet: str, title: str, dataset: str, given: str) -> Finding:
    """A table of another dataset than the one given was left out."""
    return Finding(
        Severity.INFO,
        "table_of_other_dataset",
        f"工作表“{sheet}”的表格“{title}”属于 {dataset}，本次只取 {given}，未读取。",
        f"The table {title!r} of sheet {sheet!r} belongs to {dataset}; only {given} is taken, it was left out.",
        sheet=sheet,
        found=dataset,
        expected=given,
    )


def wrong_dataset(sheet: str, title: str, dataset: str, given: str) -> Finding:
    """Every table says another dataset than the one given."""
    return Finding(
        Severity.ERROR,
        "wrong_dataset",
        f"指定的数据集是 {given}，但“{title}”看来是 {dataset}；请核对文件或 --dataset。",
        f"The dataset given is {given}, but {title!r} looks like {dataset}; check the file or --dataset.",
        sheet=sheet,
        found=dataset,
        expected=given,
    )


def region_unknown(catalogue: Catalogue, sheet: str, title: str) -> Finding:
    """Neither title nor sheet name says which region a table is about."""
    names = "、".join(f"{region.name.zh}（{code}）" for code, region in catalogue.regions.items())
    return Finding(
        Severity.ERROR,
        "region_unknown",
        f"工作表“{sheet}”的表格“{title}”没有写明地区；请在标题或工作表名中写 {names} 之一，或用 --region 指定。",
        f"The table {title!r} of sheet {sheet!r} doesn't say its region; write one of {names} into the title or "
        "the sheet's name, or give it with --region.",
        sheet=sheet,
        found=title,
        expected=names,
    )


def regions_not_in_catalogue(sheet: str, cell: str, names: Sequence[str]) -> Finding:
    """Rows of regions that the catalogue doesn't have."""
    seen = "、".join(names)
    return Finding(
        Severity.INFO,
        "region_not_in_catalogue",
        f"工作表“{sheet}”从 {cell} 起有目录中没有的地区，未读取：{seen}；如需跟踪请在目录 regions 中加上。",
        f"Sheet {sheet!r} has rows of regions, from {cell} on, that aren't in the catalogue and were not taken: "
        f"{seen}; add them under regions to follow them.",
        sheet=sheet,
        cell=cell,
        found=seen,
    )


def regions_not_published(catalogue: Catalogue, sheet: str, cell: str, dataset: str, regions: Sequence[str]) -> Finding:
    """Rows of regions for which nobody publishes the dataset, in a table of many regions."""
    seen = "、".join(catalogue.regions[code].name.zh for code in regions)
    title = catalogue.datasets[dataset].title
    return Finding(
        Severity.INFO,
        "region_without_publisher",
        f"工作表“{sheet}”从 {cell} 起有“{title.zh}”没有发布单位的地区，未读取：{seen}；"
        "如需跟踪请在目录 publishers 中加上。",
        f"Sheet {sheet!r} has rows of regions, from {cell} on, for which nobody publishes {title.en}: {seen}; they "
        "were not taken; add them under publishers to follow them.",
        sheet=sheet,
        cell=cell,
        found=seen,
        expected=dataset,
    )


def no_such_region(catalogue: Catalogue, given: str) -> Finding:
    """The region given isn't in the catalogue."""
    names = "、".join(f"{code} {region.name.zh}" for code, region in catalogue.regions.items())
    return Finding(
        Severity.ERROR,
        "region_unknown",
        f"目录中没有地区“{given}”；--region 可用的代码有 {names}。",
        f"The catalogue has no region {given!r}; --region takes one of {names}.",
        found=given,
        expected=names,
    )


def wrong_region(catalogue: Catalogue, sheet: str, title: str, region: str, given: str) -> Finding:
    """Every table says another region than the one given."""
    said, wanted = (catalogue.regions[code].name for code in (region, given))
    return Finding(
        Severity.ERROR,
        "wrong_region",
        f"指定的地区是 {given}（{wanted.zh}），但“{title}”是{said.zh}的；请核对文件或 --region。",
        f"The region given is {given} ({wanted.en}), but {title!r} is about {said.en}; check the file or --region.",
        sheet=sheet,
        region=region,
        found=region,
        expected=given,
    )


def row_of_several(catalogue: Catalogue, sheet: str, cell: str, label: str, datasets: Sequence[str]) -> Finding:
    """A row's label is catalogued in several of the datasets that its table may belong to."""
    seen = "、".join(f"{key} {catalogue.datasets[key].title.zh}" for key in datasets)
    return Finding(
        Severity.WARNING,
        "row_of_several_datasets",
        f"{sheet}!{cell} 的“{label}”在几个数据集中都有（{seen}），无法判断属于哪一个，未读取；"
        "请在表格标题中写明，或用 --dataset 指定。",
        f"{label!r} ({sheet}!{cell}) is a label in several datasets ({seen}) and was not taken; write one into "
        "the table's title, or give it with --dataset.",
        sheet=sheet,
        cell=cell,
        found=label,
        expected=seen,
    )


def row_of_other(catalogue: Catalogue, sheet: str, cell: str, label: str, dataset: str, own: str) -> Finding:
    """A row of a table of one dataset is catalogued in another."""
    other, here = (catalogue.datasets[key].title for key in (dataset, own))
    return Finding(
        Severity.WARNING,
        "row_of_other_dataset",
        f"{sheet}!{cell} 的“{label}”是“{other.zh}”（{dataset}）的指标，本表属于“{here.zh}”，未读取；"
        "如需读取请在标题写明的表格中上传。",
        f"{label!r} ({sheet}!{cell}) is an indicator of {other.en} ({dataset}), this table is one of {here.en}; it was "
        "not taken; hand it in within a table whose title says so.",
        sheet=sheet,
        cell=cell,
        found=label,
        expected=dataset,
    )


def dataset_by_rows(catalogue: Catalogue, sheet: str, cell: str, dataset: str, labels: Sequence[str]) -> Finding:
    """A table's title doesn't name the dataset of these rows; their labels do."""
    title = catalogue.datasets[dataset].title
    seen = _listed(labels)
    return Finding(
        Severity.INFO,
        "dataset_by_rows",
        f"工作表“{sheet}”的标题没有写“{title.zh}”，其中“{seen}”按行名归入这一类（{dataset}）；如不对请在标题中写明是哪一类。",
        f"The title in sheet {sheet!r} doesn't say {title.en}; by their labels {seen} were taken to be of that dataset "
        f"({dataset}); write the right one into the title if that is wrong.",
        sheet=sheet,
        cell=cell,
        found=seen,
        expected=dataset,
    )


def rows_not_in_catalogue(sheet: str, cell: str, labels: Sequence[str]) -> Finding:
    """Rows of a table that no dataset claims."""
    seen = _listed(labels)
    return Finding(
        Severity.INFO,
        "row_not_in_catalogue",
        f"工作表“{sheet}”从 {cell} 起有 {len(labels)} 行不在目录中，未读取：{seen}；如需跟踪请在目录中加指标。",
        f"{len(labels)} rows of sheet {sheet!r} from {cell} on aren't in the catalogue and were not taken: {seen}; "
        "add indicators to follow them.",
        sheet=sheet,
        cell=cell,
        found=seen,
    )


def other_cadence(catalogue: Catalogue, sheet: str, cell: str, label: str, dataset: str, period: str) -> Finding:
    """A row of an annual dataset in a table of a month."""
    title = catalogue.datasets[dataset].title
    return Finding(
        Severity.INFO,
        "other_cadence",
        f"{sheet}!{cell} 的“{label}”属于按年报送的“{title.zh}”（{dataset}），表中是 {period} 的数，未读取；不必处理。",
        f"{label!r} ({sheet}!{cell}) is of {title.en} ({dataset}), which is reported by year; the table gives it for "
        f"{period}, so it was not taken; there is nothing to do.",
        sheet=sheet,
        cell=cell,
        period=period,
        found=period,
        expected=dataset,
    )


def _listed(labels: Sequence[str]) -> str:
    more = f"……（共 {len(labels)} 行）" if len(labels) > _MOST_NAMED else ""
    return "、".join(labels[:_MOST_NAMED]) + more
